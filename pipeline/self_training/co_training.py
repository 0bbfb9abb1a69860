"""Co-training (Blum and Mitchell 1998): a classical second view relabels the pool that a network has scored.

The second view learns from the texts that are surest, and relabels all. What is peculiar in the network's
errors is no pattern of n-grams, and is averaged out. Here are its rounds, the same however texts are labelled;
:mod:`pipeline.self_training.labellers` says what the second view learns and how texts are chosen. Tried on Chinese
reviews that an English model had scored (no target label seen), five things made the second view better, and are fixed:

- It is the mean of a logistic regression and naive Bayes over the same n-grams. Naive Bayes is hurt less by wrong
  labels, the regression less by n-grams that go together; either by itself was 1 to 4 points worse.
- The network goes on to count in the ranking. Without it naive Bayes drifts off, round by round.
- Texts that it learned from are relabelled by models that did not (cross-fitting): it knows its own by heart.
- The labels keep the shares that the network gives them. Equal ones were 5 points worse where the pool had
  other shares.
- The first round takes much. From the surest texts alone naive Bayes learns what makes the network sure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp

from pipeline.self_training.choosing import fraction

FOLDS = 3


@dataclass(frozen=True)
class Options:
    """How to relabel.

    Attributes:
        rounds: How many.
        first: Share of the pool that the first round learns from.
        last: The same of the last.
        first_view: How much the network counts in the ranking, 0 to 1.
        weight: What a text of the pool counts beside a labelled one.
        seed: Of the folds.
    """

    rounds: int
    first: float
    last: float
    first_view: float
    weight: float
    seed: int


class Models(Protocol):
    """What the second view has learned in one fit."""

    def parts(self, rows: sp.csr_matrix) -> tuple[np.ndarray, ...]:
        """What each of its models says of rows, float ``[rows, labels]``."""


class View(Protocol):
    """The second view of a round, for other texts."""

    def odds(self, rows: sp.csr_matrix) -> np.ndarray:
        """What it says of rows ``[rows, labels]``, as a network's logits are read."""


@dataclass(frozen=True)
class Round:
    """The pool after a round.

    Attributes:
        odds: Of each label ``[pool, labels]``, from both views: what texts are ranked by.
        probabilities: Of each label ``[pool, labels]``.
        view: For other texts.
    """

    odds: np.ndarray
    probabilities: np.ndarray
    view: View


class Labeller(ABC):
    """A pool whose texts are labelled in one way, and what the network says of it.

    Attributes:
        first: What the network says, float ``[pool, labels]``, as texts are ranked by it.
    """

    first: np.ndarray

    @abstractmethod
    def known(self, labels: Sequence[Any]) -> np.ndarray:
        """True labels of texts, as a frozen split has them, in the form in which :meth:`fit` takes labels."""

    @abstractmethod
    def choose(self, odds: np.ndarray, taken: float) -> tuple[np.ndarray, np.ndarray]:
        """Take a share of the texts, the surest ones.

        Returns:
            Indices of texts, ascending; and the label or labels of each of them.
        """

    @abstractmethod
    def fit(self, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, check: Callable[[], None]) -> Models:
        """Learn from a label, or labels, and a weight for each row; ``check`` is called before each model."""

    @abstractmethod
    def spread(self, odds: np.ndarray) -> Any:
        """How far odds ``[pool, labels]`` lie apart: one number, or ``[labels]`` where each label is ranked alone."""

    @abstractmethod
    def join(self, models: Models, parts: Sequence[np.ndarray], spreads: tuple[Any, Any], first_view: float) -> Round:
        """Put the network and the second view's two models together; ``spreads`` are those of the models."""

    @abstractmethod
    def answers(self, odds: np.ndarray) -> np.ndarray:
        """The label or labels of each text, with a round's odds."""

    @property
    @abstractmethod
    def predicted(self) -> np.ndarray:
        """The same as the network by itself has them."""

    @abstractmethod
    def take(self, found: Round, taken: float, *, soft: bool) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
        """Texts to learn from: indices, ascending; and what each is to be learned as."""

    def ranked(self, second: np.ndarray, first_view: float) -> np.ndarray:
        """Odds of both views ``[pool, labels]``, each in units of its spread, the network counting ``first_view``."""
        return first_view * self.first / self.spread(self.first) + (1 - first_view) * second / self.spread(second)

    def same(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Whether each text has the same answers twice, bool ``[pool]``."""
        return first == second

    def listed(self, answers: np.ndarray) -> Sequence[Any] | np.ndarray:
        """Answers text by text, as labels are written down."""
        return answers


def relabel(
    rows: sp.csr_matrix,
    labeller: Labeller,
    known: tuple[sp.csr_matrix, np.ndarray],
    options: Options,
    *,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Round]:
    """Relabel the pool, round by round.

    Args:
        rows: Features of the pool, float ``[pool, features]``.
        labeller: What the network says of the pool, how texts are chosen, and what the second view is.
        known: Features and labels of texts whose labels are true; may be none.
        options: How.
        check: Called between fits; may raise to stop.
    """
    ranked = labeller.first
    generator = np.random.default_rng(options.seed)

    def fit(texts: np.ndarray, labels: np.ndarray) -> Models:
        weights = np.concatenate([np.full(len(texts), options.weight), np.ones(len(known[1]))])
        learned = sp.vstack([rows[texts], known[0]], format="csr")
        return labeller.fit(learned, np.concatenate([labels, known[1]]), weights, check)

    for number in range(1, options.rounds + 1):
        taken, labels = labeller.choose(ranked, fraction(number, options.rounds, options.first, options.last))
        models = fit(taken, labels)
        parts = [part.copy() for part in models.parts(rows)]
        spreads = labeller.spread(parts[0]), labeller.spread(parts[1])  # before those of learned texts are replaced
        order = generator.permutation(len(taken))
        for fold in range(FOLDS if len(taken) >= FOLDS * ranked.shape[1] else 0):
            held = np.zeros(len(taken), bool)
            held[order[fold::FOLDS]] = True
            for part, found in zip(parts, fit(taken[~held], labels[~held]).parts(rows[taken[held]]), strict=True):
                part[taken[held]] = found
        joined = labeller.join(models, parts, spreads, options.first_view)
        ranked = joined.odds
        yield joined
