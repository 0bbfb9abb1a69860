"""A clock that is set back, by an hour or by thirty years, ends no run, loses none and stops no tidying up."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.supervisor import SWEEP_SECONDS, Supervisor
from pipeline.events import Progress
from pipeline.housekeeping import Swept
from pipeline.plan import Stage
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from pipeline.worker import Bringing, bring_about, carry_out
from tests.reports import lasting
from ui.views.html import ago

HOUR, AGES = 3600.0, 30 * 365 * 86_400.0


class Workers:
    """Live for ever."""

    def start(self, run_id: str) -> int:
        return 1

    def alive(self, run_id: str, pid: int | None) -> bool:
        return pid == 1

    def kill(self, run_id: str, pid: int | None) -> None:
        raise AssertionError("nobody is to be killed")


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the system's clock back by so many seconds."""
    now = time.time

    def back(seconds: float) -> None:
        monkeypatch.setattr("time.time", lambda: now() - seconds)

    return back


@pytest.mark.parametrize("seconds", [HOUR, AGES])
def test_a_run_at_work_goes_on_and_a_queued_one_starts(
    store: RunStore, settings: Settings, tiny_spec: RunSpec, set_back: Callable[[float], None], seconds: float
) -> None:
    limited = settings.model_copy(update={"max_run_minutes": 1.0, "keep_days": 1.0})
    supervisor = Supervisor(store, Workers(), limited)  # type: ignore[arg-type]
    first, second = (supervisor.submit(tiny_spec).id for _ in range(2))
    store.events(first).append("plan", stages=[{"name": "data", "title": "Data", "cost": 1.0, "key": "k"}])
    set_back(seconds)
    supervisor.tick()
    assert [store.get(run).state for run in (first, second)] == [RunState.RUNNING, RunState.QUEUED]
    assert not store.cancel_requested(first)

    log = store.events(first)
    log.append("stage", stage="data", state="running")
    log.append("step", stage="data", step=1, total=2)
    progress = Progress().add(log.read()[0])
    assert (progress.seconds_left(time.time()) or 0) >= 0

    store.move(first, RunState.DONE)
    supervisor.tick()
    third = supervisor.submit(tiny_spec).id
    assert store.get(second).state is RunState.RUNNING
    assert {record.id for record in store.list()} == {first, second, third}


def test_tidying_up_goes_on(
    store: RunStore,
    settings: Settings,
    set_back: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swept: list[float] = []
    monkeypatch.setattr("pipeline.engine.supervisor.sweep", lambda *_: swept.append(1) or Swept())
    supervisor = Supervisor(store, Workers(), settings)  # type: ignore[arg-type]
    set_back(AGES)
    started = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: started + SWEEP_SECONDS + 1)
    supervisor.tick()
    assert swept


def test_ages_in_the_future_are_drawn_as_new() -> None:
    now = time.time()
    assert ago(now - (now + AGES)) == ago(0.0)


@pytest.mark.slow
def test_a_run_whose_clock_is_set_back_in_every_stage_ends_with_the_same_report(
    tmp_path: Path, short_spec: RunSpec, set_back: Callable[[float], None]
) -> None:
    def carried_out(name: str, bring: Bringing) -> tuple[RunStore, str]:
        store = RunStore(tmp_path / name)
        run = store.create(short_spec).id
        store.move(run, RunState.RUNNING)
        settings = Settings(runs_dir=store.root, checkpoint_seconds=0)
        assert carry_out(store, run, settings, bring) is RunState.DONE, store.get(run).error
        return store, run

    def behind(stage: Stage, store: RunStore, *others: Any) -> None:
        """The clock loses a year before each stage."""
        nonlocal years
        years += 1
        set_back(years * AGES / 30)
        bring_about(stage, store, *others)

    years = 0
    undisturbed, disturbed = carried_out("even", bring_about), carried_out("back", behind)
    assert years > 5
    first, second = (lasting(store.report(run)) for store, run in (undisturbed, disturbed))
    assert first == second  # the metrics, and all else that lasts
    store, run = disturbed
    progress = Progress().add(store.events(run).read()[0])
    assert progress.fraction == 1
    assert all(stage.seconds >= 0 for stage in progress.stages.values())
    assert store.get(run).changed < store.get(run).created  # it really was
