"""What can be taken away: a table, the numbers, a report in one file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest

from pipeline.report import CurvePoint, LearningCurve, Report
from pipeline.spec import TaskName
from ui.handlers import download
from ui.handlers.chosen import Shown
from ui.text.languages import speaking
from ui.theme import STYLE
from ui.views.document import document

HOSTILE = "<script>alert('x')</script>\"& ${1+1} {{x}}"
ReportOf = Callable[..., Report]
ShownOf = Callable[..., Shown]
LABELS = {
    "entity-recognition": ("B-LOC", "B-PER", "O"),
    "part-of-speech": ("NOUN", "O"),
    "language-modelling": (),
}
TASKS: tuple[TaskName, ...] = (
    "text-classification",
    "multi-label-classification",
    "sentence-pair-classification",
    "entity-recognition",
    "part-of-speech",
    "language-modelling",
)


def rows(shown: Shown) -> list[list[str]]:
    return list(csv.reader(io.StringIO(download.table(shown))))


def test_the_table_has_every_text_with_every_answer(report_of: ReportOf, shown_of: ShownOf) -> None:
    head, *found = rows(shown_of(report_of(texts=25)))
    assert head[:4] == ["Text", "True label", "source-only", "source-only, probability"]
    assert len(found) == 25
    assert found[1] == ["text 1 ", "positive", "negative", "0.5000", "positive", "0.5000", "positive", "0.5000"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_taken_for_a_formula(report_of: ReportOf, shown_of: ShownOf, start: str) -> None:
    report = report_of(texts=1, labels=(f"{start}label", "good"))
    text = f'{start}HYPERLINK("x")'
    report = report.model_copy(update={"examples": [report.examples[0].model_copy(update={"text": text})]})
    cells = rows(shown_of(report))[1]
    assert cells[0] == f"'{text}"
    assert not any(cell.startswith(start) for cell in cells)


def test_no_cell_begins_within_a_cell_whatever_separates_them(report_of: ReportOf, shown_of: ShownOf) -> None:
    report = report_of(texts=1, labels=("a;=1+1", "good"))
    text = 'fine;=HYPERLINK("x");\t=1\r\n=2,=3'
    report = report.model_copy(update={"examples": [report.examples[0].model_copy(update={"text": text})]})
    for delimiter in (",", ";", "\t"):
        found = [*csv.reader(io.StringIO(download.table(shown_of(report)), newline=""), delimiter=delimiter)]
        cells = [cell for row in found for cell in row]
        assert not [cell for cell in cells if download.FORMULA.match(cell)], delimiter


def test_words_and_pairs_have_their_columns(report_of: ReportOf, shown_of: ShownOf) -> None:
    head, first, *_ = rows(shown_of(report_of(task="entity-recognition", labels=LABELS["entity-recognition"])))
    assert head == ["Text", "True label", "source-only", "transferred", "target-only"]
    assert first[1] == "B-LOC O"
    head, first, *_ = rows(shown_of(report_of(task="sentence-pair-classification")))
    assert head[:2] == ["Text", "Second text"]
    assert first[1] == "second 0"
    assert rows(shown_of(report_of(task="language-modelling", labels=())))[0] == ["Text"]


def test_the_numbers_are_whole(report_of: ReportOf, shown_of: ShownOf) -> None:
    found = json.loads(download.numbers(shown_of(report_of())))
    assert [model["model"] for model in found["models"]] == ["source-only", "transferred", "target-only"]
    first = found["models"][0]
    assert (first["run"], first["run_name"], first["metrics"]["accuracy"]["value"]) == ("run", "甲", 0.7)
    assert first["reliability"][0]["texts"] == 25
    assert found["verdict"] == "helped"
    assert {*found["parts"]} == {"length", "label", "confidence"}
    assert found["comparisons"][0]["p_value"] == 0.001
    assert "examples" not in found
    chosen = json.loads(download.numbers(shown_of(report_of(), own=False, left_out=3)))
    assert chosen["left_out"] == 3
    assert "verdict" not in chosen


@pytest.mark.parametrize("task", TASKS)
def test_the_report_stands_alone(report_of: ReportOf, shown_of: ShownOf, task: TaskName) -> None:
    report = report_of(task=task, labels=LABELS.get(task, ("<b>bad</b>", "good")), hostile=HOSTILE)
    point = CurvePoint(labels=20, transferred=0.8, target_only=0.6, classical=0.5)
    curve = LearningCurve(points=[point], labels_saved=40, sentence="It saves 40 labels.")
    shown = shown_of(report.model_copy(update={"curve": curve}))
    page = document(shown, STYLE.read_text(encoding="utf-8"))
    assert page.startswith("<!doctype html>")
    assert not re.search(r"https?:|//\w|@import|url\(|<link|<script|src=|href=|<button|<b>bad", page)
    assert "Transfer helped" in page
    assert "It saves 40 labels." in page
    assert "prefers-color-scheme: dark" in page
    assert download.numbers(shown)
    assert download.table(shown)


def test_the_report_has_the_figures_of_what_is_shown(report_of: ReportOf, shown_of: ShownOf) -> None:
    page = document(shown_of(report_of()), "")
    for words in ("Model against model", "Calibration", "Parts of the test set by confidence", "models disagree"):
        assert words in page, words
    assert page.count("<svg") == 3
    chosen = document(shown_of(report_of(), own=False), "")
    assert "Transfer helped<" not in chosen


def test_the_report_speaks_the_readers_language(report_of: ReportOf, shown_of: ShownOf) -> None:
    with speaking("zh"):
        page = document(shown_of(report_of()), "")
    assert '<html lang="zh-CN">' in page
    assert "<title>比较：甲</title>" in page


def test_a_file_is_named_after_its_runs(report_of: ReportOf, shown_of: ShownOf) -> None:
    shown = shown_of(report_of())
    assert download.file_name(shown, "csv") == "graft-甲.csv"
    odd = Shown(shown.report, shown.picks, {"a": "../x\\y: 1", "b": "<b>"})
    assert download.file_name(odd, "html") == "graft-x-y-1-b.html"
