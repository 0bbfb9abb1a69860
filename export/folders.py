"""Replacing a folder as a whole, so that readers and crashes see the old one or the new one."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from export.report import FILE
from pipeline.errors import ExportError


@contextmanager
def replacing(destination: Path) -> Iterator[Path]:
    """Give a folder to build in; on a clean exit it becomes ``destination``, else that stays as it was.

    Builders of one destination wait for each other. What a killed one left is cleared away.

    Raises:
        ExportError: ``destination`` holds something that is no export; it is not touched.
    """
    destination = destination.absolute()
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial, previous = (destination.with_name(f".{destination.name}.{state}") for state in ("partial", "previous"))
    with FileLock(_lock_path(destination)):
        if previous.exists() and not destination.exists():
            os.replace(previous, destination)  # a builder was killed between its two renames
        if destination.exists() and not (destination / FILE).exists() and any(destination.iterdir()):
            raise ExportError("{folder} exists and is no export.", "Name a new folder.", folder=str(destination))
        for left in (partial, previous):
            shutil.rmtree(left, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
            _sync(partial)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        if destination.exists():
            os.replace(destination, previous)
        os.replace(partial, destination)
        shutil.rmtree(previous, ignore_errors=True)


def _lock_path(destination: Path) -> Path:
    """Outside the exports: the lock file outlives the lock, and an export is handed on as it lies."""
    digest = hashlib.sha256(str(destination).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"graft-export-{digest}.lock"


def _sync(folder: Path) -> None:
    """Bring the files to disk before the rename that declares them complete."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
