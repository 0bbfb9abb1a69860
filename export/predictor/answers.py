"""What a model answers, by task, as it is read from the model's raw scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """The answer where a text, or a pair of texts, has one label.

    Attributes:
        label: The most probable label.
        probabilities: Probability of every label, in the model's order; they sum to 1.
    """

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class MultiPrediction:
    """The answer where a text has any number of labels.

    Attributes:
        labels: Those with a probability above one half, in the model's order; may be none.
        probabilities: Probability of every label by itself, in the model's order.
    """

    labels: list[str]
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Word:
    """A word and its tag.

    Attributes:
        text: As it stands in the text.
        label: The most probable tag; empty if the word lies beyond the model's longest input.
        probability: Of that tag.
        start: Of its first character, from 0, in :attr:`Tagging.text`.
        end: Behind its last character.
    """

    text: str
    label: str
    probability: float
    start: int
    end: int


@dataclass(frozen=True)
class Entity:
    """Neighbouring words whose tags spell one name: B-LOC, I-LOC.

    Attributes:
        text: From its first word to its last, as it stands in the text.
        label: Its type, such as LOC.
        probability: Mean of its words' probabilities.
        start: Of its first character, from 0, in :attr:`Tagging.text`.
        end: Behind its last character.
    """

    text: str
    label: str
    probability: float
    start: int
    end: int


@dataclass(frozen=True)
class Tagging:
    """The answer where every word has a tag.

    Attributes:
        text: The text; of words that came split, the words joined.
        words: Every word, in order.
        entities: What the tags spell, in order; none where they are no B- and I- tags.
    """

    text: str
    words: list[Word]
    entities: list[Entity]


@dataclass(frozen=True)
class Filling:
    """One guess at a masked token.

    Attributes:
        token: As a person would write it.
        probability: Among all tokens of the vocabulary.
        text: The text with the mask replaced.
    """

    token: str
    probability: float
    text: str


#: What ``Predictor.predict`` gives for one question.
Answer = Prediction | MultiPrediction | Tagging


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities from logits, over the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def one_label(labels: Sequence[str], logits: np.ndarray) -> Prediction:
    """The answer from the logits of one text, ``[labels]``.

    In plain numbers: a model has few labels, for which numpy's calls take three times as long as the sum.
    """
    scores = logits.tolist()
    best = max(scores)
    weights = [math.exp(score - best) for score in scores]
    total = sum(weights)
    probabilities = {label: weight / total for label, weight in zip(labels, weights, strict=True)}
    return Prediction(labels[scores.index(best)], probabilities)


def several_labels(labels: Sequence[str], logits: np.ndarray) -> MultiPrediction:
    """The answer from the logits of one text, ``[labels]``: a label is given if its logit is above 0."""
    probabilities = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    given = [label for label, logit in zip(labels, logits, strict=True) if logit > 0]
    return MultiPrediction(given, dict(zip(labels, probabilities.tolist(), strict=True)))


def tagged(labels: Sequence[str], logits: np.ndarray, text: str, spans: Sequence[tuple[int, int]]) -> Tagging:
    """The answer from the logits of one text's words.

    Args:
        labels: The model's tags.
        logits: ``[words, labels]``; a row of NaN is a word that the model did not read.
        text: That the words stand in.
        spans: First character of each word, and the one behind its last.
    """
    words = []
    for (start, end), row in zip(spans, logits, strict=True):
        seen = not np.isnan(row).any()
        best = int(row.argmax()) if seen else 0
        probability = float(softmax(row)[best]) if seen else 0.0
        words.append(Word(text[start:end], labels[best] if seen else "", probability, start, end))
    return Tagging(text, words, entities(text, words))


def entities(text: str, words: Sequence[Word]) -> list[Entity]:
    """What B- and I- tags spell.

    An I- that follows no tag of its type begins an entity, as in the CoNLL-2000 evaluation script, so that
    what the model found is not lost to one wrong tag.
    """
    groups: list[list[Word]] = []
    previous = ""
    for word in words:
        place, _, kind = word.label.partition("-")
        if kind and place in ("B", "I"):
            if place == "I" and previous == kind:
                groups[-1].append(word)
            else:
                groups.append([word])
        previous = kind if place in ("B", "I") else ""
    return [
        Entity(
            text[group[0].start : group[-1].end],
            group[0].label.partition("-")[2],
            sum(word.probability for word in group) / len(group),
            group[0].start,
            group[-1].end,
        )
        for group in groups
    ]
