"""How much one visitor may ask of a host: runs that wait, disk that is kept, minutes that a run works."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import RunError
from pipeline.runs import RunRecord, RunState, RunStore
from pipeline.settings import Settings

GIGABYTE = 1e9


def admit(store: RunStore, settings: Settings, owner: str) -> None:
    """See that a visitor may queue another run.

    Args:
        store: All runs.
        settings: The host's limits.
        owner: Whose run it would be; on a host that tells nobody apart all runs have the same.

    Raises:
        RunError: Too many of theirs are active, or what they keep takes too much disk.
    """
    own = store.list(owner)
    active = sum(record.state.active for record in own)
    if active >= settings.max_active:
        raise RunError(
            "You have {active} runs waiting or at work; here {limit} is the limit.",
            "Wait for one of them to end, or cancel one.",
            active=active,
            limit=settings.max_active,
        )
    if settings.max_disk_gb is None:
        return
    taken = disk(store.folder(record.id) for record in own) / GIGABYTE
    if taken >= settings.max_disk_gb:
        raise RunError(
            "Your runs take {taken:.1f} GB; here {limit:g} GB is the limit.",
            "Delete a run that you no longer need.",
            taken=taken,
            limit=settings.max_disk_gb,
        )


def overdue(record: RunRecord, settings: Settings, now: float) -> bool:
    """Whether a run has been at work for longer than the host allows.

    Args:
        record: Of the run; ``changed`` is when it was started.
        settings: The host's limits.
        now: Seconds since the epoch.
    """
    limit = settings.max_run_minutes
    return limit is not None and record.state is RunState.RUNNING and now - record.changed > 60 * limit


def disk(folders: Iterable[Path]) -> int:
    """Bytes that folders take; what is linked into several places counts once."""
    counted: dict[tuple[int, int], int] = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                try:
                    found = Path(place, name).lstat()
                except FileNotFoundError:
                    continue  # a run at work deletes files too
                counted[found.st_dev, found.st_ino] = found.st_size
    return sum(counted.values())
