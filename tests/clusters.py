"""A Ray cluster of two machines of one core each on this one, and a head that only keeps the books."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "memory": 4 << 30}
MISSING = importlib.util.find_spec("ray") is None
REASON = "Ray is not installed: pip install -r requirements-ray.txt"


@contextmanager
def clustered(machines: int = 2, **node: Any) -> Iterator[Any]:
    """A cluster; it is gone afterwards."""
    from ray.cluster_utils import Cluster

    with of_one_core():
        made = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    for _ in range(machines):
        add_machine(made, **node)
    made.wait_for_nodes()
    try:
        yield made
    finally:
        made.shutdown()


def add_machine(cluster: Any, **node: Any) -> None:
    """One more."""
    with of_one_core():
        cluster.add_node(**NODE | node)


@contextmanager
def of_one_core() -> Iterator[None]:
    """Processes begun in here use one thread: two add up in another order, and results differ in the last digits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
