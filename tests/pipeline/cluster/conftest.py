"""Runs that are carried out by one engine or the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from tests.clusters import of_one_core
from tests.pipeline.cluster.following import follow, logs


@dataclass
class Running:
    """A store whose runs are carried out by one of the engines."""

    store: RunStore
    supervisor: Supervisor

    def until(self, holds: Callable[[], Any]) -> None:
        """Look after the runs until something holds."""
        follow(self.supervisor, holds)


@pytest.fixture
def on_cluster(cluster: Any, store: RunStore, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A store whose runs are carried out by the cluster."""
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    monkeypatch.setenv("GRAFT_ENGINE", "ray")
    return running(store, settings)


def running(store: RunStore, settings: Settings) -> Running:
    return Running(store, Supervisor(store, LocalEngine(store), settings.model_copy(update={"max_running": 4})))


def carried_out_here(store: RunStore, spec: RunSpec) -> str:
    """A run that nobody disturbs, on this machine; its id."""
    engine = running(store, Settings(runs_dir=store.root))
    with of_one_core():
        run = engine.supervisor.submit(spec).id
        engine.until(lambda: not store.get(run).state.active)
    assert store.get(run).state is RunState.DONE, logs(store)
    return run
