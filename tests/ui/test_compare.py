"""The comparison: verdict, tables, test texts, answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import DataError, RunError
from pipeline.report import Report, Verdict
from pipeline.runs import RunState
from pipeline.spec import RunSpec
from ui.handlers import ask, compare
from ui.services import Services
from ui.views import compare as views
from ui.views import examples as example_views

HOSTILE = "<script>alert('x')</script>\"& ${1+1} {{x}}"
ReportOf = Callable[..., Report]


def whole(report: Report) -> str:
    page = compare.examples(report, "all", 0)
    parts = (views.verdict, views.models, views.confusions, views.pairs, views.notes)
    return "".join((*(part(report) for part in parts), example_views.examples(report, page)))


def test_everything_is_drawn(report_of: ReportOf) -> None:
    page = whole(report_of())
    for words in (
        "Transfer helped",
        "It was better.",
        "70.0 %",
        "65.0 – 75.0",
        "4,321",
        "12.5 %",
        "1 min 15 s",
        "+30.0 points",
        "0.001",
        "A note.",
        "text 0",
    ):
        assert words in page, words


def test_hostile_texts_and_labels_stay_texts(report_of: ReportOf) -> None:
    report = report_of(labels=("<b>bad</b>", "good"), hostile=HOSTILE)
    page = whole(report)
    assert "<script" not in page
    assert "<b>bad" not in page
    assert "&lt;b&gt;bad&lt;/b&gt;" in page


@pytest.mark.parametrize("code", ["helped", "helped-over-source", "noise", "hurt"])
def test_the_verdict_is_coloured_by_its_code(report_of: ReportOf, code: str) -> None:
    sentence = "On the 200 frozen test texts the transferred model is right on 80 %: so it is."
    report = report_of().model_copy(update={"verdict": Verdict(code=code, sentence=sentence)})
    page = views.verdict(report)
    assert f"g-verdict-{code}" in page
    assert sentence in page


def test_many_labels_are_read_as_the_commonest_confusions(report_of: ReportOf) -> None:
    page = views.confusions(report_of(labels=tuple(f"label {number}" for number in range(20))))
    assert "<table" not in page
    assert "label 0 → label 1: 2" in page


def test_filters_and_pages(report_of: ReportOf) -> None:
    report = report_of(texts=25)
    counts = compare.counts(report)
    assert counts == {"disagree": 15, "fixed": 12, "broke": 0, "all": 25}
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
    assert "No test text" in example_views.examples(report, nothing)
    assert "21–25 of 25" in example_views.position(last)


def test_a_report_is_read_once_and_anew_when_it_changes(
    services: Services, spec: RunSpec, finished: Callable[..., str], report_of: ReportOf
) -> None:
    run_id = finished(services.store, spec)
    first = compare.report_of(services, None, run_id)
    assert compare.report_of(services, None, run_id) is first
    path = services.store.folder(run_id) / "report.json"
    path.unlink()
    assert compare.report_of(services, None, run_id) is None
    path.write_text(report_of(texts=3).model_dump_json(), encoding="utf-8")
    found = compare.report_of(services, None, run_id)
    assert found
    assert len(found.examples) == 3


def test_an_example_is_asked_for_by_its_number(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    run_id = finished(services.store, spec)
    assert compare.example_text(services, None, run_id, 3).startswith("text 3")
    for number in (-1, 25):
        with pytest.raises(RunError):
            compare.example_text(services, None, run_id, number)


def test_both_models_answer_side_by_side(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    run_id = finished(services.store, spec, models=("transferred", "source-only"))
    source, transferred = ask.ask(services, None, run_id, " 这家店真不错 ")
    assert (source.model, source.label) == ("source-only", "negative")
    assert (transferred.model, transferred.label) == ("transferred", "positive")
    page = example_views.answers([source, transferred])
    assert "int8 ONNX, onnxruntime CPUExecutionProvider," in page
    assert "75.0 %" in page


def test_a_model_without_an_export_says_how_to_get_one(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    source, transferred = ask.ask(services, None, finished(services.store, spec), "text")
    assert source.label is None
    assert transferred.label == "positive"
    assert "Export it on the Export tab" in example_views.answers([source])


def test_while_the_run_is_at_work_its_exports_are_awaited(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec)
    services.store.move(run_id, RunState.QUEUED)
    source, transferred = ask.ask(services, None, run_id, "text")
    assert ("still being exported" in source.fault, source.hint) == (True, "")
    assert transferred.label


def test_a_broken_export_is_told_beside_the_other_answer(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    run_id = finished(services.store, spec, models=("transferred", "source-only"))
    (services.store.export_folder(run_id, "source-only") / "int8" / "model.onnx").unlink()
    source, transferred = ask.ask(services, None, run_id, "text")
    assert "Export the model anew" in source.hint
    assert transferred.label


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_no_text_or_far_too_much_is_refused(
    services: Services, spec: RunSpec, finished: Callable[..., str], text: str
) -> None:
    with pytest.raises(DataError):
        ask.ask(services, None, finished(services.store, spec), text)


def test_hostile_labels_in_answers_stay_texts() -> None:
    answer = ask.Answer("transferred", "<b>x</b>", {"<b>x</b>": 1.0}, "int8", "<i>", 1.0)
    page = example_views.answers([answer, ask.Answer("source-only", fault=HOSTILE)])
    assert "<b>x" not in page
    assert "<i>" not in page.replace('<i class="g-dot" aria-hidden="true">', "")
    assert "<script" not in page
