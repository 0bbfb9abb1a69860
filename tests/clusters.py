"""A Ray cluster of two machines of one core each on this one, and a head that only keeps the books."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "memory": 4 << 30}
MISSING = importlib.util.find_spec("ray") is None
REASON = "Ray is not installed: pip install -r requirements-ray.txt"


@contextmanager
def clustered(machines: int = 2, **node: Any) -> Iterator[Any]:
    """A cluster; it is gone afterwards."""
    for name, value in {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}.items():
        os.environ.setdefault(name, value)  # the machines inherit them
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(machines):
            made.add_node(**NODE | node)
        made.wait_for_nodes()
        yield made
    finally:
        made.shutdown()
