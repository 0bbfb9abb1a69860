"""What models said, set against the truth: one row of counts for each text.

All metrics are functions of these rows' sum, so that a bootstrap over texts only has to add rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from seqeval.scheme import IOB2, Entities

from pipeline.scores import Scores
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS, Task

#: An entity: its type, its first word, and the word after its last.
Span = tuple[str, int, int]


@dataclass(frozen=True)
class Truth:
    """The true answers of a frozen split, and its texts.

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
    texts: list[str]
    seconds: list[str]
    tokens: list[list[str]]
    values: np.ndarray
    offsets: np.ndarray

    @classmethod
    def read(cls, task: TaskName, columns: Mapping[str, Any], labels: list[str]) -> Truth:
        """The truth in a frozen split, given by its columns."""
        row = TASKS[task]
        tagging = row.labelling == "tags"
        tokens = [list(words) for words in columns["tokens"]] if tagging else []
        texts = [" ".join(words) for words in tokens] if tagging else list(columns["text"])
        units = np.array([len(words) for words in tokens] if tagging else [1] * len(texts), np.int64)
        return cls(
            task=row,
            labels=labels,
            texts=texts,
            seconds=list(columns["second"]) if "second" in row.columns else [""] * len(texts),
            tokens=tokens if tagging else [[] for _ in texts],
            values=_values(row, list(columns[row.label_column]) if row.label_column else [], len(labels)),
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
        return np.array([len(text) + len(second) for text, second in zip(self.texts, self.seconds, strict=True)])

    @cached_property
    def spans(self) -> list[set[Span]]:
        """The true entities of each text."""
        return self.entities(self.values)

    def entities(self, tags: np.ndarray) -> list[set[Span]]:
        """The entities that tags spell, read strictly (IOB2): one begins with B, and I goes on with its own type.

        Source: seqeval's ``mode="strict"``. A word without an answer (-1) is outside of all.
        """
        names = [*self.labels, "O"]  # -1 finds the last
        spelled = [names[tag] for tag in tags]
        sequences = [spelled[start:end] for start, end in zip(self.offsets[:-1], self.offsets[1:], strict=True)]
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

    def flips(self, other: Answers) -> np.ndarray:
        """Whether the two answer a text differently: bool ``[texts]``."""
        differs = self.said != other.said
        units = differs.any(axis=1) if differs.ndim > 1 else differs
        return _by_text(units[:, None], self.offsets)[:, 0] > 0


def _values(task: Task, column: list[Any], labels: int) -> np.ndarray:
    if task.labelling == "several":
        found = np.zeros((len(column), labels), bool)
        for row, indices in enumerate(column):
            found[row, indices] = True
        return found
    if task.labelling == "tags":
        return np.array([tag for tags in column for tag in tags], np.int64)
    return np.array(column, np.int64)


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
    found = truth.entities(said)

    def table(spans: list[set[Span]]) -> np.ndarray:
        column = {name: number for number, name in enumerate(truth.classes)}
        cells = np.zeros((len(spans), len(column)), np.float32)
        for row, entities in enumerate(spans):
            for name, _, _ in entities:
                cells[row, column[name]] += 1
        return cells

    both = [true & given for true, given in zip(truth.spans, found, strict=True)]
    return _counted(said, truth.offsets, table(truth.spans), table(found), table(both), by_text=True)


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
