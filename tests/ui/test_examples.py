"""Test texts, page by page, as each task has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import RunError
from pipeline.report import Report
from ui.handlers import compare
from ui.views import examples as views

ReportOf = Callable[..., Report]


def drawn(report: Report) -> str:
    return views.examples(report, compare.examples(report, "all", 0))


def test_filters_and_pages(report_of: ReportOf) -> None:
    report = report_of(texts=25)
    assert compare.counts(report) == {"disagree": 15, "fixed": 12, "broke": 0, "all": 25}
    first = compare.examples(report, "all", 0)
    assert ([number for number, _ in first.examples], first.has_next) == (list(range(10)), True)
    last = compare.examples(report, "all", 999)
    assert ([number for number, _ in last.examples], last.has_next) == ([20, 21, 22, 23, 24], False)
    assert compare.examples(report, "all", -10).first == 0
    assert all(
        example.label == example.predictions["transferred"]
        for _, example in compare.examples(report, "fixed", 0).examples
    )
    nothing = compare.examples(report, "broke", 0)
    assert (nothing.total, nothing.has_next) == (0, False)
    assert "No test text" in views.examples(report, nothing)
    assert "21–25 of 25" in views.position(last)


@pytest.mark.parametrize("task", ["multi-label-classification", "sentence-pair-classification", "entity-recognition"])
def test_filters_work_on_lists_of_labels_too(report_of: ReportOf, task: str) -> None:
    assert compare.counts(report_of(task=task, texts=25)) == {"disagree": 15, "fixed": 12, "broke": 0, "all": 25}


def test_one_label_stands_with_its_probability(report_of: ReportOf) -> None:
    page = drawn(report_of())
    assert " negative <small>50 %</small>" in page
    assert page.count('data-pick="') == 10


def test_several_labels_are_joined_and_none_is_said(report_of: ReportOf) -> None:
    assert views.told(["food", "price"]) == "food, price"
    assert views.told([]) == "none"
    assert " negative <" in drawn(report_of(task="multi-label-classification"))


def test_both_texts_of_a_pair_are_shown(report_of: ReportOf) -> None:
    page = drawn(report_of(task="sentence-pair-classification"))
    assert 'text 3 <span class="g-second">second 3</span>' in page


def test_entities_are_marked_in_the_text_of_each_model(report_of: ReportOf) -> None:
    page = drawn(report_of(task="entity-recognition", labels=("B-LOC", "B-PER")))
    assert page.count("<article") == 10
    assert '<mark class="g-entity">text<small>LOC</small></mark> 0' in page
    assert '<mark class="g-entity g-off">text<small>LOC</small></mark> 1' in page  # source-only errs on the second
    assert "<table" not in page


def test_parts_of_speech_stand_behind_their_words(report_of: ReportOf) -> None:
    page = drawn(report_of(task="part-of-speech", labels=("NOUN", "VERB")))
    assert '<mark class="g-word">text<small>NOUN</small></mark> <mark class="g-word">0<small>O</small></mark>' in page


def test_texts_without_labels_are_only_listed(report_of: ReportOf) -> None:
    report = report_of(task="language-modelling", labels=())
    assert drawn(report).count("<li") == 10
    assert compare.counts(report) == {"disagree": 0, "fixed": 0, "broke": 0, "all": 25}


def test_an_example_is_asked_for_by_its_number(report_of: ReportOf) -> None:
    report = report_of()
    assert compare.example(report, 3).text.startswith("text 3")
    for number in (-1, 25):
        with pytest.raises(RunError):
            compare.example(report, number)
