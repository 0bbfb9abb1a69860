"""Models of several runs on the texts that they have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.analysis.gathering import Choice, gather
from pipeline.errors import DataError
from pipeline.report import Report

FIRST, SECOND = Choice("a", "first"), Choice("a", "second")


def test_models_of_a_run_are_set_against_its_truth(reviews: Report) -> None:
    found = gather({"a": reviews}, [FIRST, SECOND])
    assert found.left_out == 0
    assert found.answers[FIRST].right.tolist() == [True] * 4 + [False] * 2
    assert found.answers[SECOND].right.tolist() == [False] * 2 + [True] * 4


def test_runs_are_compared_on_the_texts_that_both_were_tested_on(reviews: Report) -> None:
    other = reviews.model_copy(update={"examples": reviews.examples[::-1][:4]})
    found = gather({"a": reviews, "b": other}, [FIRST, Choice("b", "first")])
    assert [example.text for example in found.examples] == [example.text for example in reviews.examples[2:]]
    assert found.left_out == 2
    np.testing.assert_array_equal(*(scores.values for scores in found.scores.values()))


def test_labels_in_another_order_are_brought_into_one(reviews: Report) -> None:
    turned = [
        example.model_copy(update={"probabilities": {m: p[::-1] for m, p in example.probabilities.items()}})
        for example in reviews.examples
    ]
    other = reviews.model_copy(update={"labels": ["good", "bad"], "examples": turned})
    found = gather({"a": reviews, "b": other}, [FIRST, Choice("b", "first")])
    np.testing.assert_array_equal(*(answers.said for answers in found.answers.values()))


def test_a_text_with_another_label_is_not_the_same(reviews: Report) -> None:
    changed = [reviews.examples[0].model_copy(update={"label": "good"}), *reviews.examples[1:]]
    other = reviews.model_copy(update={"examples": changed})
    assert gather({"a": reviews, "b": other}, [FIRST, Choice("b", "first")]).left_out == 1


def test_tags_are_read_word_by_word(report_of: Callable[..., Report]) -> None:
    rows = [
        ("Ada saw Paris", ["NOUN", "VERB", "NOUN"], {"m": (["NOUN", "VERB", "VERB"], [])}),
        ("a b", ["NOUN", "VERB"], {"m": (["NOUN", ""], [])}),
    ]
    report = report_of(rows, task="part-of-speech", labels=["NOUN", "VERB"])
    found = gather({"a": report}, [Choice("a", "m")])
    answers = found.answers[Choice("a", "m")]
    assert answers.said.tolist() == [0, 1, 1, 0, -1]
    assert answers.right.tolist() == [False, False]


def test_several_labels_are_read_as_yes_or_no(report_of: Callable[..., Report]) -> None:
    rows = [("x", ["bad", "good"], {"m": (["good"], [0.4, 0.9])}), ("y", [], {"m": ([], [0.1, 0.2])})]
    report = report_of(rows, task="multi-label-classification")
    answers = gather({"a": report}, [Choice("a", "m")]).answers[Choice("a", "m")]
    assert answers.said.tolist() == [[False, True], [False, False]]
    assert answers.right.tolist() == [False, True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "multi-label-classification"}, "differ in their task or their labels"),
        ({"labels": ["bad", "fine"]}, "differ in their task or their labels"),
        ({"examples": []}, "no test text in common"),
    ],
)
def test_what_can_not_be_compared_is_refused(reviews: Report, change: dict[str, object], message: str) -> None:
    other = reviews.model_copy(update=change)
    with pytest.raises(DataError, match=message):
        gather({"a": reviews, "b": other}, [FIRST, Choice("b", "first")])


def test_language_models_are_refused(reviews: Report) -> None:
    report = reviews.model_copy(update={"task": "language-modelling"})
    with pytest.raises(DataError, match="Compare their perplexities"):
        gather({"a": report}, [FIRST])


def test_a_label_that_was_given_stands_where_rounding_made_two_level(report_of: Callable[..., Report]) -> None:
    report = report_of([("x", "bad", {"m": ("good", [0.5, 0.5])}), ("y", "bad", {"m": ("bad", [0.5, 0.5])})])
    assert gather({"a": report}, [Choice("a", "m")]).answers[Choice("a", "m")].said.tolist() == [1, 0]
    rows = [("x", ["bad"], {"m": (["bad"], [0.5, 0.5])})]
    several = report_of(rows, task="multi-label-classification")
    assert gather({"a": several}, [Choice("a", "m")]).answers[Choice("a", "m")].said.tolist() == [[True, False]]
