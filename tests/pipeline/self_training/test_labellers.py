"""Co-training where a text may have several labels: each label against the rest."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp

from pipeline.classical.features import NGrams
from pipeline.errors import Cancelled
from pipeline.self_training.co_training import Options, Round, relabel
from pipeline.self_training.labellers import SeveralLabels
from pipeline.self_training.ngram_view import OneAgainstRest

WORDS = ("香快赞甜", "差慢烂苦", "汤房书店")  # of which a text with the label has some
CHANCES = (0.5, 0.3, 0.1)
OPTIONS = Options(rounds=4, first=0.4, last=0.8, first_view=0.2, weight=1.0, seed=0)


def pool(count: int = 600, wrong: float = 0.15) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Features of texts, bool ``[texts, labels]`` what they have, and logits of a network that misreads some."""
    choice = random.Random(0)
    truth = np.array([[choice.random() < chance for chance in CHANCES] for _ in range(count)])
    texts = []
    for row in truth:
        words = [word for label in np.flatnonzero(row) for word in choice.choices(WORDS[label], k=3)]
        texts.append("".join([*words, *choice.choices("的了是我", k=4)]))
    generator = np.random.default_rng(0)
    said = truth ^ (generator.random(truth.shape) < wrong * truth.mean(axis=0) * 2)
    logits = (2.0 * said - 1) * generator.uniform(0.5, 3, truth.shape)
    return NGrams(["text"]).fit({"text": texts}), truth, logits


def rounds(
    rows: sp.csr_matrix, logits: np.ndarray, known: tuple[sp.csr_matrix, np.ndarray] | None = None, **changes: object
) -> tuple[SeveralLabels, list[Round]]:
    labeller = SeveralLabels(logits)
    nothing = rows[:0], labeller.known([])
    return labeller, list(relabel(rows, labeller, known or nothing, Options(**{**vars(OPTIONS), **changes})))


def f1(given: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Of each label."""
    return 2 * (given & truth).sum(axis=0) / (given.sum(axis=0) + truth.sum(axis=0))


def test_every_label_is_given_better_than_by_the_network() -> None:
    rows, truth, logits = pool()
    labeller, found = rounds(rows, logits)
    before, after = f1(labeller.predicted, truth), f1(labeller.answers(found[-1].odds), truth)
    assert len(found) == 4
    assert (before < 0.93).all()
    assert (after > before + 0.02).all()
    assert after.mean() > before.mean() + 0.07


def test_each_label_is_given_as_often_as_the_network_gives_it() -> None:
    rows, _, logits = pool()
    labeller, found = rounds(rows, logits)
    for each in found:
        assert labeller.answers(each.odds).sum(axis=0) == pytest.approx(labeller.counts, abs=2)


def test_soft_labels_are_the_probability_of_each_by_itself() -> None:
    rows, truth, logits = pool()
    labeller, found = rounds(rows, logits)
    indices, values = labeller.take(found[-1], 0.8, soft=True)
    said = np.asarray(values)
    assert said.shape == (len(indices), 3)
    assert 0 < said.min() < said.max() < 1
    assert ((said > 0.5) == truth[indices]).mean() > 0.95
    assert (said.sum(axis=1) > 1.2).any()  # a text may have two of them
    again, sets = labeller.take(found[-1], 0.8, soft=False)
    assert again.tolist() == indices.tolist()
    assert [*sets] == labeller.listed(labeller.answers(found[-1].odds)[indices])


def test_the_view_judges_other_texts_as_a_network_would() -> None:
    rows, truth, logits = pool()
    _, found = rounds(rows[:400], logits[:400])
    said = found[-1].view.odds(rows[400:]) > 0
    assert (f1(said, truth[400:]) > 0.9).all()


def test_true_labels_are_learned_from() -> None:
    rows, truth, _ = pool()
    chance = np.random.default_rng(1).normal(size=(300, 3)) - np.array([0, 0.5, 1.3])
    known = rows[300:], truth[300:]
    labeller, found = rounds(rows[:300], chance, known, first_view=0.0, weight=0.01)
    right = np.take_along_axis(truth[:300], np.argsort(-found[-1].odds, axis=0), axis=0)
    surest = [column[:number].mean() for column, number in zip(right.T, truth[:300].sum(axis=0), strict=True)]
    assert min(surest) > 0.85
    assert labeller.known([[0, 2], []]).tolist() == [[True, False, True], [False] * 3]


def test_a_label_that_the_network_never_gives_is_not_given_and_one_that_all_have_is() -> None:
    rows, _, logits = pool(150)
    logits[:, 1], logits[:, 2] = -abs(logits[:, 1]), abs(logits[:, 2])
    labeller, found = rounds(rows, logits)
    answers = labeller.answers(found[-1].odds)
    assert not answers[:, 1].any()
    assert answers[:, 2].all()
    assert found[-1].probabilities[:, 1].max() < 0.15
    assert found[-1].probabilities[:, 2].min() > 0.85
    assert np.isfinite(found[-1].odds).all()


def test_what_all_or_none_have_is_said_as_surely_as_there_are_texts() -> None:
    rows = sp.csr_matrix(np.eye(4))
    truth = np.array([[True, False, True], [True, False, False], [True, False, True], [True, False, False]])
    model = OneAgainstRest.fit(rows, truth, np.ones(4), check=lambda: None)
    regression, bayes = model.parts(rows)
    assert regression[:, 0] == pytest.approx(np.log(9))
    assert bayes[:, 1] == pytest.approx(-np.log(9))
    assert (regression[:, 2] > 0).tolist() == [True, False, True, False]


def test_texts_are_the_same_if_all_their_labels_are() -> None:
    labeller = SeveralLabels(np.array([[1.0, -1.0], [1.0, 1.0], [-1.0, -1.0]]))
    assert labeller.listed(labeller.predicted) == [[0], [0, 1], []]
    other = np.array([[True, True], [True, True], [False, False]])
    assert labeller.same(labeller.predicted, other).tolist() == [False, True, True]


def stopping(after: int) -> Callable[[], None]:
    calls = iter(range(after))

    def check() -> None:
        if next(calls, None) is None:
            raise Cancelled

    return check


def test_a_cancelled_run_stops_between_the_labels() -> None:
    rows, _, logits = pool(60)
    labeller = SeveralLabels(logits)
    with pytest.raises(Cancelled):
        next(relabel(rows, labeller, (rows[:0], labeller.known([])), OPTIONS, check=stopping(after=2)))
