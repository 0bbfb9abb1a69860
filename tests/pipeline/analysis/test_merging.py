"""One report of models of several runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.analysis.gathering import Choice, gather
from pipeline.analysis.merging import merge
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.report import DataSummary, ModelReport, Report, Slice, TrainingCost

NAMES = {"a": "Monday", "b": "Tuesday"}


def model(name: str, **fields: object) -> ModelReport:
    given = {
        "title": Message(name),
        "description": Message("made somehow"),
        "metrics": {},
        "confusion": None,
        "per_class": {},
        "slices": [Slice(kind="unknown-rate", low=0, high=1, texts=6, value=0.5)],
        "calibration_error": None,
        "source_score": None,
        "tokenizer": None,
        "parameters": 7,
        "cost": TrainingCost(seconds=3),
        **fields,
    }
    return ModelReport(name=name, **given)  # type: ignore[arg-type]


@pytest.fixture
def runs(reviews: Report) -> dict[str, Report]:
    """Two runs of the same two models; the second was tested on four of the six texts, its labels in another order."""
    data = DataSummary(source_train=1, source_test=1, target_train=1, dev=0, test=6, unlabelled=0, dictionary=0)
    first = reviews.model_copy(update={"models": [model("first"), model("second")], "data": data, "told": {}})
    turned = [
        example.model_copy(update={"probabilities": {m: p[::-1] for m, p in example.probabilities.items()}})
        for example in reviews.examples[2:]
    ]
    return {"a": first, "b": first.model_copy(update={"examples": turned, "labels": ["good", "bad"]})}


def test_models_of_one_run_keep_their_titles(runs: dict[str, Report]) -> None:
    merged = merge(runs, [Choice("a", "second"), Choice("a", "first")], NAMES)
    assert [one.name for one in merged.report.models] == ["second@1", "first@2"]
    assert [one.title for one in merged.report.models] == ["second", "first"]
    assert merged.left_out == 0
    assert merged.report.models[0].parameters == 7
    assert {part.kind for part in merged.report.models[0].slices} == {"length", "unknown-rate"}


def test_two_runs_models_of_one_name_are_told_apart(runs: dict[str, Report]) -> None:
    merged = merge(runs, [Choice("a", "first"), Choice("b", "first")], NAMES)
    report = merged.report
    assert [one.title for one in report.models] == ["first · Monday", "first · Tuesday"]
    assert (merged.left_out, len(report.examples), report.data.test) == (2, 4, 4)
    for example in report.examples:
        assert example.predictions["first@1"] == example.predictions["first@2"]
        assert example.probabilities["first@1"] == example.probabilities["first@2"]
    # Of a part of its texts a run does not know how unknown they are.
    assert {part.kind for part in report.models[0].slices} == {"length"}


def test_a_report_that_shows_some_of_its_texts_knows_of_no_more(runs: dict[str, Report]) -> None:
    more = runs["a"].data.model_copy(update={"test": 50})
    merged = merge({"a": runs["a"].model_copy(update={"data": more})}, [Choice("a", "first")], NAMES)
    assert merged.report.data.test == 6
    assert {part.kind for part in merged.report.models[0].slices} == {"length"}


def test_the_numbers_are_those_of_the_shared_texts(runs: dict[str, Report]) -> None:
    report = merge(runs, [Choice("a", "first"), Choice("b", "second")], NAMES).report
    assert report.models[0].metrics["accuracy"].value == pytest.approx(0.5)
    assert report.models[1].metrics["accuracy"].value == pytest.approx(1)
    (pair,) = report.comparisons
    assert (pair.first, pair.second, pair.flips) == ("second@2", "first@1", 2)
    assert report.models[1].confusion == [[2, 0], [0, 2]]
    assert report.models[1].per_class["good"].f1 == pytest.approx(1)
    assert report.models[1].calibration_error == pytest.approx(0.1, abs=1e-3)
    assert "within noise" in report.verdict.sentence
    assert "second · Tuesday has an accuracy of 100.0 %, 50.0 points above first · Monday" in report.verdict.sentence


def test_how_sure_a_model_is_of_tags_is_its_own_runs_figure_or_unknown(report_of: Callable[..., Report]) -> None:
    """Reports hold no probabilities of words, so of other texts than the run's nothing can be said."""
    rows = [(text, ["A", "B"], {"first": (["A", "A"], [])}) for text in ("one two", "three four", "five six")]
    data = DataSummary(source_train=1, source_test=1, target_train=1, dev=0, test=3, unlabelled=0, dictionary=0)
    fields = {"task": "part-of-speech", "labels": ["A", "B"], "data": data, "told": {}}
    whole = report_of(rows, models=[model("first", calibration_error=0.07)], **fields)
    fewer = whole.model_copy(update={"examples": whole.examples[1:]})
    alone = merge({"a": whole}, [Choice("a", "first")], NAMES).report
    assert alone.models[0].calibration_error == 0.07
    both = merge({"a": whole, "b": fewer}, [Choice("a", "first"), Choice("b", "first")], NAMES).report
    assert [one.calibration_error for one in both.models] == [None, None]


def test_a_merged_report_can_be_gathered_like_a_runs_own(runs: dict[str, Report]) -> None:
    report = merge(runs, [Choice("a", "first"), Choice("b", "second")], NAMES).report
    found = gather({"": report}, [Choice("", one.name) for one in report.models])
    assert [answers.right.sum() for answers in found.answers.values()] == [2, 4]


def test_a_model_alone_is_told_too(runs: dict[str, Report]) -> None:
    report = merge(runs, [Choice("a", "first")], NAMES).report
    assert report.comparisons == []
    assert report.verdict.sentence == "On the 6 test texts first has an accuracy of 66.7 %."


def test_a_clear_lead_is_told(runs: dict[str, Report]) -> None:
    many = [
        example.model_copy(update={"text": f"{example.text} {number}"})
        for number in range(20)
        for example in runs["a"].examples[2:]
    ]
    report = merge(
        {"a": runs["a"].model_copy(update={"examples": many})}, [Choice("a", m) for m in ("first", "second")], NAMES
    ).report
    assert "second leads: it has an accuracy of 100.0 %" in report.verdict.sentence


def test_what_can_not_be_gathered_can_not_be_merged(runs: dict[str, Report]) -> None:
    other = runs["b"].model_copy(update={"labels": ["x", "y"]})
    with pytest.raises(DataError, match="differ in their task"):
        merge({**runs, "b": other}, [Choice("a", "first"), Choice("b", "first")], NAMES)
