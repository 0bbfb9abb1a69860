"""The tab of one's own texts: the task, the cards, and what does not go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import SpecError
from pipeline.runs import RunState
from ui.handlers import uploads
from ui.handlers.uploads import Role, Slot
from ui.page import Page
from ui.services import Services
from ui.tabs.data import DataTab
from ui.tabs.progress import ProgressTab

TASK = "text-classification"


@pytest.fixture
def tab(services: Services) -> DataTab:
    """The tab, wired, with the one that it leads to."""
    with gr.Blocks():
        visitor, run = gr.BrowserState(""), gr.Textbox(label="run")
        with gr.Tabs() as tabs:
            page = Page(services, visitor, run, tabs)
            made = DataTab(page)
            ProgressTab(page, made)
        made.connect()
    return made


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file that most tasks can read."""
    path = tmp_path / "rows.csv"
    lines = [f"a text {number},its second {number},{'good' if number % 2 else 'bad'}" for number in range(20)]
    path.write_text("\n".join(["text,second,label", *lines]), encoding="utf-8")
    return path


def held(tab: DataTab, slots: dict[Role, Slot], task: str = TASK) -> list[Any]:
    """What the page would send when the button is pressed."""
    form = [control.value for control in tab.recipe.inputs]
    return [task, *(slots.get(role, Slot()) for role in tab.cards), uploads.DictionarySlot(), {}, {}, *form]


def checked(tab: DataTab, values: list[Any]) -> Any:
    """What does not go together, of what the page would send when something is edited."""
    count = len(values) - len(tab.recipe.inputs)
    rules = [control.value for control in tab.recipe.read_by_rules.values()]
    return tab._check(*values[:count], *rules)[tab.conflicts]


def test_every_role_of_the_spec_has_a_card(tab: DataTab) -> None:
    assert set(tab.cards) == set(uploads.ROLES)


def test_the_samples_come_with_their_task(tab: DataTab) -> None:
    updates = tab._fill("reviews")
    assert updates[tab.task] == TASK
    assert updates[tab.cards["source"].slot].accepted
    assert "g-gone" in updates[tab.mapping.box].elem_classes
    assert tab._fill("entities")[tab.task] == "entity-recognition"


@pytest.mark.parametrize(
    ("task", "name"),
    [("multi-label-classification", "label_separator"), ("sentence-pair-classification", "second_text_column")],
)
def test_another_task_reads_the_files_anew_and_shows_what_can_be_corrected(
    tab: DataTab, services: Services, rows: Path, task: str, name: str
) -> None:
    slot = uploads.accept(services, Slot(), "source", rows, TASK)
    control = tab.cards["source"].corrections[name]
    assert "g-gone" in tab.cards["source"].draw(slot, TASK)[control].elem_classes
    given = [slot if role == "source" else Slot() for role in tab.cards]
    assert "g-gone" not in tab._look_again(task, *given)[control].elem_classes


def test_what_is_removed_while_it_is_read_for_another_task_does_not_come_back(
    tab: DataTab, services: Services, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, removed = (uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target"))
    held = {tab.cards["target"].slot: Slot()}
    monkeypatch.setattr("ui.tabs.data.by_now", held.get)
    given = [{"source": kept, "target": removed}.get(role, Slot()) for role in tab.cards]
    updates = tab._look_again("language-modelling", *given)
    assert updates[tab.cards["source"].slot].accepted.label_counts == {}
    assert updates[tab.cards["target"].slot].shown is None
    assert not updates[tab.cards["target"].status]


def test_what_does_not_go_together_is_told_before_it_is_started(tab: DataTab, services: Services, rows: Path) -> None:
    source = uploads.accept(services, Slot(), "source", rows, TASK)
    values = held(tab, {"source": source})
    assert "needs target texts" in checked(tab, values)
    with pytest.raises(SpecError, match="needs target texts"):
        tab._start(None, *values)


def test_a_whole_form_starts_a_run_and_opens_it(tab: DataTab, services: Services, rows: Path) -> None:
    slots = {role: uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target")}
    values = held(tab, slots)
    assert checked(tab, values) is None
    updates = tab._start(None, *values)
    (record,) = services.store.list()
    assert record.state is RunState.QUEUED
    assert updates[tab.page.tabs].selected == "progress"


def test_the_doctor_is_given_what_the_page_holds(tab: DataTab, services: Services, rows: Path) -> None:
    slots = {role: uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target")}
    controls, picker = tab.recipe.read_by_doctor, tab.recipe.source
    form = [*(control.value for control in controls.values()), *(part.value for part in picker.inputs), None]
    given = [slots.get(role, Slot()) for role in tab.cards]
    updates = tab._look(TASK, *given, uploads.DictionarySlot(), {}, {}, *form)
    assert "rows.csv" in updates[tab.doctor.report]
    assert "g-gone" not in updates[tab.recipe.suggested.box].elem_classes
    name = updates[tab.recipe.suggested.preset]
    taken = tab.recipe._take(name)
    assert taken[tab.recipe.preset] == name
    assert taken.keys() >= tab.recipe._fill(name).keys()


def test_what_would_be_started_is_what_is_estimated_and_written(
    tab: DataTab, services: Services, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = {role: uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target")}
    values = held(tab, slots)
    asked = []
    monkeypatch.setattr("ui.tabs.data.estimate.forecast", lambda _, spec: asked.append(spec))
    tab._estimate(*values)
    tab._start(None, *values)
    (record,) = services.store.list()
    assert asked == [services.store.spec(record.id)]


def test_a_form_that_was_put_away_is_filled_in_again(tab: DataTab, services: Services, rows: Path) -> None:
    source = uploads.accept(services, Slot(), "source", rows, TASK)
    values = ["same-language", *held(tab, {"source": source})]
    changed = list(tab.recipe.controls).index("recipe.fine_tuning.kind") - len(tab.recipe.inputs)
    values[changed] = "lora"
    assert len(values) == len(tab.held)
    updates = tab.put_back(values)
    assert set(updates) <= set(tab.form)
    assert updates[tab.cards["source"].slot].accepted == source.accepted
    assert updates[tab.recipe.preset] == "same-language"
    assert updates[tab.recipe.controls["recipe.fine_tuning.kind"]] == "lora"
    assert "low-rank" in updates[tab.recipe.summary]
