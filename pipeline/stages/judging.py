"""How well an ensemble's members do on texts that they did not learn from, and how often they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from safetensors.numpy import load_file, save_file
from transformers import PreTrainedModel

from pipeline.evaluation.answers import Truth
from pipeline.evaluation.metrics import leading
from pipeline.parts import parts
from pipeline.scores import Scores, sigmoid, softmax
from pipeline.spec import TaskName
from pipeline.stages.answering import answers
from pipeline.stages.encoding import IGNORED, Collate
from pipeline.stages.reading import Tell, logger
from pipeline.stages.rows import select, spans
from pipeline.tasks import TASKS, Labelling


def truth_of(labels: Any, labelling: Labelling) -> np.ndarray:
    """The true answers for one encoded row.

    Args:
        labels: Its ``labels`` as :func:`~pipeline.stages.heads.encode` makes them; of a distribution the likeliest is
            taken.
        labelling: Which of these it is.

    Returns:
        int64 ``[units]``, or for several labels a text ``[1, labels]`` of 0 and 1.
    """
    values = np.asarray(labels)
    if labelling == "several":
        return (values > 0.5).astype(np.int64)[None]
    if labelling == "tags":
        return (values.argmax(1) if values.ndim == 2 else values[values != IGNORED]).astype(np.int64)
    return np.array([values.argmax() if values.ndim else values], np.int64)


@dataclass(frozen=True)
class Judged:
    """A member's answers for some rows of a training set, beside the truth.

    Attributes:
        rows: int64 ``[asked]``: which rows.
        offsets: int64 ``[asked + 1]``: the units of the ``i``-th of them are ``offsets[i]:offsets[i + 1]``.
        values: float32 ``[units, labels]``: logits.
        truth: int64 ``[units]``, or ``[units, labels]`` where a text may have several.
    """

    rows: np.ndarray
    offsets: np.ndarray
    values: np.ndarray
    truth: np.ndarray

    def wrong(self) -> np.ndarray:
        """Whether each answer is not the truth, bool ``[units]``; of several labels all must be right."""
        if self.truth.ndim == 2:
            return ((self.values > 0) != self.truth).any(1)
        return self.values.argmax(1) != self.truth

    def select(self, rows: np.ndarray) -> Judged:
        """The answers for these of the rows, where each row has one unit."""
        kept = np.isin(self.rows, rows)
        return Judged(self.rows[kept], np.arange(kept.sum() + 1), self.values[kept], self.truth[kept])

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        save_file({name: np.ascontiguousarray(value) for name, value in vars(self).items()}, path)

    @classmethod
    def load(cls, path: Path) -> Judged:
        """Read what :meth:`save` wrote."""
        return cls(**load_file(path))


def judge(
    model: PreTrainedModel,
    dataset: Dataset,
    collate: Collate,
    *,
    rows: np.ndarray,
    task: TaskName,
    check: Callable[[], None],
    tell: Tell = logger.warning,
) -> Judged:
    """Ask a model for some rows of an encoded training set.

    Args:
        model: Gives ``logits`` for the batches that ``collate`` makes.
        dataset: With ``input_ids`` and ``labels``.
        collate: Makes batches of its rows.
        rows: Which to ask for.
        task: Of the model.
        check: Called between batches.
        tell: As :func:`~pipeline.stages.reading.in_batches` takes it.
    """
    asked = select(dataset, rows)
    scores = answers(model, asked, collate, task, lambda _: check(), tell=tell)
    units, truth = [np.zeros(1, np.int64)], [np.empty(0, np.int64)] if not len(asked) else []
    for part in parts(asked["labels"]):
        found = [truth_of(labels, TASKS[task].labelling) for labels in part]
        units.append(np.array([len(each) for each in found]))
        truth.append(np.concatenate(found))
    return Judged(
        np.asarray(rows, np.int64),
        np.concatenate(units).cumsum(dtype=np.int64),
        scores.values[~np.isnan(scores.values).any(1)],  # a word beyond the longest text has no truth either
        np.concatenate(truth),
    )


def out_of_bag(
    members: Sequence[Judged], weights: Sequence[float], task: TaskName, labels: list[str]
) -> tuple[float, int] | None:
    """How well an ensemble votes on its own training texts, each judged by the members that did not see it.

    The out-of-bag estimate of Breiman (1996).

    Args:
        members: What each said of the rows that it did not see.
        weights: Of their votes.
        task: Of the members.
        labels: Of the run.

    Returns:
        The task's leading metric of the vote, and on how many rows; None if every member saw every row. In tagging it
        is of the words that were not cut off.
    """
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *(member.rows for member in members)]))
    if not len(rows):
        return None
    units = np.zeros(len(rows), np.int64)
    places = [np.searchsorted(rows, member.rows) for member in members]
    for member, place in zip(members, places, strict=True):
        units[place] = np.diff(member.offsets)
    offsets = np.concatenate([[0], units.cumsum()])
    sums = np.zeros((offsets[-1], members[0].values.shape[1]), members[0].values.dtype)
    truth = np.zeros((offsets[-1], *members[0].truth.shape[1:]), members[0].truth.dtype)
    for member, weight, place in zip(members, weights, places, strict=True):
        votes = weight * ((sigmoid(member.values) - 0.5) if truth.ndim == 2 else softmax(member.values))
        where = spans(offsets[place], units[place])
        sums[where] += votes
        truth[where] = member.truth
    nothing = [""] * len(rows)  # counting asks for no text
    right = truth.astype(bool) if truth.ndim == 2 else truth
    known = Truth(
        TASKS[task], labels, texts=nothing, seconds=nothing, tokens=[[]] * len(rows), values=right, offsets=offsets
    )
    return leading(known, Scores(sums, offsets)), len(rows)


def agreement(predicted: Sequence[np.ndarray]) -> float:
    """The share of units on which two members agree, averaged over all pairs.

    Args:
        predicted: For each member int ``[units]``, or bool ``[units, labels]`` where all labels must agree.
    """
    pairs = [first == second for first, second in combinations(predicted, 2)]
    return float(np.mean([same.all(1).mean() if same.ndim == 2 else same.mean() for same in pairs]))
