"""Finished stages, kept by what they depend on.

A stage's output is the folder ``artifacts/<key>/``. It is built under a temporary name and
renamed when complete, so a folder that exists is whole. ``artifacts/<key>.work/`` outlives a
killed worker: a fine-tuning's checkpoints lie there and it goes on from the last of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock


@dataclass(frozen=True)
class Building:
    """The two folders a stage writes to: ``out`` becomes the artifact, ``work`` survives a kill."""

    out: Path
    work: Path


class ArtifactStore:
    """Finished stages below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where the artifact with this key lies, once it is complete."""
        return self.root / key

    def complete(self, key: str) -> bool:
        """Whether the stage with this key has been finished."""
        return self.path(key).is_dir()

    @contextmanager
    def build(self, key: str) -> Iterator[Building | None]:
        """Build an artifact; on a clean exit it is complete, on an exception only ``work`` stays.

        Two runs that need the same artifact wait for each other here: the second one is given
        None, for the first has finished it meanwhile.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / f".{key}.lock"):
            if self.complete(key):
                yield None
                return
            building = Building(self.root / f"{key}.partial", self.root / f"{key}.work")
            shutil.rmtree(building.out, ignore_errors=True)  # what a killed worker left
            building.out.mkdir()
            building.work.mkdir(exist_ok=True)
            try:
                yield building
            except BaseException:
                shutil.rmtree(building.out, ignore_errors=True)
                raise
            _sync(building.out)
            os.replace(building.out, self.path(key))
            shutil.rmtree(building.work, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Bring the files to disk before the rename that declares them complete."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
