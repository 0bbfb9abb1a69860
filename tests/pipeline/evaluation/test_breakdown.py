"""Confusion, calibration and slices on cases counted by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.breakdown import calibration_error, confusion, probabilities, slices
from pipeline.scores import Scores
from pipeline.tasks import TASKS

#: Makes a test set of a task, and the scores of a model on it.
Make = Callable[..., tuple[Truth, Scores]]


def classified(labels: list[int], texts: list[str] | None = None) -> Truth:
    return Truth.read("text-classification", {"text": texts or ["a"] * len(labels), "label": labels}, ["no", "yes"])


def sure(chances: list[float]) -> Scores:
    """Scores of a model that gives the second of two labels these probabilities."""
    yes = np.array(chances, np.float64)
    return Scores.of_texts(np.log(np.stack([1 - yes, yes], axis=1)))


def test_confusion_has_true_labels_in_rows() -> None:
    truth, scores = classified([0, 0, 1]), sure([0.1, 0.9, 0.9])
    assert confusion(truth, Answers.of(truth, scores)) == [[1, 1], [0, 1]]


def test_confusion_of_words_leaves_out_those_unseen() -> None:
    truth = Truth.read("part-of-speech", {"tokens": [["a", "b"]], "tags": [[1, 0]]}, ["A", "B"])
    scores = Scores(np.array([[0, 1], [np.nan, np.nan]], np.float32), truth.offsets)
    assert confusion(truth, Answers.of(truth, scores)) == [[0, 0], [0, 1]]


@pytest.mark.parametrize("task", ["multi-label-classification", "entity-recognition", "language-modelling"])
def test_no_confusion_where_an_answer_is_not_one_label(make: Make, task: str) -> None:
    truth, scores = make(task)
    assert confusion(truth, Answers.of(truth, scores)) is None


def test_calibration_error_by_hand() -> None:
    """Two texts at 0.95, one right: off by 0.45. Two at 0.65, both right: off by 0.35."""
    truth = classified([1, 0, 1, 1])
    assert calibration_error(truth, sure([0.95, 0.95, 0.65, 0.65])) == pytest.approx((2 * 0.45 + 2 * 0.35) / 4)


def test_errors_within_a_bin_cancel_out_but_not_between_bins() -> None:
    truth = classified([1, 0])
    assert calibration_error(truth, sure([0.52, 0.58])) == pytest.approx(0.05)
    assert calibration_error(truth, sure([0.52, 0.68])) == pytest.approx((0.48 + 0.68) / 2)


def test_a_sure_and_right_model_is_calibrated() -> None:
    assert calibration_error(classified([1, 1]), Scores.of_texts(np.array([[-50, 50], [-50, 50]]))) == 0


def test_calibration_of_several_labels_is_of_each_yes_and_no() -> None:
    truth = Truth.read("multi-label-classification", {"text": ["a"], "labels": [[0]]}, ["x", "y"])
    logits = np.log(np.array([[0.9 / 0.1, 0.2 / 0.8]]))  # 0.9 for a label that is there, 0.2 for one that is not
    assert calibration_error(truth, Scores.of_texts(logits)) == pytest.approx((0.1 + 0.2) / 2)


@pytest.mark.parametrize("task", ["entity-recognition", "part-of-speech"])
def test_calibration_of_tags_is_word_by_word_without_those_unseen(task: str) -> None:
    """Two words at 0.95, one right; a third, of another text, at 0.65 and right; the last was cut off."""
    columns = {"tokens": [["a", "b"], ["c", "d"]], "tags": [[1, 0], [1, 1]]}
    truth = Truth.read(task, columns, ["O", "B-X"])  # type: ignore[arg-type]
    values = sure([0.95, 0.95, 0.65, 0.5]).values
    values[3] = np.nan
    assert calibration_error(truth, Scores(values, truth.offsets)) == pytest.approx((2 * 0.45 + 0.35) / 3)
    assert calibration_error(truth, Scores(np.full_like(values, np.nan), truth.offsets)) is None


@pytest.mark.parametrize("task", TASKS)
def test_all_but_language_models_are_calibrated_and_texts_alone_have_probabilities(make: Make, task: str) -> None:
    truth, scores = make(task)
    assert (probabilities(truth, scores) is not None) == (truth.task.labelling in ("one", "several"))
    assert (calibration_error(truth, scores) is not None) == (truth.task.labelling != "none")


def test_slices_by_length_are_quarters() -> None:
    texts = ["a" * length for length in range(1, 9)]
    truth = classified([0] * 8, texts)
    answers = Answers.of(truth, sure([0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9]))
    found = [one for one in slices(truth, answers, np.zeros(8)) if one.kind == "length"]
    assert [(one.low, one.high) for one in found] == [(1, 3), (3, 5), (5, 7), (7, 8)]
    assert [(one.texts, one.value) for one in found] == [(2, 1.0), (2, 0.5), (2, 0.0), (2, 0.0)]


def test_slices_by_unknown_tokens_leave_out_what_is_not_there() -> None:
    truth = classified([0] * 5)
    answers = Answers.of(truth, sure([0.1, 0.9, 0.1, 0.9, 0.9]))
    found = [one for one in slices(truth, answers, np.array([0, 0, 0.5, 0.9, 1])) if one.kind == "unknown-rate"]
    assert [(one.low, one.high, one.texts, one.value) for one in found] == [(0, 0.01, 2, 0.5), (0.5, 1, 3, 1 / 3)]


def test_texts_of_one_length_are_one_slice() -> None:
    truth = classified([0, 1], ["same", "size"])
    found = slices(truth, Answers.of(truth, sure([0.1, 0.1])), np.zeros(2))
    assert [(one.kind, one.low, one.high, one.texts) for one in found] == [
        ("length", 4, 4, 2),
        ("unknown-rate", 0, 0.01, 2),
    ]


@pytest.mark.parametrize("task", TASKS)
def test_slices_of_a_kind_hold_each_text_once(make: Make, task: str) -> None:
    truth, scores = make(task, texts=77)
    rates = np.random.default_rng(0).random(77)
    found = slices(truth, Answers.of(truth, scores), rates)
    for kind in ("length", "unknown-rate"):
        assert sum(one.texts for one in found if one.kind == kind) == 77
