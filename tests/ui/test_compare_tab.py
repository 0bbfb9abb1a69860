"""The compare tab as a whole, without a browser: whatever the task, what is set is what was promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from pipeline.report import Report
from pipeline.spec import RunSpec, TaskName
from ui.page import Page
from ui.services import Services
from ui.tabs.compare import CompareTab
from ui.tabs.export import ExportTab

LABELS: dict[str, tuple[str, ...]] = {
    "text-classification": ("negative", "positive"),
    "multi-label-classification": ("negative", "positive"),
    "sentence-pair-classification": ("negative", "positive"),
    "entity-recognition": ("B-LOC", "B-PER", "O"),
    "part-of-speech": ("NOUN", "O"),
    "language-modelling": (),
}


@pytest.fixture
def tab(services: Services) -> CompareTab:
    with gr.Blocks():
        visitor, current = gr.BrowserState(""), gr.Textbox()
        with gr.Tabs() as tabs:
            page = Page(services, visitor, current, tabs)
            made = CompareTab(page)
            ExportTab(page)
        made.connect()
    return made


@pytest.fixture
def run_of(services: Services, spec: RunSpec, finished: Callable[..., str], report_of: Callable[..., Report]) -> Any:
    """Makes a finished run of a task."""

    def make(task: TaskName, name: str = "run") -> str:
        run_id = finished(services.store, spec.model_copy(update={"name": name}))
        report = report_of(task=task, labels=LABELS[task])
        (services.store.folder(run_id) / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
        return run_id

    return make


def text_of(updates: dict[Any, Any], component: gr.components.Component) -> str:
    found = updates[component]
    return str(found.value if isinstance(found, gr.components.Component) else found)


@pytest.mark.parametrize("task", LABELS)
def test_a_run_of_any_task_is_shown(tab: CompareTab, run_of: Callable[..., str], task: TaskName) -> None:
    updates = tab.show(None, run_of(task))
    assert {*updates} <= {*tab.outputs}
    assert "Transfer helped" in text_of(updates, tab.verdict)
    labelled = task != "language-modelling"
    folds = [updates[fold].elem_classes for fold in tab.closer.folds]
    assert ("g-gone" in folds[2]) == (not labelled)
    assert ("g-gone" in folds[1]) == (task not in ("text-classification", "sentence-pair-classification"))
    assert ("g-gone" in updates[tab.choice].elem_classes) == (not labelled)


@pytest.mark.parametrize("task", [task for task in LABELS if task != "language-modelling"])
def test_models_of_two_runs_of_any_task_are_shown(tab: CompareTab, run_of: Callable[..., str], task: TaskName) -> None:
    one, other = run_of(task, "Monday"), run_of(task, "Tuesday")
    chosen = [f"{one}/source-only", f"{other}/transferred"]
    updates = tab._choose(None, one, chosen)
    assert {*updates} <= {*tab._drawn}
    assert "transferred · Tuesday" in text_of(updates, tab.verdict)
    assert updates[tab.examples.kind].value == "disagree"
    pair = tab._pair(None, one, chosen, "fixed", "", "", "", "transferred@2", "source-only@1")
    names = [name for name, _ in pair[tab.examples.kind].choices]
    assert "only source-only · Monday right (0)" in names
    for how in ("length", "label", "confidence", "contains"):
        parts = tab.closer._parts(None, one, chosen, how, "transferred@2", "text 1")
        assert {*parts} == {*tab.closer._cut}
    kind = "html" if task == "text-classification" else "csv"
    sent = json.loads(tab.downloads._make(None, one, chosen, kind)[tab.downloads.sent])
    assert sent["name"] == f"graft-Monday-Tuesday.{kind}"


def test_without_a_run_the_tab_says_what_to_do(tab: CompareTab) -> None:
    updates = tab.show(None, None)
    assert "No finished run yet" in text_of(updates, tab.verdict)
    assert "g-gone" in updates[tab.body].elem_classes


def test_an_old_report_is_told_in_its_place(tab: CompareTab, run_of: Callable[..., str], services: Services) -> None:
    run_id = run_of("text-classification")
    (services.store.folder(run_id) / "report.json").write_text("{}", encoding="utf-8")
    updates = tab.show(None, run_id)
    assert "an older Graft wrote it" in text_of(updates, tab.verdict)
    assert "g-gone" in updates[tab.choice].elem_classes


def test_the_list_of_models_is_filled_when_it_is_opened(tab: CompareTab, run_of: Callable[..., str]) -> None:
    one = run_of("text-classification", "Monday")
    run_of("text-classification", "Tuesday")
    filled = tab.chosen._fill(None, one, [])
    assert [name for name, _ in filled.choices][-1] == "target-only · Tuesday"
    assert filled.value == [f"{one}/{model}" for model in ("source-only", "transferred", "target-only")]
    assert tab.chosen._fill(None, one, [f"{one}/transferred"]).value == [f"{one}/transferred"]
