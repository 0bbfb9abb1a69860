"""Reads the files, checks them, and freezes the splits as memory-mapped Arrow.

Output: ``<split>/`` for each of :data:`SPLITS` (columns ``text`` and, where labelled, ``label``),
``data.json`` (labels, counts, notes) and ``dictionary.json`` (target word → source words).
"""

from __future__ import annotations

from pathlib import Path

from datasets import Dataset, load_from_disk

from pipeline.data.preparation import prepare
from pipeline.data.texts import Texts
from pipeline.parameters import DataParameters
from pipeline.stages.context import Context

SPLITS = ("source_train", "source_test", "target_train", "test", "unlabelled")


def run(context: Context[DataParameters]) -> None:
    """Prepare the data of a run."""
    parameters = context.parameters
    prepared = prepare(parameters.data, parameters.seed, context.settings)
    for step, split in enumerate(SPLITS, start=1):
        _dataset(getattr(prepared, split), prepared.labels).save_to_disk(str(context.out / split))
        context.step(step, len(SPLITS))
    for note in prepared.notes:
        context.note(note)
    counts = {split: len(getattr(prepared, split)) for split in SPLITS}
    counts["dictionary"] = len(prepared.dictionary)
    context.write_json("data.json", {"labels": prepared.labels, "counts": counts, "notes": prepared.notes})
    context.write_json("dictionary.json", prepared.dictionary)


def read_split(folder: Path, split: str) -> Dataset:
    """A frozen split of a data stage's output; ``label`` is an index into the labels."""
    return load_from_disk(str(folder / split))


def _dataset(texts: Texts, labels: list[str]) -> Dataset:
    columns: dict[str, list[str] | list[int]] = {"text": texts.texts}
    if texts.labels is not None:
        index = {label: number for number, label in enumerate(labels)}
        columns["label"] = [index[label] for label in texts.labels]
    return Dataset.from_dict(columns)
