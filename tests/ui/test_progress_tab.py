"""The progress tab without a browser: a poll sends what is new, and what looks the same is not sent again."""

from __future__ import annotations

import gradio as gr
import pytest

from pipeline.runs import RunState
from pipeline.spec import RunSpec
from ui.page import Page
from ui.services import Services
from ui.tabs.data import DataTab
from ui.tabs.progress import ProgressTab

PLAN = [
    {"name": "data", "title": "Read", "cost": 1, "key": "a", "after": []},
    {"name": "source-only", "title": "Train", "cost": 9, "key": "b", "after": ["data"]},
]


@pytest.fixture
def tab(services: Services) -> ProgressTab:
    with gr.Blocks():
        page = Page(services, gr.Textbox(), gr.Textbox(), gr.Tabs())
        return ProgressTab(page, DataTab(page))


def test_a_poll_sends_again_only_what_looks_different(tab: ProgressTab, services: Services, spec: RunSpec) -> None:
    store = services.store
    run_id = store.create(spec).id
    store.move(run_id, RunState.RUNNING, pid=1)
    log = store.events(run_id)
    log.append("plan", stages=PLAN)
    log.append("stage", stage="data", state="running")
    seen = tab.show(None, run_id)[tab.seen]
    assert tab.seen not in tab._tick(None, run_id, seen, False, "loss")  # gr.skip() is of no component

    log.append("stage", stage="data", state="done", seconds=1.0)
    log.append("stage", stage="source-only", state="running")
    first = tab._tick(None, run_id, seen, False, "loss")
    assert {tab.seen, tab.summary, tab.stages} <= first.keys()
    assert not {tab.curves, tab.notes, tab.log} & first.keys()

    for step in (1, 2):
        log.append("step", stage="source-only", step=step, total=10, loss=1 / step)
    second = tab._tick(None, run_id, first[tab.seen], False, "loss")
    assert {tab.stages, tab.curves} <= second.keys()
    assert tab.notes not in second
    log.append("note", stage="source-only", text="A note.")
    third = tab._tick(None, run_id, second[tab.seen], False, "loss")
    assert tab.notes in third
    assert not {tab.stages, tab.curves} & third.keys()
    log.append("step", stage="source-only", step=2, total=10, loss=0.5, learning_rate=0.1)
    assert tab.curves in tab._tick(None, run_id, third[tab.seen], False, "learning_rate")  # another measure was chosen
    assert tab.stages in tab._tick(None, run_id, None, False, "loss")  # nothing was seen before
