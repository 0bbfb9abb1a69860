"""The files of a run: which there are, what is in them, and about how much."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pipeline.errors import DataError, system_fault
from pipeline.parameters import DataParameters
from pipeline.spec import DATASETS, PLACES, DataSpec


def files(data: DataSpec) -> dict[str, Path]:
    """Role → file, of those that are given."""
    datasets = {role: getattr(data, role) for role in DATASETS}
    found = {role: Path(dataset.path) for role, dataset in datasets.items() if dataset is not None}
    if data.dictionary:
        found["dictionary"] = Path(data.dictionary)
    return found


def sha256(path: Path) -> str:
    """Hash of a file's content.

    Raises:
        DataError: It can't be read.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            "{file} can't be read: {fault}.", "Check the path.", file=str(path), fault=system_fault(error)
        ) from error


def count_texts(path: Path, *, tagged: bool) -> int:
    """About how many texts a file holds: its lines, or the blank lines of a tagged file.

    Raises:
        DataError: It can't be read.
    """
    mark = b"\n\n" if tagged else b"\n"
    try:
        with open(path, "rb") as file:
            return 1 + sum(block.replace(b"\r", b"").count(mark) for block in iter(lambda: file.read(1 << 20), b""))
    except OSError as error:
        raise DataError(
            "{file} can't be read: {fault}.", "Check the path.", file=str(path), fault=system_fault(error)
        ) from error


def source_side(parameters: DataParameters) -> dict[str, Any]:
    """What the split of the source texts depends on; the target's files are not among it."""
    fields = {"source": {*PLACES}, "source_test": {*PLACES}}
    kept = parameters.data.model_dump(
        mode="json", include={*fields, "source_test_fraction", "source_label_mapping"}, exclude=fields
    )
    hashes = {role: parameters.hashes.get(role) for role in fields}
    return {"data": kept, "hashes": hashes, "seed": parameters.seed, "task": parameters.task}
