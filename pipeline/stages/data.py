"""Reads the files, checks them, and freezes the splits as memory-mapped Arrow.

Output: ``<split>/`` for each of :data:`SPLITS`, with the columns of the task (:data:`~pipeline.tasks.TASKS`)
and, but for ``unlabelled``, its label column; ``unlabelled`` has a column ``group`` where the spec names one.
A split that there is no file for is empty. Beside them ``data.json`` (labels, counts, notes) and
``dictionary.json`` (target word → source words).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pyarrow as pa
from datasets import Dataset, Features, List, Value, load_from_disk

from pipeline.data.columns import spooled
from pipeline.data.labellings import Label
from pipeline.data.preparation import prepare
from pipeline.data.texts import Texts
from pipeline.messages import told
from pipeline.parameters import DataParameters, Split
from pipeline.parts import parts
from pipeline.spec import TaskName
from pipeline.stages.context import Context
from pipeline.tasks import TASKS

SPLITS: tuple[Split, ...] = get_args(Split)
COLUMNS: dict[str, Any] = {
    "text": Value("string"),
    "group": Value("string"),
    "second": Value("string"),
    "tokens": List(Value("string")),
    "label": Value("int64"),
    "labels": List(Value("int64")),
    "tags": List(Value("int64")),
}


def run(context: Context[DataParameters]) -> None:
    """Prepare the data of a run."""
    parameters = context.parameters
    prepared = prepare(parameters.data, parameters.seed, context.settings, parameters.task)
    for step, split in enumerate(SPLITS, start=1):
        labelled = split != "unlabelled"
        dataset = freeze(
            getattr(prepared, split), prepared.labels, parameters.task, labelled=labelled, folder=context.work
        )
        dataset.save_to_disk(str(context.out / split), num_shards=1)  # by default an empty one has none: unreadable
        context.step(step, len(SPLITS))
    for note in prepared.notes:
        context.note(note)
    counts: dict[str, int] = {split: len(getattr(prepared, split)) for split in SPLITS}
    counts["dictionary"] = len(prepared.dictionary)
    found = {"labels": prepared.labels, "counts": counts, "notes": prepared.notes, "told": told(prepared.notes)}
    context.write_json("data.json", found)
    context.write_json("dictionary.json", prepared.dictionary)


def read_split(folder: Path, split: str) -> Dataset:
    """A frozen split of a data stage's output; ``label``, ``labels`` and ``tags`` are indices into the labels."""
    return load_from_disk(str(folder / split))


def freeze(texts: Texts, labels: list[str], task: TaskName, *, labelled: bool, folder: Path | None = None) -> Dataset:
    """Texts as a dataset with the task's columns, and their groups if they have any; typed even where it is empty.

    It lies in a file that goes with it.

    Args:
        texts: With labels, where these are wanted.
        labels: The run's labels in order.
        task: Whose columns.
        labelled: Whether the label column is wanted; a task without labels has none.
        folder: Where the file lies; None: where the system has such files.
    """
    column = TASKS[task].label_column if labelled else None
    index = {label: number for number, label in enumerate(labels)}

    def numbered(label: Label) -> int | list[int]:
        return index[label] if isinstance(label, str) else [index[each] for each in label]

    names = (*TASKS[task].columns, *([column] if column else []), *(["group"] if texts.groups is not None else []))
    features = Features({name: COLUMNS[name] for name in names})

    def batches() -> Iterator[pa.RecordBatch]:
        for places in parts(range(len(texts))):
            part = texts.at(places)
            items: list[Any] = [*part.texts]
            values: list[Any] = [items] if len(TASKS[task].columns) == 1 else [*zip(*items, strict=True)]
            if column:
                values.append([numbered(label) for label in part.labels or ()])
            if part.groups is not None:
                values.append([*part.groups])
            arrays = [pa.array(value, field.type) for value, field in zip(values, features.arrow_schema, strict=True)]
            yield pa.record_batch(arrays, schema=features.arrow_schema)

    table = pa.Table.from_batches(spooled(features.arrow_schema, batches(), folder), features.arrow_schema)
    return Dataset(table, fingerprint=uuid4().hex)  # else all of it would be hashed, and copied for that
