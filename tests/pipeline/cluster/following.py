"""Waiting for runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pipeline.engine.supervisor import Supervisor
from pipeline.events import Progress
from pipeline.runs import RunStore

#: Seconds; only what hangs needs them. On two cores that others use, too, a run of seconds has taken minutes.
PATIENCE = 300.0
#: Seconds that a test may wait all in all.
IN_ALL = 3 * PATIENCE


def follow(supervisor: Supervisor, holds: Callable[[], Any]) -> None:
    """Look after all runs until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, logs(supervisor.store)
        supervisor.tick()
        time.sleep(0.05)


def logs(store: RunStore) -> str:
    return "\n".join(store.log_path(run.id).read_text(encoding="utf-8") for run in store.list())


def progress(store: RunStore, run: str) -> Progress:
    return Progress().add(store.events(run).read()[0])
