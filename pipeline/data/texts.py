"""The texts of one file, ready for use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from pipeline.data.columns import Coded, fingerprints, taken
from pipeline.data.inspection import examine
from pipeline.data.labellings import LABELS, Item, Label
from pipeline.data.large.plain import Irregular
from pipeline.data.large.spooling import spool
from pipeline.data.large.streams import stream
from pipeline.data.usable import Usable
from pipeline.errors import DataError
from pipeline.messages import Message, sentences
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName


@dataclass(frozen=True)
class Texts:
    """Texts in the order of their file. Equal ones compare and hash as equal. Those of a large file are on disk.

    Attributes:
        texts: What a model reads: a text, without white space around it and with single spaces
            within; both texts of a pair; or the words of a sentence.
        labels: One a text: its label, all of several, or a tag for each word (IOB2 where they spell
            entities). None where the file is used without labels.
        rows: The row of the file that each text comes from, or the line of its first token.
        groups: What each text is about; None where nothing says so.
    """

    texts: Sequence[Item]
    labels: Sequence[Label] | None
    rows: Sequence[int]
    groups: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def marks(self) -> np.ndarray:
        """The fingerprint of each, int64; those of a large file are read once for it."""
        return fingerprints(self.texts)

    @property
    def firsts(self) -> np.ndarray:
        """The places of the different ones, ascending: of equal texts the first."""
        return np.sort(np.unique(self.marks, return_index=True)[1])

    def at(self, places: Iterable[int]) -> Texts:
        """The texts at these places, counted from 0."""
        chosen = places if isinstance(places, np.ndarray) else [*places]
        return Texts(
            taken(self.texts, chosen),
            None if self.labels is None else taken(self.labels, chosen),
            taken(self.rows, chosen),
            None if self.groups is None else taken(self.groups, chosen),
        )

    def names(self, task: TaskName) -> set[str]:
        """What their labels are called: labels, entity types, or tags."""
        labels = self.labels if self.labels is not None else ()
        different = labels.present() if isinstance(labels, Coded) else labels
        return {name for label in different for name in LABELS[task].names(label)}

    def renamed(self, mapping: dict[str, str], task: TaskName) -> Texts:
        """The same with the names of the labels mapped."""
        if self.labels is None or not mapping:
            return self

        def renamed(label: Label) -> Label:
            return LABELS[task].renamed(label, mapping)

        labels = self.labels
        return replace(self, labels=labels.renamed(renamed) if isinstance(labels, Coded) else [*map(renamed, labels)])


def read_texts(
    dataset: DatasetSpec, settings: Settings, *, labelled: bool, task: TaskName = "text-classification"
) -> tuple[Texts, list[Message]]:
    """Read a file's texts and, where asked for and the task has some, their labels.

    Returns:
        The texts, and notes of what a person should know about them.

    Raises:
        DataError: The file can't be read, or has a problem that its inspection shows.
    """
    inspection, found = examine(dataset, settings, labelled=labelled, task=task)
    if inspection.problems:
        *others, last = inspection.problems
        raise DataError(sentences([*(problem.told for problem in others), last.message]), last.remedy)
    if len(found.texts) < inspection.texts:  # a large file, of which these are the first
        found = _all(inspection.dataset, settings, labelled=found.labels is not None, task=task)
    return Texts(found.texts, found.labels, found.rows, found.groups), inspection.notes


def _all(dataset: DatasetSpec, settings: Settings, *, labelled: bool, task: TaskName) -> Usable:
    """All texts of a large file that has just been read well.

    Raises:
        DataError: Somebody has changed it since.
    """
    large = stream(dataset, settings, task, labelled=labelled)
    with suppress(Irregular):
        if large is not None:
            folder = settings.runs_dir if settings.runs_dir.is_dir() else None
            return spool(large, dataset, task, labelled=labelled, folder=folder)
    raise DataError("{file} was changed while it was read.", "Try again.", file=Path(dataset.path).name)
