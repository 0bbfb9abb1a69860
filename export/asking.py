"""Asking PyTorch and exported variants the same questions, so that their answers can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from tokenizers import Encoding

from export.predictor import WAYS, Question, Tokens
from pipeline.report import Example
from pipeline.scores import Scores
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

#: Share of a text's tokens that are hidden from a language model, at least one of each text.
HIDDEN = 0.15


class Answerer(Protocol):
    """What can be asked: :class:`export.reference.Reference` and :class:`export.predictor.Predictor`."""

    @property
    def mask_id(self) -> int | None:
        """Id of the hidden token, if there is one."""

    def encode(self, questions: Sequence[Question]) -> list[Encoding]:
        """The questions as tokens."""

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        """For each text, in any order, its number and its logits: [labels], or [tokens, labels]."""


@dataclass(frozen=True)
class Replies:
    """What was answered, with a unit for each text, each word of it, or each hidden token.

    Attributes:
        scores: As the metrics want them.
        numbers: What is compared number by number, float32 ``[units, ...]``: the logits; of a language
            model the negative log-likelihoods, for its logits would fill the memory.
        choices: int ``[units, ...]``: the label's number; 0 or 1 for each label where there can be
            several; the guessed token. -1 for a word that was not read.
    """

    scores: Scores
    numbers: np.ndarray
    choices: np.ndarray

    def of(self, texts: Sequence[int]) -> Replies:
        """The replies to some of the texts, in that order."""
        offsets = self.scores.offsets
        units = np.concatenate([np.arange(offsets[text], offsets[text + 1]) for text in texts])
        kept = np.cumsum([0, *(offsets[text + 1] - offsets[text] for text in texts)], dtype=np.int64)
        return Replies(Scores(self.scores.values[units], kept), self.numbers[units], self.choices[units])


def joined(parts: Sequence[Replies]) -> Replies:
    """The replies to all the texts, from those to some after others."""
    sizes = np.concatenate([np.diff(part.scores.offsets) for part in parts])
    return Replies(
        Scores(np.concatenate([part.scores.values for part in parts]), np.cumsum([0, *sizes], dtype=np.int64)),
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.choices for part in parts]),
    )


def questions(task: TaskName, examples: Sequence[Example]) -> list[Question]:
    """The frozen test set as models are asked it: texts, pairs, or lists of words."""
    columns = TASKS[task].columns
    rows = [tuple(getattr(example, column) for column in columns) for example in examples]
    return [row[0] for row in rows] if len(columns) == 1 else list(rows)


def ask(model: Answerer, task: TaskName, asked: Sequence[Question]) -> Replies:
    """What a model answers, all questions in as few batches as it likes."""
    labelling = TASKS[task].labelling
    if labelling == "none":
        return _hidden_tokens(model, asked)
    scores = _scores(model, task, asked)
    given = np.where(np.isnan(scores.values), -1, scores.values > 0)
    return Replies(scores, scores.values, given if labelling == "several" else scores.predicted())


def _scores(model: Answerer, task: TaskName, asked: Sequence[Question]) -> Scores:
    encodings = model.encode(asked)
    parts: list[np.ndarray] = [np.empty(0)] * len(encodings)
    for row, logits in model.outputs([Tokens(encoding.ids, encoding.type_ids) for encoding in encodings]):
        parts[row] = WAYS[task].units(asked[row], encodings[row], logits, None)
    return _scores_of(parts)


def _hidden_tokens(model: Answerer, asked: Sequence[Question]) -> Replies:
    """Each text is asked with some of its tokens hidden, the same ones each time it is asked."""
    encodings = model.encode(asked)
    positions = [_to_hide(encoding) for encoding in encodings]
    hidden = []
    for encoding, places in zip(encodings, positions, strict=True):
        ids = np.array(encoding.ids)
        ids[places] = model.mask_id
        hidden.append(Tokens(ids.tolist(), encoding.type_ids))
    parts: list[np.ndarray] = [np.empty((0, 2), np.float32)] * len(encodings)
    guesses: list[np.ndarray] = [np.empty(0, np.int64)] * len(encodings)
    for row, output in model.outputs(hidden):
        logits, truth = output[positions[row]], np.array(encodings[row].ids)[positions[row]]
        guesses[row] = logits.argmax(axis=1)
        likeliest = logits.max(axis=1)
        total = likeliest + np.log(np.exp(logits - likeliest[:, None]).sum(axis=1))
        parts[row] = np.stack([total - logits[np.arange(len(truth)), truth], guesses[row] == truth], axis=1)
    scores = _scores_of(parts)
    return Replies(scores, scores.values[:, :1], np.concatenate(guesses))


def _to_hide(encoding: Encoding) -> np.ndarray:
    """Positions of the tokens to hide, drawn by the text itself, so that the batch has no part in it."""
    ordinary = np.flatnonzero(np.array(encoding.special_tokens_mask) == 0)
    count = min(len(ordinary), max(1, round(HIDDEN * len(ordinary))))
    return np.sort(np.random.default_rng(encoding.ids).choice(ordinary, size=count, replace=False))


def _scores_of(parts: Sequence[np.ndarray]) -> Scores:
    offsets = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
    return Scores(np.concatenate(parts).astype(np.float32), offsets)
