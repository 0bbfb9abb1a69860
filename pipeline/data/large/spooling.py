"""A large file's usable texts, on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from pipeline.data.columns import Coded, OnDisk, spooled
from pipeline.data.detection import named
from pipeline.data.labellings import Label, split_labels
from pipeline.data.large.rows import sort_out, tidied
from pipeline.data.large.streams import Stream
from pipeline.data.usable import Usable
from pipeline.data.words import words_of
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS


def spool(found: Stream, dataset: DatasetSpec, task: TaskName, *, labelled: bool, folder: Path | None) -> Usable:
    """Read a file that has no problems, and keep its texts in a file of their own, which goes when they do.

    Args:
        found: The file.
        dataset: Its spec with its columns filled in.
        task: What its texts are for.
        labelled: Whether its labels are wanted.
        folder: Where the file lies; None: where the system has such files.

    Raises:
        Irregular: It is not as plain as its beginning.
    """
    columns = {role: str(column) for role, column in named(dataset, task, labelled=labelled).items()}
    label, group = columns.get("label_column"), columns.get("group_column")
    texts = [column for role, column in columns.items() if role.endswith("text_column")]
    needed = [*texts, *([label] if label else [])]
    several, words = TASKS[task].labelling == "several", TASKS[task].columns == ("tokens",)
    labels = _Codes((lambda cell: split_labels(cell, dataset.label_separator)) if several else str)
    groups, rows = _Codes(str), [np.empty(0, np.int64)]
    kind = pa.list_(pa.string()) if words else pa.string()
    schema = pa.schema([pa.field(name, kind) for name in TASKS[task].columns])

    def batches() -> Iterator[pa.RecordBatch]:
        for numbers, batch in found.batches():
            usable = sort_out(batch, needed, blank_rows=found.blank_rows).usable
            kept = batch.filter(pa.array(usable))
            rows.append(numbers[usable])
            if label:
                labels.add(kept[label])
            if group:
                groups.add(kept[group])
            cells = [tidied(kept[name]) for name in texts]
            if words:
                cells = [pa.array(map(words_of, column.to_pylist()), kind) for column in cells]
            yield pa.record_batch(cells, schema=schema)

    return Usable(
        texts=OnDisk(spooled(schema, batches(), folder)),
        labels=labels.coded() if labelled else None,
        groups=cast("Any", groups.coded()) if group else None,
        rows=cast("Any", np.concatenate(rows)),
    )


class _Codes:
    """A column of few different cells, as numbers."""

    def __init__(self, read: Callable[[str], Label]) -> None:
        self._read, self._numbers = read, dict[Label, int]()
        self._parts = [np.empty(0, np.int32)]

    def add(self, cells: pa.Array) -> None:
        here = cells.dictionary_encode()
        values = [self._read(" ".join(cell.split())) for cell in here.dictionary.to_pylist()]
        numbers = np.array([self._numbers.setdefault(value, len(self._numbers)) for value in values], np.int32)
        self._parts.append(numbers[here.indices.to_numpy()])

    def coded(self) -> Coded:
        return Coded(np.concatenate(self._parts), list(self._numbers))
