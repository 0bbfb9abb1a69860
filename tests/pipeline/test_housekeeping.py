"""What nobody needs is deleted, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.housekeeping import DAY, Swept, sweep
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec


def aged(path: Path, days: float) -> Path:
    """A folder that was last changed some days ago."""
    path.mkdir(parents=True, exist_ok=True)
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


@pytest.fixture
def run(store: RunStore, tiny_spec: RunSpec) -> str:
    run = store.create(tiny_spec).id
    stage = {"name": "data", "title": "Read", "cost": 1.0, "key": "used", "after": []}
    store.events(run).append("plan", stages=[stage])
    return run


def test_runs_are_kept_unless_the_host_says_for_how_long(store: RunStore, settings: Settings, run: str) -> None:
    store.move(run, RunState.CANCELLED)
    assert sweep(store, settings, time.time() + 1000 * DAY) == Swept()
    week = settings.model_copy(update={"keep_days": 7.0})
    assert sweep(store, week, time.time() + 6 * DAY).runs == ()
    assert sweep(store, week, time.time() + 8 * DAY).runs == (run,)
    assert not store.folder(run).exists()


def test_a_run_at_work_is_never_too_old(store: RunStore, settings: Settings, run: str) -> None:
    week = settings.model_copy(update={"keep_days": 7.0})
    assert sweep(store, week, time.time() + 100 * DAY).runs == ()
    assert store.get(run)


def test_artifacts_go_that_no_run_has_planned(store: RunStore, settings: Settings, run: str) -> None:
    kept = [aged(store.artifacts / name, 3) for name in ("used", "used.work")]
    fresh = aged(store.artifacts / "fresh", 0)
    gone = [aged(store.artifacts / name, 3) for name in ("unused", "unused.work")]
    assert sorted(sweep(store, settings, time.time()).artifacts) == ["unused", "unused.work"]
    assert all(path.exists() for path in [*kept, fresh])
    assert not any(path.exists() for path in gone)
    store.move(run, RunState.CANCELLED)
    store.delete(run)
    assert sorted(sweep(store, settings, time.time()).artifacts) == ["used", "used.work"]


def test_an_artifact_that_is_being_built_is_left_alone(store: RunStore, settings: Settings) -> None:
    path = aged(store.artifacts / "key.work", 3)
    with FileLock(store.artifacts / ".key.lock"):
        assert sweep(store, settings, time.time()) == Swept()
    assert path.exists()


def test_uploads_go_that_no_run_reads(store: RunStore, settings: Settings, tiny_spec: RunSpec) -> None:
    used, unused, fresh = (aged(store.uploads / name, days) for name, days in (("u1", 3), ("u2", 3), ("u3", 0)))
    assert tiny_spec.data.target is not None
    target = tiny_spec.data.target.model_copy(update={"path": str(used / "texts.csv")})
    store.create(tiny_spec.model_copy(update={"data": tiny_spec.data.model_copy(update={"target": target})}))
    assert sweep(store, settings, time.time()).uploads == ("u2",)
    assert used.exists()
    assert fresh.exists()
    assert not unused.exists()
