"""The way into a Ray cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipeline.cluster.needs import Machines
from pipeline.engine.local import PROJECT, WORKER_ENVIRONMENT
from pipeline.errors import RunError

ADDRESS = "RAY_ADDRESS"
#: What machines need of this project; it travels, so that all of them have the server's own version.
PACKAGES = ("pipeline", "export")
#: Ray asks no host of its maker's, as nothing of Graft does; machines' logs come as they were written, without colours;
#: and Ray Train leaves ``print`` alone, which a library of datasets' catches what it reads with.
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_COLOR_PREFIX": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_TRAIN_ENABLE_PRINT_PATCH": "0",
}


def imported() -> Any:
    """Ray.

    Raises:
        RunError: It is not installed.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    try:
        import ray  # noqa: PLC0415 - only who asks for the engine has it
    except ImportError as error:
        raise RunError("Ray is not installed.", "Run `pip install -r requirements-ray.txt`.") from error
    return ray


@contextmanager
def connected(namespace: str, environment: Mapping[str, str] = WORKER_ENVIRONMENT) -> Iterator[Any]:
    """Ray, connected to the cluster that RAY_ADDRESS names; without one, to this machine's own.

    Args:
        namespace: Of what is made there.
        environment: Of the processes there.

    Raises:
        RunError: Ray is not installed, or no cluster answers.
    """
    ray = imported()
    try:
        ray.init(
            namespace=namespace,
            runtime_env={
                "py_modules": [str(PROJECT / name) for name in PACKAGES],
                "excludes": ["**/__pycache__/"],
                "env_vars": {**QUIET, **environment},
            },
            logging_level=logging.WARNING,
        )
    except (ConnectionError, RuntimeError, TimeoutError, ValueError) as error:
        raise RunError(
            "There is no way into the Ray cluster at {address}: {fault}",
            "Start one with `ray start --head`, or correct {variable}.",
            address=os.environ.get(ADDRESS, "this machine"),
            fault=" ".join(str(error).split()),
            variable=ADDRESS,
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def machines(ray: Any) -> Machines:
    """How large the cluster's machines are, now."""
    return Machines.of(ray.nodes())


def at_home(ray: Any, kind: type[Any]) -> Any:
    """An actor on this machine, of a class."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(kind).options(num_cpus=0, scheduling_strategy=here).remote()
