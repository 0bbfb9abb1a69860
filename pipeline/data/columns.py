"""Texts and labels of a large file: on disk, or as numbers, and read as they are asked for; a small file's are lists.

Both kinds are sequences, and :func:`taken` takes from either. What is known of every text of a large file is an array
of numbers, so that a million of them cost some megabytes.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import numpy as np
import pyarrow as pa

from pipeline.data.labellings import Item, Label

Value = TypeVar("Value")
BATCH = 10_000  # rows read at a time


class OnDisk(Sequence[Item]):
    """Texts in an Arrow file, in the order of ``places``.

    Args:
        batches: Of a memory-mapped table, whose columns are the parts of a text: ``text``; ``text`` and ``second``;
            or ``tokens``.
        places: int64: which rows, counted from 0; all of them by default.
    """

    def __init__(self, batches: Sequence[pa.RecordBatch], places: np.ndarray | None = None) -> None:
        self._batches = batches
        self._starts = np.cumsum([0, *(batch.num_rows for batch in batches)], dtype=np.int64)
        self._places = np.arange(self._starts[-1]) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Item]:
        for batch in self.batches():
            yield from items(batch)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> OnDisk: ...
    def __getitem__(self, index: int | slice) -> Item | OnDisk:
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        (found,) = self.take(np.array([index]))
        return found

    def take(self, places: np.ndarray) -> OnDisk:
        """The texts at these places."""
        return OnDisk(self._batches, self._places[places])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All of them, some thousands at a time."""
        for start in range(0, len(self._places), BATCH):
            places = self._places[start : start + BATCH]
            which = np.searchsorted(self._starts, places, side="right") - 1
            for run in np.split(np.arange(len(places)), np.flatnonzero(np.diff(which)) + 1):
                batch = int(which[run[0]])
                yield self._batches[batch].take(pa.array(places[run] - self._starts[batch]))


class Coded(Sequence[Label]):
    """A label a text, of which there are few different ones.

    Args:
        codes: int32: the number of each text's label.
        names: The labels.
    """

    def __init__(self, codes: np.ndarray, names: list[Label]) -> None:
        self.codes, self.names = codes, names

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Label]:
        return map(self.names.__getitem__, self.codes)

    @overload
    def __getitem__(self, index: int) -> Label: ...
    @overload
    def __getitem__(self, index: slice) -> Coded: ...
    def __getitem__(self, index: int | slice) -> Label | Coded:
        return Coded(self.codes[index], self.names) if isinstance(index, slice) else self.names[self.codes[index]]

    def take(self, places: np.ndarray) -> Coded:
        """The labels at these places."""
        return Coded(self.codes[places], self.names)

    def renamed(self, rename: Callable[[Label], Label]) -> Coded:
        """The same with other names, of which several may be the same."""
        new = coded([rename(name) for name in self.names])
        return Coded(new.codes[self.codes], new.names)

    def present(self) -> list[Label]:
        """The labels that some text has."""
        return [self.names[code] for code in np.unique(self.codes)]


def coded(labels: Sequence[Label]) -> Coded:
    """Labels with their numbers, in the order in which they come."""
    if isinstance(labels, Coded):
        return labels
    numbers: dict[Label, int] = {}
    codes = np.fromiter((numbers.setdefault(label, len(numbers)) for label in labels), np.int32, len(labels))
    return Coded(codes, list(numbers))


def taken(values: Sequence[Value], places: Iterable[int]) -> Sequence[Value]:
    """The values at these places: a list of a list, else of the same kind."""
    if isinstance(values, list):
        return [values[place] for place in places]
    array = places if isinstance(places, np.ndarray) else np.fromiter(places, np.int64)
    return cast("Sequence[Value]", cast("Any", values).take(array))


def fingerprints(texts: Sequence[Item]) -> np.ndarray:
    """A number for each text, the same for equal ones, for as long as this process lives: int64 ``[texts]``.

    Two of a million different texts share one with a chance of one to thirty million.
    """
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def items(batch: pa.RecordBatch) -> Iterator[Item]:
    """The texts of a table's rows."""
    columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
    if len(columns) > 1:
        return zip(*columns, strict=True)
    return map(tuple, columns[0]) if pa.types.is_list(batch.schema.types[0]) else iter(columns[0])


def spooled(schema: pa.Schema, batches: Iterable[pa.RecordBatch], folder: Path | None = None) -> list[pa.RecordBatch]:
    """Write a table into a file that goes when it is not needed any more, and give it memory-mapped.

    Args:
        schema: Of the table.
        batches: Its rows.
        folder: Where the file lies; by default where the system has such files, which may be in memory.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        with pa.ipc.new_stream(pa.PythonFile(file, mode="w"), schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return list(pa.ipc.open_stream(pa.py_buffer(mapped)))
