"""Deletes what nobody needs any more: old runs, stages that no run refers to, files that no run reads.

Only what has rested for a while is touched, so that a run that is being made ready, or a file that
somebody has just brought, is not taken away from under them.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.artifacts import ArtifactStore
from pipeline.errors import RunError
from pipeline.runs import RunStore
from pipeline.settings import Settings

logger = logging.getLogger(__name__)

DAY = 86_400.0  # seconds; also how long what nobody refers to is left alone


@dataclass(frozen=True)
class Swept:
    """What was deleted: ids of runs, keys of artifacts, names of upload folders."""

    runs: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()


def sweep(store: RunStore, settings: Settings, now: float) -> Swept:
    """Delete what is old and not needed.

    Args:
        store: All runs.
        settings: ``keep_days`` says how long a run that has ended is kept; None: for ever.
        now: Seconds since the epoch.
    """
    runs = tuple(_old_runs(store, settings, now))
    return Swept(runs, tuple(_unused_artifacts(store, now)), tuple(_unused_uploads(store, now)))


def _old_runs(store: RunStore, settings: Settings, now: float) -> Iterator[str]:
    if settings.keep_days is None:
        return
    for record in store.list():
        if not record.state.active and now - record.changed > settings.keep_days * DAY:
            try:
                store.delete(record.id)
            except RunError:
                continue  # somebody resumed it in this moment
            yield record.id


def _unused_artifacts(store: RunStore, now: float) -> Iterator[str]:
    """Artifacts, and what unfinished stages left, that no run's plan names."""
    resting = [path for path in store.artifacts.glob("*") if path.is_dir() and _rests(path, now)]
    used = {key for record in store.list() for key in store.events(record.id).planned_keys()} if resting else set()
    for path in resting:
        key = path.name.partition(".")[0]
        if key in used:
            continue
        try:
            with FileLock(store.artifacts / f".{key}.lock", timeout=0):
                shutil.rmtree(path, ignore_errors=True)
                if path.name == key:
                    ArtifactStore(store.artifacts).remove(key)
        except Timeout:
            continue  # a stage is at work in it
        yield path.name


def _unused_uploads(store: RunStore, now: float) -> Iterator[str]:
    """Uploads that no run's spec reads."""
    resting = [path for path in store.uploads.glob("*") if path.is_dir() and _rests(path, now)]
    specs = "".join(_text(store.folder(record.id) / "spec.json") for record in store.list()) if resting else ""
    for path in resting:
        if path.name not in specs:
            shutil.rmtree(path, ignore_errors=True)
            yield path.name


def _rests(path: Path, now: float) -> bool:
    try:
        return now - path.stat().st_mtime > DAY
    except FileNotFoundError:
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
