"""Which texts are taken from the pool."""

import numpy as np
import pytest

from pipeline.self_training.choosing import (
    balanced,
    choose,
    fraction,
    log_odds,
    numbered,
    proportions,
    thresholds,
)


def test_log_odds_of_two_labels_are_the_margin() -> None:
    logits = np.array([[1.0, 3.0], [0.5, -2.0]])
    assert log_odds(logits) == pytest.approx(np.array([[-2.0, 2.0], [2.5, -2.5]]))


def test_the_top_and_the_bottom_are_taken_whatever_the_model_leans_to() -> None:
    margin = np.linspace(1, 9, 10)  # it takes every text for the second label
    indices, labels = choose(log_odds(np.stack([-margin / 2, margin / 2], 1)), np.array([0.5, 0.5]), 0.4)
    assert indices.tolist() == [0, 1, 8, 9]
    assert labels.tolist() == [0, 0, 1, 1]


def test_labels_keep_their_shares() -> None:
    odds = log_odds(np.random.default_rng(0).normal(size=(500, 3)))
    shares = np.array([0.6, 0.3, 0.1])
    for taken in (0.2, 0.5, 1.0):
        indices, labels = choose(odds, shares, taken)
        assert len(set(indices.tolist())) == len(indices) == round(500 * taken)
        assert np.bincount(labels) == pytest.approx(shares * len(indices), abs=1)


def test_a_text_goes_to_its_best_label() -> None:
    logits = np.repeat(np.eye(3), 4, axis=0) * 5 + np.random.default_rng(0).normal(size=(12, 3)) / 10
    indices, labels = choose(log_odds(logits), np.full(3, 1 / 3), 1.0)
    assert (labels == logits.argmax(axis=1)[indices]).all()


def test_each_group_gives_its_share_of_each_label() -> None:
    margin = np.concatenate([np.linspace(3, 9, 60), np.linspace(-9, -3, 60)])  # one group is good to it, the other bad
    groups = numbered(["clothes"] * 60 + ["hotels"] * 60)
    odds = log_odds(np.stack([-margin / 2, margin / 2], 1))
    indices, labels = choose(odds, np.array([0.5, 0.5]), 0.5, groups)
    assert indices.tolist() == [*range(15), *range(45, 75), *range(105, 120)]
    assert labels.tolist() == ([0] * 15 + [1] * 15) * 2
    together = choose(odds, np.array([0.5, 0.5]), 0.5)[1]
    assert together.tolist() == [1] * 30 + [0] * 30


def test_small_groups_are_one() -> None:
    assert numbered(["a"] * 60 + ["b"] * 3 + [""] * 2 + ["c"] * 50).tolist() == [1] * 60 + [-1] * 5 + [3] * 50


def test_a_label_without_a_share_is_not_given() -> None:
    _, labels = choose(log_odds(np.random.default_rng(0).normal(size=(50, 2))), np.array([1.0, 0.0]), 1.0)
    assert not labels.any()


def test_shares_are_those_predicted_but_not_too_small_for_a_model_without_target_labels() -> None:
    logits = np.array([[1.0, 0.0]] * 95 + [[0.0, 1.0]] * 5)
    assert proportions(logits, "predicted", floor=False) == pytest.approx([0.95, 0.05])
    assert proportions(logits, "predicted", floor=True) == pytest.approx([0.75, 0.25])
    assert proportions(logits, "equal", floor=False) == pytest.approx([0.5, 0.5])
    several = proportions(np.eye(4)[[0] * 90 + [1] * 10] * 3, "predicted", floor=True)
    assert several.sum() == pytest.approx(1)
    assert several.min() == pytest.approx(0.125)


def test_fractions_grow_linearly() -> None:
    assert [fraction(number, 3, 0.2, 0.8) for number in (1, 2, 3)] == pytest.approx([0.2, 0.5, 0.8])
    assert fraction(1, 1, 0.2, 0.8) == 0.8


@pytest.mark.parametrize(
    ("odds", "count", "threshold"),
    [
        ([3.0, 1.0, -1.0], 2, 0.0),
        ([3.0, 1.0, -1.0], 1, 1.5),
        ([3.0, 2.5, -1.0], 1, 2.75),
        ([3.0, -0.5, -0.7], 2, -0.6),
        ([3.0, -0.5, -7.0], 2, -1.0),
        ([3.0, 1.0, -1.0], 0, 3.5),
        ([-3.0, -1.0, -2.0], 0, 0.0),
        ([-3.0, -1.0, -2.0], 3, -3.5),
        ([2.0, 2.0, 1.0], 1, 2.0),
    ],
)
def test_the_threshold_gives_a_label_so_often(odds: list[float], count: int, threshold: float) -> None:
    table = np.array(odds)[:, None]
    assert thresholds(table, np.array([count])) == pytest.approx([threshold])
    if odds.count(threshold) == 0:
        assert (table > threshold).sum() == count


def test_probabilities_lean_as_far_as_labels_do() -> None:
    """The model takes three of four texts for the second label; half of them are to be learned as each."""
    draw = np.random.default_rng(0)
    odds = log_odds(np.stack([np.zeros(200), draw.normal(1, 1.5, 200)], axis=1))
    found = balanced(odds, np.array([0.5, 0.5]))
    assert found.sum(axis=1) == pytest.approx(1)
    assert np.bincount(found.argmax(axis=1)).tolist() == [100, 100]
    assert (found.argmax(axis=1) == choose(odds, np.array([0.5, 0.5]), 1.0)[1]).all()
    assert (np.argsort(found[:, 1]) == np.argsort(odds[:, 1])).all()


def test_probabilities_that_have_their_shares_stay() -> None:
    logits = np.random.default_rng(0).normal(size=(60, 2))
    shares = np.bincount(logits.argmax(axis=1)) / 60
    weights = np.exp(logits)
    assert balanced(log_odds(logits), shares) == pytest.approx(weights / weights.sum(axis=1, keepdims=True))


def test_probabilities_are_balanced_within_each_group() -> None:
    margin = np.concatenate([np.linspace(3, 9, 60), np.linspace(-9, -3, 60)])
    groups = numbered(["clothes"] * 60 + ["hotels"] * 60)
    found = balanced(log_odds(np.stack([-margin / 2, margin / 2], 1)), np.array([0.5, 0.5]), groups)
    assert (
        np.bincount(found[:60].argmax(axis=1)).tolist() == np.bincount(found[60:].argmax(axis=1)).tolist() == [30, 30]
    )
