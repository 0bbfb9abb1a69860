"""The closer look: confusion matrices, and tables that are folded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.report import Report, Slice
from ui.views import details as views
from ui.views import matrices

ReportOf = Callable[..., Report]


def test_a_matrix_shows_what_was_taken_for_what(report_of: ReportOf) -> None:
    page = matrices.confusions(report_of())
    assert page.count("<figure") == 3
    assert "2 with the true label negative were labelled positive" in page


def test_many_labels_are_read_as_the_commonest_confusions(report_of: ReportOf) -> None:
    page = matrices.confusions(report_of(labels=tuple(f"label {number}" for number in range(20))))
    assert "<table" not in page
    assert "label 0 → label 1: 2" in page


@pytest.mark.parametrize("task", ["multi-label-classification", "entity-recognition", "language-modelling"])
def test_without_a_matrix_there_is_no_section(report_of: ReportOf, task: str) -> None:
    assert matrices.confusions(report_of(task=task)) == ""


def test_scores_by_label_and_what_the_stages_found_are_folded(report_of: ReportOf) -> None:
    page = views.details(report_of())
    assert page.count("<details") == 3
    assert "open" not in page
    for words in ("F1 33.3 %", "precision 50.0 %, recall 25.0 %", "unknown rate after", "0.0125", "matching"):
        assert words in page, words


def test_slices_stand_in_rows_with_a_column_a_model(report_of: ReportOf) -> None:
    report = report_of()
    rare = Slice(kind="unknown-rate", low=0.5, high=1, texts=4, value=0.25)
    first, *others = report.models
    first = first.model_copy(update={"slices": [*first.slices, rare]})
    page = views.details(report.model_copy(update={"models": [first, *others]}))
    assert "Accuracy on parts of the test set" in page
    assert "3 to 9 characters" in page
    assert page.count("62.5 %") == 3
    assert "50 % to 100 % tokens unknown to the source" in page
    assert page.count(">–<") == 2  # the other models have no such slice


def test_perplexity_on_parts_is_no_share(report_of: ReportOf) -> None:
    report = report_of(task="language-modelling", labels=())
    models = [
        model.model_copy(update={"slices": [Slice(kind="length", low=1, high=2, texts=3, value=1234.5)]})
        for model in report.models
    ]
    page = views.details(report.model_copy(update={"models": models}))
    assert "1,234" in page
    assert "%" not in page.split("What the stages found")[0]


def test_nothing_found_is_nothing_shown(report_of: ReportOf) -> None:
    report = report_of(task="language-modelling", labels=())
    bare = [model.model_copy(update={"slices": []}) for model in report.models]
    assert views.details(report.model_copy(update={"models": bare, "facts": {}})) == ""
