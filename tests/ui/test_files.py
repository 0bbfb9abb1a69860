"""What people bring: a card for each file, read for the task that is chosen."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from ui.handlers import training, uploads
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
    files = training.Files({role: updates[card.slot] for role, card in brought.cards.items()}, None, TASK, {})
    assert "g-gone" in brought.show_match("a", files)[brought.mapping.box].elem_classes
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
    assert "g-gone" not in brought._look_again(task, TASK, *given)[control].elem_classes


def test_what_is_removed_while_it_is_read_for_another_task_does_not_come_back(
    brought: BroughtFiles, services: Services, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, removed = (uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target"))
    held = {brought.cards["target"].slot: Slot()}
    monkeypatch.setattr("ui.tabs.files.by_now", held.get)
    given = [{"source": kept, "target": removed}.get(role, Slot()) for role in brought.cards]
    updates = brought._look_again("language-modelling", TASK, *given)
    assert updates[brought.cards["source"].slot].accepted.label_counts == {}
    assert not updates.keys() & set(brought.cards["target"].outputs)


def test_another_task_leaves_empty_cards_alone_lest_it_takes_a_file_that_comes_at_the_same_time(
    brought: BroughtFiles, services: Services, rows: Path, tmp_path: Path
) -> None:
    (empty := tmp_path / "empty.csv").touch()
    given = {role: Slot() for role in brought.cards}
    given["source"] = uploads.accept(services, Slot(), "source", rows, TASK)
    given["dev"] = uploads.accept(services, Slot(), "dev", empty, TASK)
    updates = brought._look_again("language-modelling", TASK, *given.values())
    drawn = {role for role, card in brought.cards.items() if updates.keys() & set(card.outputs)}
    assert drawn == {"source", "dev"}


def test_labels_are_matched_with_what_there_is_by_now(
    brought: BroughtFiles, services: Services, rows: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("text,label\na,x1\nb,x2\nc,x1\nd,x2\n")
    slots = dict.fromkeys(brought.cards, Slot())
    slots["source"] = uploads.accept(services, Slot(), "source", rows, TASK)
    shown = {}
    for path in (rows, other):
        slots["target"] = uploads.accept(services, Slot(), "target", path, TASK)
        updates = brought.show_match("a", training.Files(slots, None, TASK, {}))
        shown[path] = "g-gone" not in updates[brought.mapping.box].elem_classes
    assert shown == {rows: False, other: True}


def test_a_task_that_is_chosen_twice_is_read_for_once(brought: BroughtFiles, services: Services, rows: Path) -> None:
    given = [uploads.accept(services, Slot(), role, rows, TASK) for role in brought.cards]
    first = brought._look_again("language-modelling", TASK, *given)
    assert first[brought._read_as] == "language-modelling"
    assert brought._look_again("language-modelling", "language-modelling", *given) == gr.skip()


def test_no_box_is_emptied_but_by_what_came_out_of_it(brought: BroughtFiles, services: Services, rows: Path) -> None:
    slots = {role: uploads.accept(services, Slot(), role, rows, TASK) for role in brought.cards}
    boxes = {card.file for card in (*brought.cards.values(), brought.dictionary)}
    assert not boxes & brought._look_again("language-modelling", TASK, *slots.values()).keys()
    assert not boxes & brought.put(TASK, slots, uploads.DictionarySlot(), {}, {}).keys()
