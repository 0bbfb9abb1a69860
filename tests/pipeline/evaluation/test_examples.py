"""Test texts one by one, as a page shows them."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.evaluation import examples
from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.examples import MOST_UNLABELLED
from pipeline.report import Example
from pipeline.scores import Scores
from pipeline.tasks import TASKS

#: Makes a test set of a task, and the scores of a model on it.
Make = Callable[..., tuple[Truth, Scores]]


def shown(truth: Truth, scores: Scores) -> list[Example]:
    return examples.examples(truth, {"a": scores}, {"a": Answers.of(truth, scores)})


def test_a_pair_with_one_label() -> None:
    truth = Truth.read("sentence-pair-classification", {"text": ["p"], "second": ["h"], "label": [1]}, ["no", "yes"])
    (found,) = shown(truth, Scores.of_texts(np.log([[0.8, 0.2]])))
    assert (found.text, found.second, found.label) == ("p", "h", "yes")
    assert found.predictions == {"a": "no"}
    assert found.probabilities["a"] == pytest.approx([0.8, 0.2], abs=1e-4)


def test_several_labels_are_a_list() -> None:
    truth = Truth.read("multi-label-classification", {"text": ["t"], "labels": [[0, 2]]}, ["x", "y", "z"])
    (found,) = shown(truth, Scores.of_texts(np.array([[-2, 3, 1]])))
    assert (found.label, found.predictions) == (["x", "z"], {"a": ["y", "z"]})
    assert found.probabilities["a"] == pytest.approx([0.1192, 0.9526, 0.7311])


def test_words_keep_their_tags_and_an_unseen_one_has_none() -> None:
    truth = Truth.read("part-of-speech", {"tokens": [["a"], ["b", "c"]], "tags": [[0], [1, 0]]}, ["N", "V"])
    scores = Scores(np.array([[1, 0], [0, 1], [np.nan, np.nan]], np.float32), truth.offsets)
    first, second = shown(truth, scores)
    assert (second.text, second.tokens, second.label) == ("b c", ["b", "c"], ["V", "N"])
    assert (first.predictions, second.predictions) == ({"a": ["N"]}, {"a": ["V", ""]})
    assert second.probabilities == {}


def test_of_a_language_model_fewer_texts_are_shown(make: Make) -> None:
    truth, scores = make("language-modelling", texts=2 * MOST_UNLABELLED)
    found = shown(truth, scores)
    assert [one.text for one in found] == [*truth.texts[::2]]
    assert (found[0].label, found[0].predictions, found[0].probabilities) == ("", {}, {})


@pytest.mark.parametrize("task", [name for name in TASKS if name != "language-modelling"])
def test_all_labelled_texts_are_shown(make: Make, task: str) -> None:
    truth, scores = make(task, texts=300)
    assert [one.text for one in shown(truth, scores)] == [*truth.texts]


def test_of_very_many_texts_some_are_shown_evenly_spaced(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    truth, scores = make("text-classification", texts=300)
    whole = shown(truth, scores)
    monkeypatch.setattr(examples, "MOST", 7)
    assert shown(truth, scores) == [whole[place] for place in (0, 42, 85, 128, 171, 214, 257)]
    assert examples.spread(0, 7).tolist() == []
    assert examples.spread(3, 7).tolist() == [0, 1, 2]
