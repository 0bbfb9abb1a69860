"""What people bring: a card for each file, read for the task that is chosen."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from ui.handlers import uploads
from ui.handlers.uploads import Slot
from ui.page import Page
from ui.services import Services
from ui.tabs.files import BroughtFiles

TASK = "text-classification"


@pytest.fixture
def brought(services: Services) -> BroughtFiles:
    """The cards, wired."""
    with gr.Blocks():
        page = Page(services, gr.BrowserState(""), gr.Textbox(label="run"), gr.Tabs())
        made = BroughtFiles(page)
        made.connect()
    return made


def test_every_role_of_the_spec_has_a_card(brought: BroughtFiles) -> None:
    assert set(brought.cards) == set(uploads.ROLES)


def test_the_samples_come_with_their_task(brought: BroughtFiles) -> None:
    updates = brought.fill("reviews")
    assert updates[brought.task] == TASK
    assert updates[brought.cards["source"].slot].accepted
    assert "g-gone" in updates[brought.mapping.box].elem_classes
    assert brought.fill("entities")[brought.task] == "entity-recognition"


@pytest.mark.parametrize(
    ("task", "name"),
    [("multi-label-classification", "label_separator"), ("sentence-pair-classification", "second_text_column")],
)
def test_another_task_reads_the_files_anew_and_shows_what_can_be_corrected(
    brought: BroughtFiles, services: Services, rows: Path, task: str, name: str
) -> None:
    slot = uploads.accept(services, Slot(), "source", rows, TASK)
    control = brought.cards["source"].corrections[name]
    assert "g-gone" in brought.cards["source"].draw(slot, TASK)[control].elem_classes
    given = [slot if role == "source" else Slot() for role in brought.cards]
    assert "g-gone" not in brought._look_again(task, *given)[control].elem_classes


def test_what_is_removed_while_it_is_read_for_another_task_does_not_come_back(
    brought: BroughtFiles, services: Services, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, removed = (uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target"))
    held = {brought.cards["target"].slot: Slot()}
    monkeypatch.setattr("ui.tabs.files.by_now", held.get)
    given = [{"source": kept, "target": removed}.get(role, Slot()) for role in brought.cards]
    updates = brought._look_again("language-modelling", *given)
    assert updates[brought.cards["source"].slot].accepted.label_counts == {}
    assert updates[brought.cards["target"].slot].shown is None
    assert not updates[brought.cards["target"].status]
