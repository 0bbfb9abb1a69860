"""Runs that are carried out by one engine or the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunStore
from pipeline.settings import Settings
from tests.pipeline.cluster.following import follow


@dataclass
class Running:
    """A store whose runs are carried out by one of the engines."""

    store: RunStore
    supervisor: Supervisor

    def until(self, holds: Callable[[], Any], seconds: float = 120) -> None:
        """Look after the runs until something holds."""
        follow(self.supervisor, holds, seconds)


@pytest.fixture
def on_cluster(cluster: Any, store: RunStore, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A store whose runs are carried out by the cluster."""
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    monkeypatch.setenv("GRAFT_ENGINE", "ray")
    return running(store, settings)


def running(store: RunStore, settings: Settings) -> Running:
    return Running(store, Supervisor(store, LocalEngine(store), settings.model_copy(update={"max_running": 4})))
