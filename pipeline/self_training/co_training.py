"""Co-training (Blum and Mitchell 1998): a classical second view relabels the pool that a network has scored.

The second view learns from the texts that are surest, and relabels all. What is peculiar in the network's
errors is no pattern of n-grams, and is averaged out. Tried on Chinese reviews that an English model had scored
(no target label seen), five things made the second view better, and are fixed here:

- It is the mean of a logistic regression and naive Bayes over the same n-grams. Naive Bayes is hurt less by wrong
  labels, the regression less by n-grams that go together; either by itself was 1 to 4 points worse.
- The network goes on to count in the ranking. Without it naive Bayes drifts off, round by round.
- Texts that it learned from are relabelled by models that did not (cross-fitting): it knows its own by heart.
- The labels keep the shares that the network gives them. Equal ones were 5 points worse where the pool had
  other shares.
- The first round takes much. From the surest texts alone naive Bayes learns what makes the network sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.naive_bayes import MultinomialNB

from pipeline.classical.regression import UNSEEN, Linear, Targets, fit_one
from pipeline.scores import softmax
from pipeline.self_training.choosing import choose, fraction, log_odds

FOLDS = 3
SMOOTHING = 0.3
STRENGTH = 10.0


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


@dataclass(frozen=True)
class View:
    """The second view: two models of the same n-grams, brought to one scale.

    Attributes:
        regression: Of TF-IDF.
        bayes: Of which n-grams occur.
        spreads: Of the log-odds of both on the pool.
    """

    regression: Linear
    bayes: Linear
    spreads: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def fit(cls, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, count: int) -> View:
        """Learn from rows ``[rows, features]`` and a label and a weight for each."""
        targets = Targets.hard(labels, weights)
        model = MultinomialNB(alpha=SMOOTHING).fit(_presence(rows), labels, weights)
        bayes = Linear(np.zeros((count, rows.shape[1]), np.float32), np.full(count, UNSEEN, np.float32))
        bayes.weights[model.classes_], bayes.offsets[model.classes_] = model.feature_log_prob_, model.class_log_prior_
        return cls(fit_one(rows, targets, count, seed=0, strength=STRENGTH), bayes)

    def odds(self, rows: sp.csr_matrix) -> np.ndarray:
        """Log-odds of each label ``[rows, labels]``, in units of their spread on the pool."""
        regression, bayes = self.parts(rows)
        return (regression / self.spreads[0] + bayes / self.spreads[1]) / 2

    def parts(self, rows: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """The log-odds of both models."""
        return _odds(self.regression, rows), _odds(self.bayes, _presence(rows))


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


def relabel(
    rows: sp.csr_matrix,
    logits: np.ndarray,
    shares: np.ndarray,
    known: tuple[sp.csr_matrix, np.ndarray],
    options: Options,
    *,
    groups: np.ndarray | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Round]:
    """Relabel the pool, round by round.

    Args:
        rows: Features of the pool, float ``[pool, features]``.
        logits: What the network says of the pool, ``[pool, labels]``.
        shares: Of the labels in what is taken, ``[labels]``.
        known: Features and labels of texts whose labels are true; may be none.
        options: How.
        groups: The number of each text's group, ``[pool]``; each gives the same share of each label.
        check: Called between fits; may raise to stop.
    """
    count = logits.shape[1]
    first = log_odds(logits)
    ranked = first
    generator = np.random.default_rng(options.seed)

    def fit(taken: np.ndarray, labels: np.ndarray) -> View:
        check()
        weights = np.concatenate([np.full(len(taken), options.weight), np.ones(len(known[1]))])
        learned = sp.vstack([rows[taken], known[0]], format="csr")
        return View.fit(learned, np.concatenate([labels, known[1]]).astype(np.int64), weights, count)

    for number in range(1, options.rounds + 1):
        share_taken = fraction(number, options.rounds, options.first, options.last)
        taken, labels = choose(ranked, shares, share_taken, groups)
        view = fit(taken, labels)
        parts = [part.copy() for part in view.parts(rows)]
        spreads = (_spread(parts[0]), _spread(parts[1]))
        order = generator.permutation(len(taken))
        for fold in range(FOLDS if len(taken) >= FOLDS * count else 0):
            held = np.zeros(len(taken), bool)
            held[order[fold::FOLDS]] = True
            for part, found in zip(parts, fit(taken[~held], labels[~held]).parts(rows[taken[held]]), strict=True):
                part[taken[held]] = found
        second = (parts[0] / spreads[0] + parts[1] / spreads[1]) / 2
        share = options.first_view
        ranked = share * first / _spread(first) + (1 - share) * second / _spread(second)
        probabilities = share * softmax(logits.astype(np.float64)) + (1 - share) * _probabilities(parts[0])
        yield Round(ranked, probabilities, View(view.regression, view.bayes, spreads))


def _probabilities(odds: np.ndarray) -> np.ndarray:
    """From log-odds; sums to 1."""
    found = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    return found / found.sum(axis=1, keepdims=True)


def _odds(model: Linear, rows: sp.csr_matrix) -> np.ndarray:
    """Log-odds of each label; of one never seen a little less than the least of any other."""
    seen = model.offsets > UNSEEN
    scores = model.scores(rows)
    found = np.empty_like(scores)
    found[:, seen] = log_odds(scores[:, seen])
    found[:, ~seen] = found[:, seen].min(initial=0) - 1
    return found


def _presence(rows: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), rows.shape)


def _spread(values: np.ndarray) -> float:
    return float(values.std()) or 1.0
