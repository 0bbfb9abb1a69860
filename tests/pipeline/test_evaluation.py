"""Metrics against scikit-learn and scipy, and the verdict's four outcomes."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from pipeline import evaluation
from pipeline.report import Comparison, Interval, ModelReport, TokenizerFit


def predictions(seed: int, texts: int = 300, labels: int = 3, accuracy: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = generator.integers(labels, size=texts)
    predicted = np.where(generator.random(texts) < accuracy, truth, generator.integers(labels, size=texts))
    return truth, predicted


@pytest.mark.parametrize("seed", range(3))
def test_metrics_equal_scikit_learns_and_lie_in_their_intervals(seed: int) -> None:
    truth, predicted = predictions(seed)
    found = evaluation.metrics(truth, predicted, 3, seed)
    assert found["accuracy"].value == pytest.approx(accuracy_score(truth, predicted))
    assert found["macro_f1"].value == pytest.approx(f1_score(truth, predicted, average="macro"))
    for interval in found.values():
        assert interval.low < interval.value < interval.high


def test_the_interval_is_that_of_resampled_texts() -> None:
    truth, predicted = predictions(0)
    generator = np.random.default_rng(1)
    right = truth == predicted
    drawn = [right[generator.integers(len(truth), size=len(truth))].mean() for _ in range(4000)]
    interval = evaluation.metrics(truth, predicted, 3, 0)["accuracy"]
    assert interval.low == pytest.approx(np.percentile(drawn, 2.5), abs=0.01)
    assert interval.high == pytest.approx(np.percentile(drawn, 97.5), abs=0.01)


def test_a_label_nobody_uses_does_not_lower_the_f1() -> None:
    truth = np.array([0, 1, 0, 1])
    assert evaluation.metrics(truth, truth, 5, 0)["macro_f1"].value == 1.0


def test_many_labels_take_bounded_memory_and_give_an_answer() -> None:
    truth, predicted = predictions(0, texts=500, labels=150)
    found = evaluation.metrics(truth, predicted, 150, 0)["macro_f1"]
    assert found.value == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_confusion_has_true_labels_in_rows() -> None:
    assert evaluation.confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2) == [[1, 1], [0, 1]]


def test_comparison_is_mcnemars_exact_test() -> None:
    truth = np.zeros(40, dtype=int)
    first, second = truth.copy(), truth.copy()
    second[:12] = 1  # only the first is right on these
    first[12:15] = 1  # only the second
    found = evaluation.compare("a", "b", truth, {"a": first, "b": second}, seed=0)
    assert (found.only_first_right, found.only_second_right) == (12, 3)
    assert found.p_value == pytest.approx(binomtest(12, 15).pvalue)
    assert found.difference.value == pytest.approx(9 / 40)
    assert found.difference.low < 9 / 40 < found.difference.high


def test_equal_models_differ_by_nothing() -> None:
    truth, predicted = predictions(0)
    found = evaluation.compare("a", "b", truth, {"a": predicted, "b": predicted}, seed=0)
    assert found.p_value == 1.0
    assert found.difference == Interval(value=0, low=0, high=0)


def model(name: str, accuracy: float) -> ModelReport:
    interval = Interval(value=accuracy, low=accuracy, high=accuracy)
    return ModelReport(
        name=name,
        description="",
        metrics={"accuracy": interval, "macro_f1": interval},
        confusion=[[1]],
        source_accuracy=None,
        tokenizer=TokenizerFit(vocabulary_size=1, unknown_rate=0, pieces_per_character=1),
        parameters=1,
        training_seconds=0,
    )


def comparison(second: str, difference: float, p_value: float) -> Comparison:
    return Comparison(
        first="transferred",
        second=second,
        difference=Interval(value=difference, low=difference, high=difference),
        p_value=p_value,
        only_first_right=0,
        only_second_right=0,
    )


@pytest.mark.parametrize(
    ("source", "target", "code", "said"),
    [
        ((0.3, 0.001), (0.1, 0.01), "helped", "30.0 points above source-only and 10.0 above target-only"),
        ((0.3, 0.001), (0.02, 0.4), "helped-over-source", "within noise"),
        ((0.3, 0.001), (-0.02, 0.4), "helped-over-source", "difference of -2.0 points"),
        ((0.02, 0.4), (0.02, 0.4), "noise", "within noise"),
        ((0.3, 0.001), (-0.1, 0.01), "hurt", "worse than target-only"),
        ((-0.1, 0.01), (0.1, 0.01), "hurt", "worse than source-only"),
    ],
)
def test_the_verdict_says_what_was_found(
    source: tuple[float, float], target: tuple[float, float], code: str, said: str
) -> None:
    models = [model("source-only", 0.5), model("transferred", 0.8), model("target-only", 0.7)]
    pairs = [comparison("source-only", *source), comparison("target-only", *target)]
    verdict = evaluation.verdict(models, pairs, texts=200)
    assert verdict.code == code
    assert said in verdict.sentence
    assert "80.0 %" in verdict.sentence


def test_softmax_is_stable() -> None:
    rows = evaluation.softmax(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert rows[1] == pytest.approx([0.5, 0.5])
