"""The test texts that all chosen models were tested on, and what each said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import cast

import numpy as np

from pipeline.errors import DataError
from pipeline.evaluation.answers import Answers, Truth
from pipeline.report import Example, Report
from pipeline.scores import Scores, softmax
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS

#: A probability of 0 as a logit; reports round to four digits.
LEAST = 1e-5
#: What the label that was given is ahead of one that rounding made level with it.
NUDGE = 1e-6


#: A text, the second of a pair, and its words.
Key = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Choice:
    """One model of one run."""

    run: str
    model: str


@dataclass(frozen=True)
class Gathered:
    """Models on the texts that they have in common.

    Attributes:
        truth: Of these texts.
        examples: The texts as the first model's report has them.
        scores: Choice → logits, as far as the report knows them: where words are tagged, which tag is likeliest.
        left_out: Texts of the first model's report that another one was not tested on.
    """

    truth: Truth
    examples: list[Example]
    scores: dict[Choice, Scores]
    left_out: int

    @cached_property
    def answers(self) -> dict[Choice, Answers]:
        """The same, set against the truth."""
        return {choice: Answers.of(self.truth, scores) for choice, scores in self.scores.items()}

    def confidence(self, choice: Choice) -> np.ndarray:
        """How sure a model is of its label, 0 to 1, ``[texts]``; where each text has one."""
        return softmax(self.scores[choice].values.astype(np.float64)).max(axis=1)

    def containing(self, text: str) -> np.ndarray:
        """Which texts, or pairs, contain something, whatever its capitals; bool ``[texts]``."""
        sought = text.strip().lower()
        return np.array([sought in f"{one.text}\n{one.second}".lower() for one in self.examples])

    @cached_property
    def true_labels(self) -> list[set[str]]:
        """The labels that each text has, or its words."""
        return [{one.label} if isinstance(one.label, str) else {*one.label} for one in self.examples]

    @cached_property
    def given_labels(self) -> list[set[str]]:
        """All labels that any of the models gave each text, or its words."""
        labels, offsets = [*self.truth.labels, ""], self.truth.offsets
        found: list[set[str]] = [set() for _ in self.examples]
        for answers in self.answers.values():
            for number, (start, end) in enumerate(pairwise(offsets.tolist())):
                said = answers.said[start:end]
                indices = np.flatnonzero(said[0]) if said.ndim > 1 else said
                found[number] |= {labels[index] for index in indices}
        return found


def gather(reports: Mapping[str, Report], choices: Sequence[Choice]) -> Gathered:
    """Bring models together.

    Args:
        reports: Of every run that is named in ``choices``.
        choices: At least one.

    Raises:
        DataError: The runs have other tasks or labels, no test text in common, or are language models, whose reports
            hold no answers.
    """
    first = reports[choices[0].run]
    task = cast("TaskName", first.task)
    if TASKS[task].labelling == "none":
        raise DataError("Language models answer nothing that could be set side by side.", "Compare their perplexities.")
    used = {choice.run: reports[choice.run] for choice in choices}
    if any((report.task, set(report.labels)) != (first.task, set(first.labels)) for report in used.values()):
        raise DataError(
            "These runs differ in their task or their labels.", "Choose models of runs that learned the same task."
        )
    by_text = {run: {key_of(example): example for example in report.examples} for run, report in used.items()}
    shared = [
        example
        for example in first.examples
        if all(key_of(example) in texts and texts[key_of(example)].label == example.label for texts in by_text.values())
    ]
    if not shared:
        raise DataError("These runs have no test text in common.", "Choose models that were tested on the same texts.")
    found = {
        choice: _scores(task, [by_text[choice.run][key_of(example)] for example in shared], choice, first, used)
        for choice in choices
    }
    return Gathered(_truth(task, shared, first.labels), shared, found, len(first.examples) - len(shared))


def key_of(example: Example) -> Key:
    """What makes two runs' test texts the same text."""
    return example.text, example.second, tuple(example.tokens)


def _truth(task: TaskName, examples: list[Example], labels: list[str]) -> Truth:
    index = {label: number for number, label in enumerate(labels)}
    column = [
        index[example.label] if isinstance(example.label, str) else [index[label] for label in example.label]
        for example in examples
    ]
    columns = {
        "text": [example.text for example in examples],
        "second": [example.second for example in examples],
        "tokens": [example.tokens for example in examples],
        str(TASKS[task].label_column): column,
    }
    return Truth.read(task, columns, labels)


def _scores(
    task: TaskName, examples: list[Example], choice: Choice, first: Report, reports: Mapping[str, Report]
) -> Scores:
    """A model's scores in the order of the first report's labels."""
    labels = first.labels
    if TASKS[task].labelling == "tags":
        index = {label: number for number, label in enumerate(labels)}
        said = [[index.get(tag, -1) for tag in example.predictions[choice.model]] for example in examples]
        flat = np.array([tag for tags in said for tag in tags], np.int64)
        values = np.where(flat[:, None] == np.arange(len(labels)), 1.0, 0.0)
        values[flat < 0] = np.nan
        return Scores(values.astype(np.float32), np.cumsum([0, *map(len, said)]))
    own = reports[choice.run].labels
    order = [own.index(label) for label in labels]
    found = np.array([example.probabilities[choice.model] for example in examples])[:, order]
    bounded = np.clip(found, LEAST, 1 - LEAST)
    answers = [example.predictions[choice.model] for example in examples]
    if TASKS[task].labelling == "several":
        given = np.array([[label in answer for label in labels] for answer in answers])
        logits = np.log(bounded / (1 - bounded))
        return Scores.of_texts(np.where(given, np.maximum(logits, NUDGE), np.minimum(logits, -NUDGE)))
    logits = np.log(bounded)
    rows, likeliest = np.arange(len(answers)), np.array([labels.index(str(answer)) for answer in answers])
    rounded = logits.argmax(axis=1) != likeliest
    logits[rows[rounded], likeliest[rounded]] = logits[rounded].max(axis=1) + NUDGE
    return Scores.of_texts(logits)
