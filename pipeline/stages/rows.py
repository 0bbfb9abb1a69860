"""Rows of any number at the memory of a few: encoded ones on disk, and columns read part by part.

A split is memory-mapped Arrow, and stays so. What is made of it row by row is written to a file of the stage's own and
mapped in turn; the file has no name any more when its rows are read, so nothing is left of it however the stage ends.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset, Features
from datasets.table import InMemoryTable

from pipeline.parts import PART
from pipeline.stages.encoding import Columns

#: Rows that are kept in memory: a few megabytes, and quicker than a file.
FEW = 20_000


def mapped(
    dataset: Dataset,
    make: Callable[..., Columns],
    spare: Path | None,
    *,
    features: Features | None = None,
    numbered: bool = False,
) -> Dataset:
    """What is made of some rows: in memory where they are at most :data:`FEW`, else in a file.

    Args:
        dataset: The rows.
        make: Gives new columns for some of them, as many rows or others; the old columns go.
        spare: Folder for the file, of this process alone: what a killed one has left there is deleted. Below the run's
            folder, not the system's for temporary files, which may itself lie in memory. None: memory has to do.
        features: Types of the new columns; None: those of their first values.
        numbered: Whether ``make`` is told the rows' numbers, too.
    """
    options: dict[str, Any] = {
        "batched": True,
        "with_indices": numbered,
        "remove_columns": dataset.column_names,
        "features": features,
        "load_from_cache_file": False,
        # Nothing is looked up by it, and a hash of what ``make`` holds, the tokenizer above all, takes seconds.
        "new_fingerprint": uuid4().hex,
    }
    if spare is None or len(dataset) <= FEW:
        return dataset.map(make, keep_in_memory=True, **options)
    shutil.rmtree(spare, ignore_errors=True)
    spare.mkdir(parents=True)
    try:
        return dataset.map(make, cache_file_name=str(spare / f"{uuid4().hex}.arrow"), **options)
    finally:
        shutil.rmtree(spare, ignore_errors=True)


def select(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """``dataset.select`` without a Python number for each row."""
    wanted = np.asarray(rows, np.int64)
    if len(wanted) <= FEW:
        return dataset.select(wanted.tolist())
    places = np.asarray(wanted if dataset._indices is None else _places(dataset)[wanted], np.uint64)  # noqa: SLF001
    table = InMemoryTable.from_arrays([pa.array(places)], names=["indices"])
    return Dataset(dataset.data, dataset.info.copy(), dataset.split, table, fingerprint=uuid4().hex)


def lengths(dataset: Dataset, column: str = "input_ids") -> np.ndarray:
    """How many items the lists of a column have, int32 ``[rows]``; the items themselves are not looked at."""
    if not len(dataset):
        return np.empty(0, np.int32)
    found = np.concatenate(
        [pc.list_value_length(chunk).to_numpy(zero_copy_only=False) for chunk in dataset.data.column(column).chunks]
    ).astype(np.int32)
    return found if dataset._indices is None else found[_places(dataset)]  # noqa: SLF001


def distinct(dataset: Dataset, column: str = "input_ids") -> np.ndarray:
    """The items that occur in the lists of a column, ascending."""
    found = np.empty(0, np.int64)
    for chunk in _arrow(dataset, column):
        found = np.union1d(found, pc.unique(pc.list_flatten(chunk)).to_numpy(zero_copy_only=False))
    return found.astype(np.int64)


def spans(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The numbers of each span one after the other: from its start, as many as its size, int64."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def _arrow(dataset: Dataset, column: str) -> Iterator[pa.ChunkedArray]:
    """A column as Arrow, in parts."""
    if len(dataset):
        for table in dataset.select_columns([column]).with_format("arrow").iter(PART):
            yield table.column(0)


def _places(dataset: Dataset) -> np.ndarray:
    """Where the rows of a selection lie."""
    return dataset._indices.column(0).to_numpy()  # noqa: SLF001 - there is no other way but row by row
