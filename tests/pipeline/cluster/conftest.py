"""A cluster of two machines of one core each on this one, and a head that only keeps the books."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunStore
from pipeline.settings import Settings
from tests.pipeline.cluster.following import follow

MISSING = importlib.util.find_spec("ray") is None
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "memory": 4 << 30}
for name, value in {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "OMP_NUM_THREADS": "1",
}.items():
    os.environ.setdefault(name, value)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A cluster; whoever takes a machine away gives it one back."""
    if MISSING:
        pytest.skip("Ray is not installed: pip install -r requirements-ray.txt")
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    for _ in range(2):
        made.add_node(**NODE)
    made.wait_for_nodes()
    yield made
    made.shutdown()


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
