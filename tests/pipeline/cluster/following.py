"""Waiting for runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pipeline.engine.supervisor import Supervisor
from pipeline.events import Progress
from pipeline.runs import RunStore


def follow(supervisor: Supervisor, holds: Callable[[], Any], seconds: float) -> None:
    """Look after all runs until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, logs(supervisor.store)
        supervisor.tick()
        time.sleep(0.05)


def logs(store: RunStore) -> str:
    return "\n".join(store.log_path(run.id).read_text(encoding="utf-8") for run in store.list())


def progress(store: RunStore, run: str) -> Progress:
    return Progress().add(store.events(run).read()[0])
