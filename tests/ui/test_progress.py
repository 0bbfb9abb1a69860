"""Watching a run: only news is read, and every state is told."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pipeline.runs import RunState
from pipeline.spec import RunSpec
from ui.handlers import progress as handlers
from ui.handlers import start
from ui.services import Services
from ui.views import progress as views
from ui.views.curves import curves
from ui.views.stages import stages

HOSTILE = "<script>alert('x')</script>\"&"
STAGES = [
    {"name": "data", "title": f"Read {HOSTILE}", "cost": 1},
    {"name": "source-only", "title": f"Train {HOSTILE}", "cost": 3},
]


@pytest.fixture
def running(services: Services, spec: RunSpec) -> str:
    """A run in the middle of its second stage."""
    store = services.store
    run_id = store.create(spec.model_copy(update={"name": HOSTILE})).id
    store.move(run_id, RunState.RUNNING, pid=1)
    log = store.events(run_id)
    log.append("plan", stages=STAGES)
    log.append("stage", stage="data", state="done", seconds=1.5)
    log.append("stage", stage="source-only", state="running")
    for step in range(1, 6):
        log.append("step", stage="source-only", step=step, total=10, loss=1 / step)
    log.append("note", stage="data", text=f"A note {HOSTILE}")
    return run_id


def drawn(watch: handlers.Watch) -> str:
    state = watch.record.state
    parts = (stages(watch.progress, state), curves(watch.progress), views.notes(watch.progress))
    return "".join((views.summary(watch, time.time()), *parts))


def test_only_news_is_read(services: Services, running: str) -> None:
    first = handlers.watch(services, None, running)
    assert first.offset > 0
    assert handlers.news(services, None, running, first) is None
    services.store.events(running).append("step", stage="source-only", step=6, total=10)
    second = handlers.news(services, None, running, first)
    assert second
    assert second.offset > first.offset
    assert second.progress.stages["source-only"].step == 6
    assert handlers.news(services, None, running, second) is None


def test_a_watcher_of_another_run_or_after_a_restart_starts_anew(
    services: Services, running: str, spec: RunSpec
) -> None:
    seen = handlers.watch(services, None, services.store.create(spec).id)
    for before in (seen, None):
        found = handlers.news(services, None, running, before)
        assert found
        assert found.record.id == running
        assert sum(len(curve["loss"]) for curve in found.progress.curves.values()) == 5


def test_a_run_at_work_shows_percentage_steps_and_curve(services: Services, running: str) -> None:
    watch = handlers.watch(services, None, running)
    page = drawn(watch)
    assert "62 %" in page  # 1 + 3 · 5/10 of 4
    assert "step 5 of 10" in page
    assert "now 0.200" in page
    assert "A note" in page
    assert 'role="progressbar"' in page
    assert (watch.may_cancel, watch.may_resume) == (True, False)


def test_nothing_that_people_wrote_becomes_markup(services: Services, running: str) -> None:
    watch = handlers.watch(services, None, running)
    assert "<script" not in drawn(watch)
    assert "<script" not in views.log(HOSTILE)


def test_cancelling_is_told_before_the_worker_has_stopped(services: Services, running: str) -> None:
    before = handlers.watch(services, None, running)
    services.store.request_cancel(running)
    watch = handlers.news(services, None, running, before)
    assert watch
    assert not watch.may_cancel
    assert "Stopping" in drawn(watch)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (RunState.DONE, "", "All done"),
        (RunState.FAILED, f"a.csv is empty. {HOSTILE}", "a.csv is empty."),
        (RunState.CANCELLED, "", "Resume it to go on"),
        (RunState.INTERRUPTED, "The worker process ended.", "ended without a word"),
    ],
)
def test_every_end_is_told(services: Services, running: str, state: RunState, error: str, words: str) -> None:
    services.store.move(running, state, error=error)
    watch = handlers.watch(services, None, running)
    page = drawn(watch)
    assert words in page
    assert "<script" not in page
    assert watch.may_resume is (state is not RunState.DONE)
    assert not watch.may_cancel
    assert "g-stage-running" not in page


def test_a_queued_run_waits(services: Services, spec: RunSpec) -> None:
    assert "Waiting for its turn" in drawn(handlers.watch(services, None, services.store.create(spec).id))


def test_cancel_and_resume_reach_the_supervisor(services: Services, running: str) -> None:
    handlers.cancel(services, None, running)
    handlers.resume(services, None, running)
    assert services.supervisor.asked == [("cancel", running), ("resume", running)]


def test_the_end_of_the_log_begins_with_a_whole_line(services: Services, running: str) -> None:
    assert handlers.log_tail(services, None, running) == ""
    path = services.store.log_path(running)
    path.write_text("short\n", encoding="utf-8")
    assert handlers.log_tail(services, None, running) == "short\n"
    path.write_text("".join(f"line {number} 评论\n" for number in range(5_000)), encoding="utf-8")
    tail = handlers.log_tail(services, None, running)
    assert tail.startswith("line ")
    assert tail.endswith("line 4999 评论\n")
    assert len(tail.encode()) <= handlers.LOG_BYTES


def test_a_returning_visitor_finds_the_run_at_work(
    services: Services, running: str, spec: RunSpec, ended: Callable[..., None]
) -> None:
    ended(services.store, services.store.create(spec).id)
    queued = services.store.create(spec).id
    found = start.active_run(services, None)
    assert found
    assert found.id == running
    services.store.move(running, RunState.DONE)
    found = start.active_run(services, None)
    assert found
    assert found.id == queued


def test_the_demo_is_not_started_twice(services: Services, spec: RunSpec) -> None:
    first = start.run_demo(services, None)
    assert services.store.spec(first.id) == spec
    assert start.run_demo(services, None).id == first.id
    services.store.move(first.id, RunState.CANCELLED)
    assert start.run_demo(services, None).id != first.id


def test_a_tab_shows_the_run_asked_for_if_it_fits(
    services: Services, running: str, spec: RunSpec, finished: Callable[..., str]
) -> None:
    done = finished(services.store, spec)
    assert handlers.choose_run(services, None, running) == running
    assert handlers.choose_run(services, None, running, finished=True) == done
    assert handlers.choose_run(services, None, "gone") == done
    assert handlers.requested_run(services, None, "../../etc") is None
