"""What models said, set against the truth: one row of counts for each text.

All metrics are functions of these rows' sum, so that a bootstrap over texts only has to add rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, overload

import numpy as np
from seqeval.scheme import IOB2, Entities
from typing_extensions import override

from pipeline.parts import PART, each
from pipeline.scores import Scores, as_table
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS, Task

#: An entity: its type, its first word, and the word after its last.
Span = tuple[str, int, int]


@dataclass(frozen=True)
class Truth:
    """The true answers of a frozen split, and its texts, which stay where they are until somebody reads them.

    Attributes:
        task: Row of ``pipeline.tasks.TASKS``.
        labels: Classes; in tagging: tags.
        texts: For people; in tagging the tokens joined by blanks.
        seconds: The other half of sentence pairs; else empty strings.
        tokens: In tagging the words of each text; else empty lists.
        values: int64 ``[texts]`` where a text has one label, bool ``[texts, labels]`` where it may
            have several, int64 ``[words]`` in tagging, empty for a language model.
        offsets: The answers of text ``i`` are ``offsets[i]:offsets[i + 1]``, as in ``Scores``.
    """

    task: Task
    labels: list[str]
    texts: Sequence[str]
    seconds: Sequence[str]
    tokens: Sequence[list[str]]
    values: np.ndarray
    offsets: np.ndarray

    @classmethod
    def read(cls, task: TaskName, columns: Mapping[str, Any], labels: list[str]) -> Truth:
        """The truth in a frozen split, given by its columns."""
        row = TASKS[task]
        tagging = row.labelling == "tags"
        texts: Sequence[str] = Joined(columns["tokens"]) if tagging else columns["text"]
        units = np.fromiter(map(len, each(columns["tokens"])), np.int64) if tagging else np.ones(len(texts), np.int64)
        return cls(
            task=row,
            labels=labels,
            texts=texts,
            seconds=columns["second"] if "second" in row.columns else [""] * len(texts),
            tokens=columns["tokens"] if tagging else [[]] * len(texts),
            values=_values(row, columns[row.label_column] if row.label_column else [], len(labels)),
            offsets=np.concatenate([[0], units.cumsum()]).astype(np.int64),
        )

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.texts)

    @cached_property
    def classes(self) -> list[str]:
        """What is scored one by one: types of entities, or the labels themselves; none for a language model."""
        if not self.task.spans:
            return self.labels
        return list(dict.fromkeys(IOB2(label).tag for label in self.labels if label != "O"))

    @cached_property
    def lengths(self) -> np.ndarray:
        """Characters of each text, both sentences of a pair together."""
        pairs = zip(each(self.texts), each(self.seconds), strict=True)
        return np.fromiter((len(text) + len(second) for text, second in pairs), np.int64)

    def entities(self, tags: np.ndarray, texts: slice = slice(None)) -> list[set[Span]]:
        """The entities that tags spell, read strictly (IOB2): one begins with B, and I goes on with its own type.

        Source: seqeval's ``mode="strict"``. A word without an answer (-1) is outside of all.

        Args:
            tags: Of all words.
            texts: Whose entities are wanted.
        """
        names = [*self.labels, "O"]  # -1 finds the last
        bounds = zip(self.offsets[:-1][texts].tolist(), self.offsets[1:][texts].tolist(), strict=True)
        sequences = [[names[tag] for tag in tags[start:end]] for start, end in bounds]
        return [{(one.tag, one.start, one.end) for one in found} for found in Entities(sequences, IOB2).entities]


@dataclass(frozen=True)
class Answers:
    """A model's answers on a split.

    Attributes:
        said: Shaped as ``Truth.values``, -1 for a word without an answer; for a language model
            whether each masked token was guessed.
        offsets: Which of ``said`` belong to which text, as in ``Scores``.
        counts: float32 ``[texts, K]``, as ``metrics.Tally`` reads them; for a language model
            negative log-likelihood in nats, masked tokens, and right guesses.
        right: bool ``[texts]``: right as a whole.
    """

    said: np.ndarray
    offsets: np.ndarray
    counts: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, truth: Truth, scores: Scores) -> Answers:
        """Take the likeliest answers, and count."""
        return COUNTERS["spans" if truth.task.spans else truth.task.labelling](truth, scores)

    @property
    def asked(self) -> np.ndarray:
        """How much each text asked of the model, int64 ``[texts]``; a metric of texts that ask nothing says nothing.

        That is a language model's case whose tokenizer knows no token of them, so that none is masked.
        """
        return np.diff(self.offsets)

    def flips(self, other: Answers) -> np.ndarray:
        """Whether the two answer a text differently: bool ``[texts]``."""
        differs = self.said != other.said
        units = differs.any(axis=1) if differs.ndim > 1 else differs
        return _by_text(units[:, None], self.offsets)[:, 0] > 0


class Joined(Sequence[str]):
    """Texts that are given as words, with blanks between; joined when they are read."""

    def __init__(self, words: Sequence[Sequence[str]]) -> None:
        self._words = words

    @override
    def __len__(self) -> int:
        return len(self._words)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    @override
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [" ".join(words) for words in self._words[place]]
        return " ".join(self._words[place])


def _values(task: Task, column: Sequence[Any], labels: int) -> np.ndarray:
    if task.labelling == "several":
        return as_table(each(column), len(column), labels)
    if task.labelling == "tags":
        return np.fromiter(chain.from_iterable(each(column)), np.int64)
    return np.fromiter(each(column), np.int64)


def _count_units(truth: Truth, scores: Scores) -> Answers:
    """One label for each text, or one tag for each word."""
    said = scores.predicted()
    label = np.arange(len(truth.labels))
    true, given = truth.values[:, None] == label, said[:, None] == label
    return _counted(said, truth.offsets, true, given, true & given)


def _count_sets(truth: Truth, scores: Scores) -> Answers:
    """Several labels for a text: each whose probability is above a half."""
    said = scores.values > 0
    return _counted(said, truth.offsets, truth.values, said, truth.values & said)


def _count_spans(truth: Truth, scores: Scores) -> Answers:
    """Entities: right if type, beginning and end are."""
    said = scores.predicted()
    column = {name: number for number, name in enumerate(truth.classes)}
    true, given, both = (np.zeros((len(truth), len(column)), np.float32) for _ in range(3))
    for start in range(0, len(truth), PART):
        part = slice(start, start + PART)
        there, found = truth.entities(truth.values, part), truth.entities(said, part)
        for row, (right, guessed) in enumerate(zip(there, found, strict=True), start=start):
            for table, entities in ((true, right), (given, guessed), (both, right & guessed)):
                for name, _, _ in entities:
                    table[row, column[name]] += 1
    return _counted(said, truth.offsets, true, given, both, by_text=True)


def _count_guesses(_: Truth, scores: Scores) -> Answers:
    """A language model's guesses at masked tokens."""
    loss, guessed = scores.values[:, 0], scores.values[:, 1] > 0
    counts = _by_text(np.stack([loss, np.ones(len(loss)), guessed], axis=1), scores.offsets)
    return Answers(guessed, scores.offsets, counts.astype(np.float32), counts[:, 2] == counts[:, 1])


#: How a text is labelled → how its answers are counted.
COUNTERS: dict[str, Callable[[Truth, Scores], Answers]] = {
    "one": _count_units,
    "several": _count_sets,
    "tags": _count_units,
    "spans": _count_spans,
    "none": _count_guesses,
}


def _counted(
    said: np.ndarray,
    offsets: np.ndarray,
    true: np.ndarray,
    given: np.ndarray,
    right: np.ndarray,
    *,
    by_text: bool = False,
) -> Answers:
    """Answers with the rows that ``metrics.Tally`` reads, from tables ``[units or texts, classes]``."""
    tables = [table if by_text else _by_text(table, offsets) for table in (right, given, true)]
    hits, guesses, there = (table.sum(axis=1) for table in tables)
    whole = (hits == guesses) & (hits == there)
    counts = np.column_stack([*tables, whole, np.ones(len(whole))]).astype(np.float32)
    return Answers(said, offsets, counts, whole)


def _by_text(units: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Sums over each text's units, ``[texts, columns]``; a text may have none."""
    before = np.concatenate([np.zeros((1, units.shape[1])), units.cumsum(axis=0, dtype=np.float64)])
    return np.diff(before[offsets], axis=0)
