"""Made-up test sets for each task, and models that are right with a given chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.evaluation.answers import Truth
from pipeline.scores import Scores

BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
LABELS = {
    "text-classification": ["bad", "good", "mixed"],
    "sentence-pair-classification": ["no", "yes"],
    "multi-label-classification": ["calm", "glad", "sad", "wild"],
    "entity-recognition": BIO,
    "part-of-speech": ["NOUN", "VERB", "ADJ", "X"],
    "language-modelling": [],
}


def columns(task: str, texts: int, seed: int) -> dict[str, list[Any]]:
    """The columns of a frozen split with random labels."""
    draw = np.random.default_rng(seed)
    labels = len(LABELS[task])
    words = [[f"w{number}" for number in range(draw.integers(1, 9))] for _ in range(texts)]
    plain = [" ".join(text) for text in words]
    return {
        "text": plain,
        "second": plain[::-1],
        "tokens": words,
        "label": draw.integers(max(1, labels), size=texts).tolist(),
        "labels": [np.flatnonzero(draw.random(labels) < 0.4).tolist() for _ in range(texts)],
        "tags": [draw.integers(max(1, labels), size=len(text)).tolist() for text in words],
    }


def scores(truth: Truth, accuracy: float, seed: int) -> Scores:
    """Scores of a model whose every answer is right with a chance of ``accuracy`` at least."""
    draw = np.random.default_rng(seed)
    if truth.task.labelling == "none":
        offsets = np.arange(len(truth) + 1) * 3
        loss = draw.exponential(2 - accuracy, size=offsets[-1])
        return Scores(np.stack([loss, draw.random(len(loss)) < accuracy], 1).astype(np.float32), offsets)
    values = draw.normal(size=(int(truth.offsets[-1]), len(truth.labels)))
    told = draw.random(len(values)) < accuracy
    if truth.task.labelling == "several":
        values[told] = np.where(truth.values[told], 2.0, -2.0)
    else:
        values[told, truth.values[told]] = 9
    return Scores(values.astype(np.float32), truth.offsets)


@pytest.fixture(scope="session")
def make() -> Callable[..., tuple[Truth, Scores]]:
    """A test set of a task, and a model's scores on it."""

    def made(task: str, accuracy: float = 0.7, texts: int = 120, seed: int = 0) -> tuple[Truth, Scores]:
        truth = Truth.read(task, columns(task, texts, 1000 + seed), LABELS[task])
        return truth, scores(truth, accuracy, seed)

    return made
