"""Pairs of models: McNemar's test, flips, and which way a difference counts."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.bootstrap import Bootstrap
from pipeline.evaluation.comparison import compare, mcnemar, pairs, sign
from pipeline.report import Comparison
from pipeline.scores import Scores
from pipeline.tasks import TASKS

#: Makes a test set of a task, and the scores of a model on it.
Make = Callable[..., tuple[Truth, Scores]]


def compared(truth: Truth, first: Scores, second: Scores) -> Comparison:
    answers = {"a": Answers.of(truth, first), "b": Answers.of(truth, second)}
    return compare("a", "b", truth.task, answers, Bootstrap(answers, truth.task.metrics, 0))


def one_hot(labels: np.ndarray, count: int) -> Scores:
    return Scores.of_texts(np.eye(count)[labels])


def test_whole_texts_are_compared_by_mcnemars_exact_test() -> None:
    true = np.zeros(40, dtype=int)
    truth = Truth.read("text-classification", {"text": ["a"] * 40, "label": true.tolist()}, ["x", "y", "z"])
    first, second = true.copy(), true.copy()
    second[:12] = 1  # only the first is right on these
    first[12:15] = 1  # only the second
    first[15:18], second[15:18] = 1, 2  # both wrong, each in its own way
    found = compared(truth, one_hot(first, 3), one_hot(second, 3))
    assert (found.only_first_right, found.only_second_right, found.flips) == (12, 3, 18)
    assert found.p_value == pytest.approx(2 * binom.cdf(3, 15, 0.5))
    assert found.significant
    assert found.difference.value == pytest.approx(9 / 40)
    assert found.difference.low < 9 / 40 < found.difference.high
    assert sign(found, truth.task) == 1
    assert sign(compared(truth, one_hot(second, 3), one_hot(first, 3)), truth.task) == -1


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_a_fair_coin(first: int, second: int) -> None:
    p = mcnemar(first, second)
    assert p == mcnemar(second, first)
    assert p == pytest.approx(min(1, 2 * binom.cdf(min(first, second), first + second, 0.5)))


@pytest.mark.parametrize("task", TASKS)
def test_equal_models_differ_by_nothing(make: Make, task: str) -> None:
    truth, scores = make(task)
    found = compared(truth, scores, scores)
    assert (found.p_value, found.flips, found.significant) == (1.0, 0, False)
    assert (found.difference.low, found.difference.high) == (0, 0)
    assert sign(found, truth.task) == 0


@pytest.mark.parametrize("task", TASKS)
def test_a_much_better_model_is_told_from_a_worse_one(make: Make, task: str) -> None:
    truth, good = make(task, accuracy=0.95)
    _, bad = make(task, accuracy=0.3)
    found = compared(truth, good, bad)
    assert found.significant
    assert found.flips > 0
    assert (found.difference.value < 0) == truth.task.lower_is_better  # perplexity falls
    assert sign(found, truth.task) == 1
    assert sign(compared(truth, bad, good), truth.task) == -1


def test_the_interval_decides_where_texts_are_right_in_part() -> None:
    """No sentence is right as a whole, so McNemar's test sees nothing; the words say it plainly."""
    tags = [[0] * 10 for _ in range(30)]
    truth = Truth.read("part-of-speech", {"tokens": [["w"] * 10] * 30, "tags": tags}, ["A", "B"])
    said = {wrong: np.tile([1] * wrong + [0] * (10 - wrong), 30) for wrong in (1, 5)}
    found = compared(truth, *(Scores(np.eye(2, dtype=np.float32)[said[wrong]], truth.offsets) for wrong in (1, 5)))
    assert found.p_value == 1.0
    assert found.significant


def test_flips_of_several_labels_count_texts_once() -> None:
    truth = Truth.read("multi-label-classification", {"text": ["a", "b"], "labels": [[0], []]}, ["x", "y"])
    first, second = np.array([[1, -1], [-1, -1]]), np.array([[-1, 1], [-1, -1]])
    assert compared(truth, Scores.of_texts(first), Scores.of_texts(second)).flips == 1


def test_only_models_of_the_run_are_paired() -> None:
    assert pairs(["source-only", "transferred"]) == [("transferred", "source-only")]
    assert pairs(["source-only", "transferred", "classical"])[1] == ("transferred", "classical")
