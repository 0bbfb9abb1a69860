"""Intervals: those of resampled texts, around the value, and quickly."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evaluation import bootstrap
from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.bootstrap import Bootstrap, resampled
from pipeline.evaluation.metrics import METRICS, value
from pipeline.scores import Scores
from pipeline.tasks import TASKS

#: Makes a test set of a task, and the scores of a model on it.
Make = Callable[..., tuple[Truth, Scores]]


@pytest.mark.parametrize("task", TASKS)
def test_intervals_are_those_of_texts_drawn_one_by_one(make: Make, task: str) -> None:
    truth, scores = make(task)
    counts = Answers.of(truth, scores).counts
    draw = np.random.default_rng(1)
    samples = [counts[draw.integers(len(counts), size=len(counts))] for _ in range(3000)]
    found = Bootstrap({"a": Answers.of(truth, scores)}, truth.task.metrics, 0).intervals("a")
    for metric, interval in found.items():
        drawn = [value(metric, sample) for sample in samples]
        width = interval.high - interval.low
        assert interval.value == value(metric, counts)
        assert interval.low == pytest.approx(np.percentile(drawn, 2.5), abs=0.1 * width)
        assert interval.high == pytest.approx(np.percentile(drawn, 97.5), abs=0.1 * width)


@settings(deadline=None, max_examples=20)
@given(
    task=st.sampled_from(sorted(TASKS)), texts=st.integers(1, 12), accuracy=st.floats(0, 1), seed=st.integers(0, 1000)
)
def test_intervals_hold_their_value_on_however_few_texts(
    make: Make, task: str, texts: int, accuracy: float, seed: int
) -> None:
    truth, first = make(task, accuracy, texts, seed)
    _, second = make(task, 0.5, texts, seed)
    answers = {"a": Answers.of(truth, first), "b": Answers.of(truth, second)}
    found = Bootstrap(answers, truth.task.metrics, seed)
    for interval in (*found.intervals("a").values(), found.difference("a", "b", truth.task.metrics[0])):
        assert interval.low <= interval.value <= interval.high


def test_a_difference_is_of_the_same_draws(make: Make) -> None:
    """Unpaired, the interval of two models that always agree would be as wide as each one's own."""
    truth, scores = make("text-classification")
    answers = {"a": Answers.of(truth, scores), "b": Answers.of(truth, scores)}
    found = Bootstrap(answers, ("accuracy",), 0)
    difference = found.difference("a", "b", "accuracy")
    assert (difference.low, difference.value, difference.high) == (0, 0, 0)
    assert found.intervals("a") == found.intervals("b")


def test_chunks_are_only_for_memory(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    truth, scores = make("part-of-speech")
    counts = Answers.of(truth, scores).counts[:, None]
    whole = np.concatenate(list(resampled(counts, 3)))
    monkeypatch.setattr(bootstrap, "_CHUNK", 50_000)
    pieces = list(resampled(counts, 3))
    assert len(pieces) > 10
    assert np.array_equal(np.concatenate(pieces), whole)
    assert (whole[:, 0, -1] == len(truth)).all()  # each draw is of as many texts


def test_thousands_of_texts_with_many_labels_take_seconds() -> None:
    draw = np.random.default_rng(0)
    rows = [np.flatnonzero(draw.random(30) < 0.1).tolist() for _ in range(5000)]
    truth = Truth.read(
        "multi-label-classification", {"text": ["a"] * 5000, "labels": rows}, [str(n) for n in range(30)]
    )
    answers = {
        name: Answers.of(truth, Scores.of_texts(np.where(truth.values, 1, -1) + draw.normal(size=(5000, 30))))
        for name in ("a", "b")
    }
    start = time.process_time()
    found = Bootstrap(answers, truth.task.metrics, 0)
    assert time.process_time() - start < 30  # seconds of one core; a few where nothing else runs
    assert set(found.draws) == set(truth.task.metrics) <= set(METRICS)
