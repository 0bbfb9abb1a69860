"""Where runs are carried out: one table of engines, a row each, chosen by ``GRAFT_ENGINE``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pipeline.engine.local import LocalEngine
from pipeline.runs import RunStore
from pipeline.settings import EngineName, Settings


class Engine(Protocol):
    """Starts, watches and ends whoever carries out a run.

    Who asked for a run is known while it is started: ``start`` is called in the context of their request, if the
    run need not wait for room.
    """

    def start(self, run_id: str) -> int:
        """Begin with a run, and give the process id that its record will hold."""

    def alive(self, run_id: str, pid: int | None) -> bool:
        """Whether somebody is at work on the run."""

    def kill(self, run_id: str, pid: int | None) -> None:
        """End the work on the run at once."""


def _local(store: RunStore, settings: Settings) -> Engine:
    return LocalEngine(store, settings.max_running)


def _zerogpu(store: RunStore, settings: Settings) -> Engine:
    from pipeline.engine.zerogpu import ZeroGpuEngine  # noqa: PLC0415 - on ZeroGPU it brings torch along

    return ZeroGpuEngine(store, settings)


#: With Ray a run has its process on this machine, too, which hands out its stages (``CARRYING`` in pipeline/worker.py).
ENGINES: dict[EngineName, Callable[[RunStore, Settings], Engine]] = {
    "local": _local,
    "zerogpu": _zerogpu,
    "ray": _local,
}


def engine_of(store: RunStore, settings: Settings) -> Engine:
    """The engine that a host has chosen."""
    return ENGINES[settings.engine](store, settings)
