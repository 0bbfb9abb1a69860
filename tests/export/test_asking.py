"""Questions from the report's test texts, and replies that do not depend on how they were batched."""

from __future__ import annotations

import numpy as np
import pytest

from export.asking import ask, joined, questions
from export.predictor import Predictor
from export.reference import Reference
from pipeline.report import Example
from pipeline.spec import TaskName


@pytest.mark.parametrize(
    ("task", "example", "question"),
    [
        ("text-classification", {"text": "a"}, "a"),
        ("multi-label-classification", {"text": "a"}, "a"),
        ("sentence-pair-classification", {"text": "a", "second": "b"}, ("a", "b")),
        ("entity-recognition", {"text": "a b", "tokens": ["a", "b"]}, ["a", "b"]),
        ("part-of-speech", {"text": "a b", "tokens": ["a", "b"]}, ["a", "b"]),
        ("language-modelling", {"text": "a"}, "a"),
    ],
)
def test_the_test_set_as_questions(task: TaskName, example: dict, question):
    assert questions(task, [Example(label="", predictions={}, probabilities={}, **example)]) == [question]


@pytest.mark.parametrize("task", ["text-classification", "part-of-speech", "language-modelling"])
def test_one_by_one_the_replies_are_the_same(zoo, asked, task: TaskName):
    """Of a language model so too: the same tokens are hidden each time."""
    predictor = Predictor(zoo.variants("bert", task) / "fp32")
    together = ask(predictor, task, asked[task])
    singly = joined([ask(predictor, task, [question]) for question in asked[task]])
    np.testing.assert_array_equal(together.scores.offsets, singly.scores.offsets)
    np.testing.assert_allclose(together.numbers, singly.numbers, atol=1e-4)
    some = together.of([3, 1])
    again = joined([ask(predictor, task, [asked[task][row]]) for row in (3, 1)])
    np.testing.assert_array_equal(some.scores.offsets, again.scores.offsets)
    np.testing.assert_allclose(some.scores.values, again.scores.values, atol=1e-4)
    np.testing.assert_array_equal(some.choices, again.choices)


def test_hidden_tokens_are_counted_and_judged(zoo):
    """Each text has at least one, a seventh of a longer one; special tokens are not hidden."""
    model = Reference(zoo.model("bert", "language-modelling"), "language-modelling")
    replies = ask(model, "language-modelling", ["soup", " ".join(["warm soup"] * 20), ""])
    assert np.diff(replies.scores.offsets).tolist() == [1, 6, 0]
    likelihood, right = replies.scores.values.T
    assert (likelihood > 0).all()
    words = [model.tokenizer.convert_tokens_to_ids(word) for word in ("warm", "soup")]
    assert all(guess in words for guess, hit in zip(replies.choices, right, strict=True) if hit)


def test_a_label_that_is_no_number_is_no_choice(zoo):
    class Broken(Reference):
        def outputs(self, texts, batch=16):
            yield from ((row, np.full(3, np.nan, np.float32)) for row in range(len(texts)))

    task: TaskName = "multi-label-classification"
    assert (ask(Broken(zoo.model("bert", task), task), task, ["soup"]).choices == -1).all()
