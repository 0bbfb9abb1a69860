"""Finished stages, kept by what they depend on.

A stage's output is the folder ``artifacts/<key>/``. It is built under a temporary name and
renamed when complete, so a folder that exists was whole. Whether it still is, after a disk's faults and people's
mistakes, tell the checksums of its files in ``artifacts/<key>.sums.json``. ``artifacts/<key>.work/`` outlives a
killed worker: a fine-tuning's checkpoints lie there and it goes on from the last of them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pipeline.storage import write_atomically

logger = logging.getLogger(__name__)


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

    def whole(self, key: str) -> bool:
        """Whether the stage with this key has been finished, and its files are what they were then.

        What is damaged is deleted, for the stage to be done anew. An artifact without checksums is taken as it is.
        """
        if not self.complete(key):
            return False
        if not self._changed(key):
            return True
        with FileLock(self.root / f".{key}.lock"):
            if self.complete(key) and (changed := self._changed(key)):  # nobody has made it anew meanwhile
                logger.warning("Artifact %s is damaged, and is made anew: %s", key, ", ".join(changed))
                self.remove(key)
        return False

    def _changed(self, key: str) -> list[str]:
        """What of a finished stage's files is not as its checksums say; nothing if it has none."""
        try:
            sums = dict(json.loads(self._sums(key).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return []  # an older Graft's
        except (OSError, ValueError, TypeError):
            return [self._sums(key).name]
        try:
            return sorted({name for name, _ in sums.items() ^ checksums(self.path(key)).items()})
        except OSError as error:
            return [str(error)]

    def remove(self, key: str) -> None:
        """Delete an artifact; whoever calls holds its lock."""
        shutil.rmtree(self.path(key), ignore_errors=True)
        self._sums(key).unlink(missing_ok=True)

    def _sums(self, key: str) -> Path:
        return self.root / f"{key}.sums.json"

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
            write_atomically(self._sums(key), json.dumps(checksums(building.out), indent=1))
            os.replace(building.out, self.path(key))
            shutil.rmtree(building.work, ignore_errors=True)


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path from there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with open(path, "rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _sync(folder: Path) -> None:
    """Bring the files to disk before the rename that declares them complete."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
