"""Reads the files, checks them, and freezes the splits as memory-mapped Arrow.

Output: ``<split>/`` for each of :data:`SPLITS`, with the columns of the task (:data:`~pipeline.tasks.TASKS`)
and, but for ``unlabelled``, its label column; ``unlabelled`` has a column ``group`` where the spec names one.
A split that there is no file for is empty. Beside them ``data.json`` (labels, counts, notes) and
``dictionary.json`` (target word → source words).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from datasets import Dataset, Features, List, Value, load_from_disk

from pipeline.data.preparation import prepare
from pipeline.data.texts import Texts
from pipeline.messages import told
from pipeline.parameters import DataParameters, Split
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
        dataset = freeze(getattr(prepared, split), prepared.labels, parameters.task, labelled=labelled)
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


def freeze(texts: Texts, labels: list[str], task: TaskName, *, labelled: bool) -> Dataset:
    """Texts as a dataset with the task's columns, and their groups if they have any; typed even where it is empty.

    Args:
        texts: With labels, where these are wanted.
        labels: The run's labels in order.
        task: Whose columns.
        labelled: Whether the label column is wanted; a task without labels has none.
    """
    columns = TASKS[task].columns
    items: list[Any] = texts.texts
    parts = [items] if len(columns) == 1 else [[item[place] for item in items] for place in range(len(columns))]
    values: dict[str, Any] = dict(zip(columns, parts, strict=True))
    label_column = TASKS[task].label_column
    if labelled and label_column is not None:
        index = {label: number for number, label in enumerate(labels)}
        values[label_column] = [
            index[label] if isinstance(label, str) else [index[each] for each in label] for label in texts.labels or ()
        ]
    if texts.groups is not None:
        values["group"] = texts.groups
    return Dataset.from_dict(values, features=Features({name: COLUMNS[name] for name in values}))
