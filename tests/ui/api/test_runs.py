"""Runs as programs see them: listed, watched, waited for, cancelled, renamed, deleted, held against each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.runs import RunState
from pipeline.spec import CoTraining, RunSpec
from ui.api import watching
from ui.api.calling import Refusal
from ui.services import Services

Call = Callable[..., Any]
PLAN = [
    {"name": "data", "title": "Read and split the texts", "cost": 1, "key": "a", "after": []},
    {"name": "source-only", "title": "Train on the source texts", "cost": 3, "key": "b", "after": ["data"]},
]


@pytest.fixture
def at_work(services: Services, spec: RunSpec) -> str:
    """A run with one of its two stages done, and the other half through."""
    run = services.store.create(spec).id
    services.store.move(run, RunState.RUNNING, pid=1)
    log = services.store.events(run)
    log.append("plan", stages=PLAN)
    log.append("stage", stage="data", state="done", seconds=1.5)
    log.append("stage", stage="source-only", state="running")
    for step in (1, 2):
        log.append("step", stage="source-only", step=step, total=4, loss=1 / step)
    log.append("note", stage="data", text="Three texts were left out.")
    services.store.log_path(run).write_text("a line\n", encoding="utf-8")
    return run


def test_runs_are_listed_some_at_a_time(services: Services, spec: RunSpec, call: Call) -> None:
    for number in range(5):
        services.store.create(spec.model_copy(update={"name": f"run {number}"}))
    page = call(services, "list_runs", limit=2)
    assert [one["name"] for one in page["runs"]] == ["run 4", "run 3"]
    assert page["total"] == 5
    assert [one["name"] for one in call(services, "list_runs", offset=4, limit=2)["runs"]] == ["run 0"]
    assert call(services, "list_runs", offset=5)["runs"] == []
    assert sorted(one["place"] for one in call(services, "list_runs")["runs"]) == [1, 2, 3, 4, 5]


def test_a_run_at_work_is_watched(services: Services, at_work: str, call: Call) -> None:
    told = call(services, "watch_run", run=at_work)
    assert (told["state"], told["fraction"], told["reported"]) == ("running", 0.625, False)
    assert [(one["name"], one["state"], one["fraction"]) for one in told["stages"]] == [
        ("data", "done", 1.0),
        ("source-only", "running", 0.5),
    ]
    assert told["seconds_left"] is not None
    assert told["notes"] == ["Three texts were left out."]
    assert call(services, "read_curves", run=at_work) == {"source-only": [[1, 1.0], [2, 0.5]]}
    assert call(services, "read_curves", run=at_work, measure="dev_score") == {}
    assert call(services, "read_log", run=at_work) == "a line\n"


def test_waiting_ends_with_the_run(
    services: Services, at_work: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(100))
    news = watching.handlers.news

    def then_failed(*given: Any) -> Any:
        if next(looks) == 2:
            services.store.move(at_work, RunState.FAILED, error="The disk is full.")
        return news(*given)

    monkeypatch.setattr(watching.handlers, "news", then_failed)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    told = call(services, "wait_for_run", run=at_work, seconds=60)
    assert (told["state"], told["error"]) == ("failed", "The disk is full.")


def test_waiting_ends_when_the_time_is_up(services: Services, at_work: str, call: Call) -> None:
    began = time.monotonic()
    assert call(services, "wait_for_run", run=at_work, seconds=0.2)["state"] == "running"
    assert call(services, "wait_for_run", run=at_work, seconds=-5)["state"] == "running"
    assert time.monotonic() - began < 5


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch, services: Services, at_work: str, call: Call) -> None:
    monkeypatch.setattr(watching, "LONGEST_WAIT", 0.1)
    assert call(services, "wait_for_run", run=at_work, seconds=1e9)["state"] == "running"


def test_what_is_done_with_a_run_is_asked_of_the_supervisor(
    services: Services, at_work: str, call: Call, finished: Callable[..., str], spec: RunSpec
) -> None:
    call(services, "cancel_run", run=at_work)
    call(services, "resume_run", run=at_work)
    done = finished(services.store, spec)
    assert call(services, "delete_run", run=done) is True
    assert services.supervisor.asked == [("cancel", at_work), ("resume", at_work), ("delete", done)]  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="at work"):
        call(services, "delete_run", run=at_work)


def test_a_run_is_renamed(services: Services, at_work: str, call: Call) -> None:
    assert call(services, "rename_run", run=at_work, name=" Second ")["name"] == "Second"
    with pytest.raises(Refusal, match="1 to 80 characters"):
        call(services, "rename_run", run=at_work, name=" ")
    assert '"name": "Second"' in call(services, "read_spec", run=at_work)["spec"]


def test_two_specs_are_held_against_each_other(services: Services, spec: RunSpec, call: Call) -> None:
    other = spec.model_copy(
        update={
            "seed": 3,
            "data": spec.data.model_copy(update={"test": None}),
            "recipe": spec.recipe.model_copy(update={"self_training": CoTraining()}),
        }
    )
    first, second = (services.store.create(one).id for one in (spec, other))
    found = {tuple(one["field"]): one for one in call(services, "compare_specs", run=first, other=second)}
    assert (found["seed",]["first"], found["seed",]["second"]) == (0, 3)
    assert found["recipe", "self_training", "kind"]["second"] == "co-training"
    assert found["recipe", "self_training", "rounds"]["first"] is None
    gone = found["data", "test"]
    assert (gone["first"]["file"], gone["second"]) == ("samples/reviews.zh.test.csv", None)
    assert "path" not in gone["first"]  # which gradio_client would take for a file
