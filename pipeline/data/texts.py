"""The texts of one file, ready for use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.data.inspection import examine
from pipeline.data.labellings import LABELS, Item, Label
from pipeline.errors import DataError
from pipeline.messages import Message, sentences
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName


@dataclass(frozen=True)
class Texts:
    """Texts in the order of their file. Equal ones compare and hash as equal.

    Attributes:
        texts: What a model reads: a text, without white space around it and with single spaces
            within; both texts of a pair; or the words of a sentence.
        labels: One a text: its label, all of several, or a tag for each word (IOB2 where they spell
            entities). None where the file is used without labels.
        rows: The row of the file that each text comes from, or the line of its first token.
        groups: What each text is about; None where nothing says so.
    """

    texts: list[Item]
    labels: list[Label] | None
    rows: list[int]
    groups: list[str] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, places: Iterable[int]) -> Texts:
        """The texts at these places, counted from 0."""
        chosen = list(places)
        return Texts(
            [self.texts[place] for place in chosen],
            None if self.labels is None else [self.labels[place] for place in chosen],
            [self.rows[place] for place in chosen],
            None if self.groups is None else [self.groups[place] for place in chosen],
        )

    def names(self, task: TaskName) -> set[str]:
        """What their labels are called: labels, entity types, or tags."""
        return {name for label in self.labels or () for name in LABELS[task].names(label)}

    def renamed(self, mapping: dict[str, str], task: TaskName) -> Texts:
        """The same with the names of the labels mapped."""
        if self.labels is None or not mapping:
            return self
        return replace(self, labels=[LABELS[task].renamed(label, mapping) for label in self.labels])


def read_texts(
    dataset: DatasetSpec, settings: Settings, *, labelled: bool, task: TaskName = "text-classification"
) -> tuple[Texts, list[Message]]:
    """Read a file's texts and, where asked for and the task has some, their labels.

    Returns:
        The texts, and notes of what a person should know about them.

    Raises:
        DataError: The file can't be read, or has a problem that its inspection shows.
    """
    inspection, usable = examine(dataset, settings, labelled=labelled, task=task)
    if inspection.problems:
        *others, last = inspection.problems
        raise DataError(sentences([*(problem.told for problem in others), last.message]), last.remedy)
    return Texts(usable.texts, usable.labels, usable.rows, usable.groups), inspection.notes
