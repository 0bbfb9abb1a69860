"""A closer look: model against model, calibration, parts of the test texts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pipeline.report import Report
from ui.handlers import closer as handlers
from ui.handlers.chosen import Shown
from ui.views import matrices
from ui.views.calibration import SIDE, calibration
from ui.views.parts import parts

HOSTILE = "<script>alert('x')</script>\"&"
ShownOf = Callable[..., Shown]


@pytest.fixture
def shown(report_of: Callable[..., Report], shown_of: ShownOf) -> Shown:
    return shown_of(report_of(labels=("<b>bad</b>", "good"), texts=20, hostile=HOSTILE))


@pytest.fixture
def language_models(report_of: Callable[..., Report], shown_of: ShownOf) -> Shown:
    return shown_of(report_of(task="language-modelling", labels=()))


@pytest.fixture
def entities(report_of: Callable[..., Report], shown_of: ShownOf) -> Shown:
    return shown_of(report_of(task="entity-recognition", labels=("B-LOC", "B-PER", "O")))


def test_two_models_are_crossed_and_told(shown: Shown) -> None:
    found = handlers.against(shown, None, None)
    assert found is not None
    assert (found.first, found.second) == ("source-only", "transferred")
    assert (found.counts, found.differing) == ([[10, 10], [0, 0]], 10)
    page = matrices.crossed(shown.report, found)
    assert "10 of 20 differ" in page
    assert page.count("<td") == 5
    assert "<script" not in page
    assert "<b>" not in page


def test_another_pair_is_taken_and_a_name_that_is_gone_is_not(shown: Shown) -> None:
    found = handlers.against(shown, "target-only", "gone")
    assert found is not None
    assert (found.first, found.second) == ("target-only", "transferred")


def test_many_labels_are_crossed_as_the_commonest_differences(
    report_of: Callable[..., Report], shown_of: ShownOf
) -> None:
    many = shown_of(report_of(labels=tuple(f"label {number}" for number in range(14)), texts=56))
    page = matrices.crossed(many.report, handlers.against(many, None, None))
    assert "<table" not in page
    assert "label 2 → label 1: 4" in page


def test_where_no_label_can_be_crossed_it_is_said(language_models: Shown, entities: Shown, shown: Shown) -> None:
    assert handlers.against(language_models, None, None) is None
    one = shown.report.model_copy(update={"models": shown.report.models[:1]})
    assert handlers.against(Shown(one, shown.picks[:1], shown.names), None, None) is None
    assert handlers.against(entities, None, None) is not None  # of words
    assert "do not give one label" in matrices.crossed(shown.report, None)


def test_calibration_is_drawn_a_model_and_said_in_words(shown: Shown) -> None:
    found = handlers.sureness(shown)
    assert [sum(one.texts for one in bins) for bins in found.values()] == [20, 20, 20]
    page = calibration(shown.report, found)
    assert page.count("<svg") == 3
    assert "50 % sure, 50 % right" in page
    assert "error 4.5 %" in page
    assert "<script" not in page
    assert all(0 <= float(place) <= SIDE for place in re.findall(r'c[xy]="([\d.-]+)"', page))


def test_without_probabilities_there_is_no_calibration(language_models: Shown, entities: Shown) -> None:
    for found in (language_models, entities):
        assert handlers.sureness(found) == {}
        assert "no probability" in calibration(found.report, {})


def test_texts_are_cut_and_every_models_share_drawn(shown: Shown) -> None:
    for how in ("length", "label", "confidence"):
        page = parts(shown.report, how, handlers.parts(shown, how))
        assert page.count("g-part ") % 3 == 0
        assert "<script" not in page
        assert "<b>bad" not in page
    assert "&lt;b&gt;bad" in parts(shown.report, "label", handlers.parts(shown, "label"))
    assert "0 % to 60 % sure" in parts(shown.report, "confidence", handlers.parts(shown, "confidence", "gone"))


def test_texts_are_cut_by_what_they_contain(shown: Shown) -> None:
    found = handlers.parts(shown, "contains", text="TEXT 1 ")
    page = parts(shown.report, "contains", found)
    assert [part.texts for part in found] == [11, 9]
    assert "with “TEXT 1”" in page
    assert "without “TEXT 1”" in page
    assert "Type what" in parts(shown.report, "contains", handlers.parts(shown, "contains"))


def test_what_can_not_be_cut_is_not_offered(language_models: Shown, entities: Shown) -> None:
    assert handlers.cuts(language_models) == ()
    assert handlers.parts(language_models, "length") == []
    assert "confidence" not in handlers.cuts(entities)
    assert "no such parts" in parts(entities.report, "confidence", handlers.parts(entities, "confidence"))
