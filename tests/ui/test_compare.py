"""The comparison: verdict, table of models, learning curve, paired tests, notes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import RunError
from pipeline.report import CurvePoint, LearningCurve, Report, Spread, Verdict
from pipeline.spec import Origin, RunSpec
from pipeline.tasks import TASKS
from ui.handlers import compare, texts
from ui.handlers.chosen import shown
from ui.services import Services
from ui.text.languages import speaking
from ui.views import compare as views
from ui.views import details, matrices, metrics
from ui.views import examples as example_views

HOSTILE = "<script>alert('x')</script>\"& ${1+1} {{x}}"
ReportOf = Callable[..., Report]


def whole(report: Report) -> str:
    page = texts.ExamplePage([*enumerate(report.examples[:10])], 0, len(report.examples))
    parts = (views.verdict, views.models, views.curve, views.pairs, views.notes, matrices.confusions, details.details)
    return "".join((*(part(report) for part in parts), example_views.examples(report, page)))


def test_everything_is_drawn(report_of: ReportOf) -> None:
    page = whole(report_of())
    for words in (
        "Transfer helped",
        "It was better.",
        "70.0 %",
        "65.0 – 75.0",
        "4.5 %",
        "80.0 %",
        "4,321",
        "12.5 % unknown",
        "0.70 pieces a character",
        "1 min 15 s",
        "1,234 tokens/s",
        "25 % of peak",
        "1,000 parameters",
        "+30.0 points",
        "0.001",
        "A note.",
        "text 0",
    ):
        assert words in page, words


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_drawn_with_its_own_metrics(report_of: ReportOf, task: str) -> None:
    report = report_of(task=task, hostile=HOSTILE)
    page = whole(report)
    for metric in TASKS[task].metrics:
        assert f">{metrics.title(metric)}<" in page
    assert "<script" not in page
    assert "None" not in page


def test_hostile_texts_and_labels_stay_texts(report_of: ReportOf) -> None:
    page = whole(report_of(labels=("<b>bad</b>", "good"), hostile=HOSTILE))
    assert "<script" not in page
    assert "<b>bad" not in page
    assert "&lt;b&gt;bad&lt;/b&gt;" in page


@pytest.mark.parametrize("code", ["helped", "helped-over-source", "helped-over-target", "noise", "hurt"])
def test_the_verdict_is_coloured_by_its_code(report_of: ReportOf, code: str) -> None:
    sentence = "On the 200 frozen test texts the transferred model is right on 80 %: so it is."
    report = report_of().model_copy(update={"verdict": Verdict(code=code, sentence=sentence, remarks=["Besides."])})
    page = views.verdict(report)
    assert f"g-verdict-{code}" in page
    assert sentence in page
    assert "<li>Besides.</li>" in page


def test_better_than_the_only_one_to_compare_with_is_better(report_of: ReportOf) -> None:
    report = report_of()
    verdict = Verdict(code="helped-over-source", sentence="Transfer helped: it is.")
    both = report.model_copy(update={"verdict": verdict})
    assert "on a par with scratch" in views.verdict(both)
    alone = both.model_copy(update={"comparisons": report.comparisons[:1]})  # no target labels, no target-only
    assert "Transfer helped" in views.verdict(alone)
    assert "scratch" not in views.verdict(alone)


def test_a_column_that_no_model_fills_is_left_out(report_of: ReportOf) -> None:
    assert "Calibration error" not in views.models(report_of(task="language-modelling"))
    report = report_of(task="entity-recognition")
    assert "Calibration error" in views.models(report)
    assert "On source texts" in views.models(report)
    target_only = report.model_copy(update={"models": report.models[1:]})
    assert "On source texts" not in views.models(target_only)


def test_a_model_without_a_tokenizer_or_a_known_speed_is_drawn(report_of: ReportOf) -> None:
    report = report_of()
    model = report.models[0]
    cost = model.cost.model_copy(update={"tokens_per_second": None, "gemm_share": None})
    classical = model.model_copy(update={"tokenizer": None, "cost": cost, "name": "classical", "parameters": 0})
    page = views.models(report.model_copy(update={"models": [classical]}))
    assert "n-grams" in page
    assert "tokens/s" not in page
    assert "parameters" not in page
    assert 'class="g-metric g-classical"' in page


def test_seeds_are_told_as_mean_and_deviation(report_of: ReportOf) -> None:
    report = report_of()
    spread = Spread(values=[0.7, 0.72, 0.74], mean=0.72, deviation=0.0204)
    model = report.models[0].model_copy(update={"seeds": {"accuracy": spread}})
    assert "72.0 % ± 2.0 over 3 seeds" in views.models(report.model_copy(update={"models": [model]}))


def test_perplexity_is_no_share_and_lower_is_better(report_of: ReportOf) -> None:
    report = report_of(task="language-modelling", labels=())
    page = views.models(report)
    assert "12.5 " in page.replace("</b>", " ")
    assert "Lower perplexity is better." in page
    worse = views.pairs(report).split("transferred vs source-only")[1]
    assert 'class="g-down">+0.3' in worse  # more perplexity is worse


def test_the_curve_has_a_line_a_model_and_its_sentence(report_of: ReportOf) -> None:
    points = [
        CurvePoint(labels=0, transferred=0.6, target_only=None, classical=None),
        CurvePoint(labels=100, transferred=0.8, target_only=0.5, classical=0.7),
    ]
    curve = LearningCurve(points=points, labels_saved=None, sentence=f"So it grows. {HOSTILE}")
    page = views.curve(report_of().model_copy(update={"curve": curve}))
    assert page.count("<polyline") == 3
    assert page.count("<circle") == 4
    assert "So it grows." in page
    assert "transferred, 100 labels: 80.0 %" in page
    assert "<script" not in page
    assert views.curve(report_of()) == ""
    assert "g-deviation" not in page


def test_a_curve_of_several_seeds_shows_and_tells_their_deviation(report_of: ReportOf) -> None:
    spread = Spread(values=[0.75, 0.85], mean=0.8, deviation=0.0707)
    point = CurvePoint(labels=100, transferred=0.8, target_only=0.5, classical=None, seeds={"transferred": spread})
    curve = LearningCurve(points=[point], labels_saved=None, sentence="So it grows.")
    page = views.curve(report_of().model_copy(update={"curve": curve}))
    assert page.count("g-deviation") == 1
    assert page.count("transferred, 100 labels: 80.0 % ± 7.1 over 2 seeds") == 2  # of the point and of the picture
    assert "target-only, 100 labels: 50.0 %" in page


def test_a_report_is_read_once_and_anew_when_it_changes(
    services: Services, spec: RunSpec, finished: Callable[..., str], report_of: ReportOf
) -> None:
    run_id = finished(services.store, spec)
    first = compare.report_of(services, None, run_id)
    assert compare.report_of(services, None, run_id) is first
    path = services.store.folder(run_id) / "report.json"
    path.unlink()
    assert compare.report_of(services, None, run_id) is None
    with pytest.raises(RunError):
        compare.whole_report(services, None, run_id)
    path.write_text(report_of(texts=3).model_dump_json(), encoding="utf-8")
    assert len(compare.whole_report(services, None, run_id).examples) == 3


def test_a_report_of_an_older_graft_is_told(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    run_id = finished(services.store, spec)
    (services.store.folder(run_id) / "report.json").write_text('{"schema_version": 1}', encoding="utf-8")
    with pytest.raises(RunError, match="an older Graft wrote it"):
        compare.report_of(services, None, run_id)


def test_the_notes_tell_which_texts_are_from_the_hub(
    services: Services, spec: RunSpec, finished: Callable[..., str]
) -> None:
    origin = Origin(dataset="tiny/reviews", split="train", commit="c" * 40, licence="<b>mit", rows=1200)
    source = spec.data.source.model_copy(update={"origin": origin})
    run = finished(services.store, spec.model_copy(update={"data": spec.data.model_copy(update={"source": source})}))
    found = shown(services, None, run)
    drawn = views.notes(found.report, found.origins)
    assert "Source texts: tiny/reviews (default, train) of the Hugging Face Hub at commit cccccccccccc" in drawn
    assert "its first 1,200 rows, licence: &lt;b&gt;mit." in drawn
    with speaking("zh"):
        assert "源文本：Hugging Face Hub 上的 tiny/reviews（default，train）" in views.notes(
            found.report, found.origins
        )
