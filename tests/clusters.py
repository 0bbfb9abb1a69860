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

    with pytest.MonkeyPatch.context() as patch:  # for the machines alone, which are processes of their own
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("OMP_NUM_THREADS", "1")
        made = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
        for _ in range(machines):
            made.add_node(**NODE | node)
        made.wait_for_nodes()
    try:
        yield made
    finally:
        made.shutdown()
