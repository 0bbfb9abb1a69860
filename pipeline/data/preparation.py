"""All the data of a run: read, brought to one set of labels, and split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.data.agreement import Agreement, Domain
from pipeline.data.dictionary import read_entries
from pipeline.data.labellings import LABELS
from pipeline.data.labels import sorted_labels
from pipeline.data.splits import Purpose, hold_out
from pipeline.data.texts import Texts, read_texts
from pipeline.data.wording import Noun, counted, shortened
from pipeline.data.words import joined
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, TaskName


@dataclass(frozen=True)
class Prepared:
    """What a run learns from and is tested on. A split that there is no file for is empty.

    Attributes:
        labels: The run's labels in order: the source's, or without source texts the target's.
            Entities' are ``O`` and then ``B-`` and ``I-`` of each type. None for language modelling.
        source_train: Texts of the source domain to learn from.
        source_test: Texts of the source domain to test on.
        target_train: Texts of the target domain to learn from.
        dev: Texts of the target domain to watch while learning.
        test: The frozen test set of the target domain.
        unlabelled: Further texts of the target domain; none of them is a test text.
        dictionary: Target word → source words.
        notes: What a person should know: rows left out, texts removed, tags repaired.
    """

    labels: list[str]
    source_train: Texts
    source_test: Texts
    target_train: Texts
    dev: Texts
    test: Texts
    unlabelled: Texts
    dictionary: dict[str, list[str]]
    notes: list[Message]


def prepare(data: DataSpec, seed: int, settings: Settings, task: TaskName = "text-classification") -> Prepared:
    """Read, check and split the data of a run.

    No test text is in any other split of its domain, and no development text is in the training or the unlabelled
    texts. What becomes of the source texts does not depend on the target's files, so that runs may
    share the models made from them.

    Raises:
        DataError: A file can't be used, label sets do not agree, or too little is left to learn from.
    """
    reader = _Reader(settings, task)
    notes = reader.notes
    source = reader.read(data.source, data.source_label_mapping)
    target = reader.read(data.target, data.label_mapping)
    reader.agree(data, source, target)

    target_train, test = _test_set(reader, data, "target", target, seed)
    source_train, source_test = _test_set(reader, data, "source", source, seed)
    unlabelled = _distinct(reader.read(data.unlabelled, {}, labelled=False), "unlabelled text", notes)
    target_train = _without(target_train, test, "target training text", notes)
    unlabelled = _without(unlabelled, test, "unlabelled text", notes)
    source_train = _without(source_train, source_test, "source training text", notes)
    target_train, dev = _dev_set(reader, data, target_train, test, seed)
    unlabelled = _without(unlabelled, dev, "unlabelled text", notes, other="development")
    _check_enough(target_train, data.target, task)
    _check_enough(source_train, data.source, task)
    if seen := len(np.intersect1d(source_train.marks, test.marks)):
        notes.append(
            Message(
                "{texts} also among the source texts: models trained on those have seen them.",
                texts=counted(seen, "test text"),
            )
        )
    return Prepared(
        labels=reader.labels,
        source_train=source_train,
        source_test=source_test,
        target_train=target_train,
        dev=dev,
        test=test,
        unlabelled=unlabelled,
        dictionary=_dictionary(
            data, settings, notes, (source_train, source_test), (target_train, dev, test, unlabelled)
        ),
        notes=notes,
    )


class _Reader:
    """Reads the files of a run, collects what there is to note, and holds them to one set of labels."""

    def __init__(self, settings: Settings, task: TaskName) -> None:
        self.settings, self.task = settings, task
        self.notes: list[Message] = []
        self._agreement = Agreement(task, "source", "", [])

    @property
    def labels(self) -> list[str]:
        return self._agreement.labels

    def read(self, dataset: DatasetSpec | None, mapping: dict[str, str], *, labelled: bool = True) -> Texts:
        """A file's texts with its labels mapped; none of them without a file."""
        if dataset is None:
            return Texts([], [] if labelled else None, [])
        texts, found = read_texts(dataset, self.settings, labelled=labelled, task=self.task)
        self.notes.extend(found)
        return texts.renamed(mapping, self.task)

    def agree(self, data: DataSpec, source: Texts, target: Texts) -> None:
        """Take the labels from the source, or without one from the target, and check the other."""
        owner: Domain = "target" if data.source is None else "source"
        dataset, texts = (data.target, target) if data.source is None else (data.source, source)
        name = Path(dataset.path).name if dataset else ""
        self._agreement = Agreement(self.task, owner, name, sorted_labels(texts.names(self.task)))
        if owner == "source":
            self._agreement.check_mapping(data.label_mapping)
        if data.target is not None:
            self._agreement.check(target, data.target)

    def read_agreed(self, dataset: DatasetSpec, mapping: dict[str, str]) -> Texts:
        texts = self.read(dataset, mapping)
        self._agreement.check(texts, dataset)
        return texts

    def hold_out(
        self, texts: Texts, dataset: DatasetSpec, fraction: float, seed: int, *, purpose: Purpose
    ) -> tuple[Texts, Texts]:
        try:
            return hold_out(texts, fraction, seed, by_label=LABELS[self.task].by_label, purpose=purpose)
        except DataError as error:
            raise DataError(
                "{file}: {fault}", error.remedy, file=Path(dataset.path).name, fault=error.message
            ) from error


def _test_set(reader: _Reader, data: DataSpec, domain: Domain, texts: Texts, seed: int) -> tuple[Texts, Texts]:
    """A domain's texts to learn from, and its test set: a file of its own, or held out of the texts."""
    whole, given, fraction, mapping = (
        (data.source, data.source_test, data.source_test_fraction, data.source_label_mapping)
        if domain == "source"
        else (data.target, data.test, data.test_fraction, data.label_mapping)
    )
    if given is not None:
        return texts, reader.read_agreed(given, mapping)
    if whole is None:
        return texts, texts
    return reader.hold_out(texts, whole, fraction, seed, purpose="test")


def _dev_set(reader: _Reader, data: DataSpec, train: Texts, test: Texts, seed: int) -> tuple[Texts, Texts]:
    """The target texts to learn from, and those to watch: a file of their own, or held out, or none."""
    if data.dev is not None:
        dev = _without(reader.read_agreed(data.dev, data.label_mapping), test, "development text", reader.notes)
        if not len(dev):
            raise DataError(
                "{file}: all of its texts are test texts, too.",
                "Give other development texts.",
                file=Path(data.dev.path).name,
            )
        return _without(train, dev, "target training text", reader.notes, other="development"), dev
    if data.target is not None and data.dev_fraction > 0:
        return reader.hold_out(train, data.target, data.dev_fraction, seed, purpose="development")
    return train, train.at([])


def _check_enough(texts: Texts, dataset: DatasetSpec | None, task: TaskName) -> None:
    """Refuse what teaches nothing once the test and development texts are out of it."""
    present = sorted(texts.names(task))
    if dataset is not None and (not len(texts) or len(present) < LABELS[task].least):
        left = Message("no texts")
        if len(texts):
            only = Message("only texts without labels")
            left = Message("only texts with the label “{label}”", label=shortened(present[0])) if present else only
        raise DataError(
            "{file}: there are {left} left to learn from once the test texts are taken out.",
            "Add texts, or choose a test file that does not repeat them.",
            file=Path(dataset.path).name,
            left=left,
        )


def _without(texts: Texts, others: Texts, what: Noun, notes: list[Message], other: Purpose = "test") -> Texts:
    """The texts that are not among others, with a note of how many were."""
    kept = np.flatnonzero(~np.isin(texts.marks, others.marks))
    if removed := len(texts) - len(kept):
        found = counted(removed, what)
        if other == "test":
            notes.append(Message("{texts} removed: equal to a test text.", texts=found))
        else:
            notes.append(Message("{texts} removed: equal to a development text.", texts=found))
    return texts.at(kept)


def _distinct(texts: Texts, what: Noun, notes: list[Message]) -> Texts:
    kept = texts.firsts
    if removed := len(texts) - len(kept):
        notes.append(Message("{texts} removed: equal to another one.", texts=counted(removed, what)))
    return texts.at(kept)


def _dictionary(
    data: DataSpec, settings: Settings, notes: list[Message], source: Iterable[Texts], target: Iterable[Texts]
) -> dict[str, list[str]]:
    """The dictionary, turned so that its target words are those of the target texts."""
    if data.dictionary is None:
        return {}
    sides = [(joined(item) for texts in side for item in texts.texts) for side in (source, target)]
    entries = read_entries(Path(data.dictionary), settings, *sides)
    notes.extend(entries.notes)
    return entries.words
