"""Which parts of a text an answer rests on.

Each part is left out in turn, and the model is asked again: what the log-odds of its label lose is the part's
weight. (Probabilities near 1 would hardly move.) This is erasure (Li, Monroe and Jurafsky 2016,
arXiv:1612.08220), also called occlusion; it needs nothing of the model but answers. Parts are words, or Chinese
characters; in a long text several that stand side by side, so that the model is asked a bounded number of times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .answers import Answer, MultiPrediction, Prediction
from .folder import PredictorError
from .tasks import Question
from .words import split

#: How many parts a text has at most, a pair one more; the model is asked once for each.
MOST_PARTS = 48
#: Probabilities nearer than this to 0 or 1 are told apart by rounding alone.
LEAST = 1e-6


class Answering(Protocol):
    """What a model must be able to do; see :class:`~.predictor.Predictor`."""

    def predict(self, questions: Sequence[Question]) -> list[Answer]:
        """One answer a question."""


@dataclass(frozen=True)
class Part:
    """A word, or several side by side, and what it did for the answer.

    Attributes:
        which: 0 for the text, 1 for the second of a pair.
        start: Of its first character, from 0.
        end: Behind its last character.
        weight: What the label's log-odds lose without it, in nats; below 0 if it spoke against the label.
    """

    which: int
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Explanation:
    """An answer, and what it rests on.

    Attributes:
        label: The most probable label.
        probability: Of that label.
        parts: Of the text, and of a pair's second text, in order; spaces belong to none.
    """

    label: str
    probability: float
    parts: list[Part]


def explain(model: Answering, question: Question, *, most: int = MOST_PARTS) -> Explanation:
    """What a model's answer rests on.

    Args:
        model: For texts with one label or several, or for pairs of texts.
        question: A text, or two.
        most: How many parts a text has at most, as :data:`MOST_PARTS`; fewer where a model takes its time.

    Raises:
        PredictorError: The model tags words or fills masks, or the question is not of the form that it asks for.
    """
    texts = (question,) if isinstance(question, str) else tuple(question)
    places = _places(texts, most)
    asked: list[Question] = [question]
    for which, start, end in places:
        left = list(texts)
        left[which] = texts[which][:start] + texts[which][end:]
        asked.append(left[0] if isinstance(question, str) else tuple(left))
    whole, *without = [_probabilities(answer) for answer in model.predict(asked)]
    label = max(whole, key=whole.__getitem__)
    odds = _log_odds(whole[label])
    parts = [
        Part(*place, weight=odds - _log_odds(probabilities[label]))
        for place, probabilities in zip(places, without, strict=True)
    ]
    return Explanation(label, whole[label], parts)


def _places(texts: Sequence[str], most: int) -> list[tuple[int, int, int]]:
    """Text, start and end of each part."""
    words = [(which, *span) for which, text in enumerate(texts) for span in split(text)]
    size = -(-len(words) // most) or 1
    places = []
    for which in range(len(texts)):
        own = [word for word in words if word[0] == which]
        places += [(which, own[first][1], own[first : first + size][-1][2]) for first in range(0, len(own), size)]
    return places


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, LEAST), 1 - LEAST)
    return math.log(bounded / (1 - bounded))


def _probabilities(answer: Answer) -> dict[str, float]:
    if isinstance(answer, Prediction | MultiPrediction):
        return answer.probabilities
    raise PredictorError("Words that are tagged have no label in common. Choose a model that labels texts.")
