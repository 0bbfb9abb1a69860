"""The tab of one's own texts: what does not go together, what is started, and what the doctor is given."""

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


def held(tab: DataTab, slots: dict[Role, Slot], task: str = TASK) -> list[Any]:
    """What the page would send when the button is pressed."""
    form = [control.value for control in tab.recipe.inputs]
    return [task, *(slots.get(role, Slot()) for role in tab.files.cards), uploads.DictionarySlot(), {}, {}, *form]


def checked(tab: DataTab, values: list[Any]) -> Any:
    """What does not go together, of what the page would send when something is edited."""
    count = len(values) - len(tab.recipe.inputs)
    rules = [control.value for control in tab.recipe.read_by_rules.values()]
    return tab._check(False, "", *values[:count], *rules)[tab.conflicts]


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


def test_an_edit_outdates_the_estimate(tab: DataTab) -> None:
    rules = [control.value for control in tab.recipe.read_by_rules.values()]
    given = [*held(tab, {})[: -len(tab.recipe.inputs)], *rules]
    assert tab._check(True, "", *given)[tab.estimate.current] is False
    assert tab.estimate.current not in tab._check(False, "", *given)


def test_the_doctor_is_given_what_the_page_holds(tab: DataTab, services: Services, rows: Path) -> None:
    slots = {role: uploads.accept(services, Slot(), role, rows, TASK) for role in ("source", "target")}
    controls, picker = tab.recipe.read_by_doctor, tab.recipe.source
    form = [*(control.value for control in controls.values()), *(part.value for part in picker.inputs), None]
    given = [slots.get(role, Slot()) for role in tab.files.cards]
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
    assert updates[tab.files.cards["source"].slot].accepted == source.accepted
    assert updates[tab.recipe.preset] == "same-language"
    assert updates[tab.recipe.controls["recipe.fine_tuning.kind"]] == "lora"
    assert "low-rank" in updates[tab.recipe.summary]
