"""Test texts, page by page, as each task has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import RunError
from pipeline.report import Report
from ui.handlers import texts
from ui.handlers.chosen import Shown
from ui.handlers.texts import Asked
from ui.views import examples as views

ReportOf = Callable[..., Report]
ShownOf = Callable[..., Shown]


@pytest.fixture
def drawn(report_of: ReportOf, shown_of: ShownOf) -> Callable[..., str]:
    """The first page of a made-up report's texts."""

    def draw(**fields: object) -> str:
        report = report_of(**fields)
        return views.examples(report, texts.examples(shown_of(report), Asked()))

    return draw


def test_filters_and_pages(report_of: ReportOf, shown_of: ShownOf) -> None:
    shown = shown_of(report_of(texts=25))
    counted = {"disagree": 15, "flips": 12, "fixed": 12, "broke": 0, "wrong": 15, "all": 25}
    assert texts.counts(shown, Asked()) == counted
    first = texts.examples(shown, Asked())
    assert ([number for number, _ in first.examples], first.has_next) == (list(range(10)), True)
    last = texts.examples(shown, Asked(), 999)
    assert ([number for number, _ in last.examples], last.has_next) == ([20, 21, 22, 23, 24], False)
    assert texts.examples(shown, Asked(), -10).first == 0
    assert all(
        example.label == example.predictions["transferred"]
        for _, example in texts.examples(shown, Asked("fixed")).examples
    )
    nothing = texts.examples(shown, Asked("broke"))
    assert (nothing.total, nothing.has_next) == (0, False)
    assert "No test text" in views.examples(shown.report, nothing)
    assert "21–25 of 25" in views.position(last)


def test_the_list_is_filtered_by_labels_and_by_what_texts_contain(report_of: ReportOf, shown_of: ShownOf) -> None:
    shown = shown_of(report_of(texts=25))
    assert texts.examples(shown, Asked(label="negative")).total == 13
    assert texts.examples(shown, Asked(label="negative", said="positive")).total == 3  # target-only errs on these
    assert [number for number, _ in texts.examples(shown, Asked(contains=" TEXT 1 ")).examples][:2] == [1, 10]
    assert texts.counts(shown, Asked(contains="text 1"))["all"] == 11


def test_the_pair_decides_what_was_fixed(report_of: ReportOf, shown_of: ShownOf) -> None:
    shown = shown_of(report_of(texts=25))
    turned = Asked("fixed", first="transferred", second="source-only")
    assert texts.examples(shown, turned).total == texts.examples(shown, Asked("broke")).total == 0
    assert texts.examples(shown, Asked("broke", first="transferred", second="source-only")).total == 12
    gone = Asked("fixed", first="transferred@7", second="not there")  # of what was shown before
    assert texts.examples(shown, gone).total == 12


@pytest.mark.parametrize(
    ("task", "labels"),
    [
        ("multi-label-classification", ("negative", "positive")),
        ("sentence-pair-classification", ("negative", "positive")),
        ("entity-recognition", ("B-LOC", "B-PER", "O")),
    ],
)
def test_filters_work_on_lists_of_labels_too(
    report_of: ReportOf, shown_of: ShownOf, task: str, labels: tuple[str, ...]
) -> None:
    counted = texts.counts(shown_of(report_of(task=task, labels=labels, texts=25)), Asked())
    assert (counted["disagree"], counted["fixed"], counted["broke"], counted["all"]) == (15, 12, 0, 25)


def test_one_label_stands_with_its_probability(drawn: Callable[..., str]) -> None:
    page = drawn()
    assert " negative <small>50 %</small>" in page
    assert page.count('data-pick="') == 10


def test_a_list_to_read_has_no_buttons(report_of: ReportOf, shown_of: ShownOf) -> None:
    report = report_of(hostile="<b>")
    page = views.examples(report, texts.examples(shown_of(report), Asked()), pickable=False)
    assert "<button" not in page
    assert "text 0 &lt;b&gt;" in page


def test_several_labels_are_joined_and_none_is_said(drawn: Callable[..., str]) -> None:
    assert views.told(["food", "price"]) == "food, price"
    assert views.told([]) == "none"
    assert " negative <" in drawn(task="multi-label-classification")


def test_both_texts_of_a_pair_are_shown(drawn: Callable[..., str]) -> None:
    page = drawn(task="sentence-pair-classification")
    assert 'text 3 <span class="g-second">second 3</span>' in page


def test_entities_are_marked_in_the_text_of_each_model(drawn: Callable[..., str]) -> None:
    page = drawn(task="entity-recognition", labels=("B-LOC", "B-PER", "O"))
    assert page.count("<article") == 10
    assert '<mark class="g-entity">text<small>LOC</small></mark> 0' in page
    assert '<mark class="g-entity g-off">text<small>PER</small></mark> 3' in page  # source-only errs on every second
    assert "<table" not in page


def test_parts_of_speech_stand_behind_their_words(drawn: Callable[..., str]) -> None:
    page = drawn(task="part-of-speech", labels=("NOUN", "O"))
    assert '<mark class="g-word">text<small>NOUN</small></mark> <mark class="g-word">0<small>O</small></mark>' in page


def test_texts_without_labels_are_only_listed_and_searched(
    report_of: ReportOf, shown_of: ShownOf, drawn: Callable[..., str]
) -> None:
    assert drawn(task="language-modelling", labels=()).count("<li") == 10
    shown = shown_of(report_of(task="language-modelling", labels=()))
    assert texts.counts(shown, Asked()) == {"all": 25}
    assert texts.examples(shown, Asked(contains="text 2")).total == 6


def test_an_example_is_asked_for_by_its_number(report_of: ReportOf, shown_of: ShownOf) -> None:
    shown = shown_of(report_of())
    assert texts.example(shown, 3).text.startswith("text 3")
    for number in (-1, 25):
        with pytest.raises(RunError):
            texts.example(shown, number)
