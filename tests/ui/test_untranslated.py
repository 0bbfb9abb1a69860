"""What the views draw of runs, reports and exports has no English in Chinese but what comes with the data.

The components of the page are looked at in ``test_languages.py``.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest

from export.report import ExportReport
from export.speed.report import SpeedReport
from pipeline.events import MEASURES, Progress, StageProgress
from pipeline.report import CurvePoint, LearningCurve, Report, Spread
from pipeline.runs import RunState
from pipeline.spec import AdoptVocabulary, CoTraining, HubSource, RunSpec, TaskName
from ui import access
from ui.handlers import ask, compare, editing, recipes, texts
from ui.handlers import export as exporting
from ui.handlers import progress as watching
from ui.handlers import runs as listing
from ui.handlers import start as starting
from ui.handlers.chosen import Shown
from ui.services import Services
from ui.text.languages import speaking
from ui.views import (
    answers,
    curves,
    data,
    details,
    differences,
    document,
    examples,
    matrices,
    metrics,
    progress,
    runs,
    speed,
    stages,
    start,
)
from ui.views import compare as comparing
from ui.views import export as exports

NAMES = {
    "HTTP",
    "JavaScript",
    "curl",
    "ONNX",
    "PyTorch",
    "Python",
    "Optimum",
    "McNemar",
    "onnxruntime",
    "CPU",
    "tokenizers",
    "numpy",
    "logit",
    "MB",
    "zip",
}
NAMES |= {"CPU", "CUDA", "TensorRT", "GPU", "GELU", "fp16", "float32", "bf16", "int8", "int4", "HF_TOKEN"}
NAMES |= {"Graft", "MiniLM", "Hugging", "Face", "Hub", "English", "remark"}  # the last is a made-up fact


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with speaking("zh"):
        yield


def untranslated(markup: str, *given: str) -> set[str]:
    """English words that are seen or heard, but for names and for what the data said itself."""
    heard = " ".join(re.findall(r'(?:aria-label|title|data-copied)="(.*?)"', markup))
    seen = re.sub(r"<pre.*?</pre>|<[^>]*>", " ", markup, flags=re.DOTALL)  # code is code
    known = {word.lower() for text in (*NAMES, *given) for word in re.findall(r"[A-Za-z]+", text)}
    return {word for word in re.findall(r"[A-Za-z]{2,}", html.unescape(f"{seen} {heard}")) if word.lower() not in known}


def said(report: Report) -> str:
    """All texts in a report, its keys left out."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            list(map(walk, value.values()))
        elif isinstance(value, list):
            list(map(walk, value))
        elif isinstance(value, str):
            found.append(value)

    walk(report.model_dump(mode="json", exclude={"task"}))
    return json.dumps(found)


@pytest.mark.parametrize("task", get_args(TaskName))
def test_a_comparison_is_told_in_chinese(
    report_of: Callable[..., Report], shown_of: Callable[..., Shown], task: TaskName
) -> None:
    labels = {
        "entity-recognition": ("B-LOC", "I-LOC", "O"),
        "part-of-speech": ("NOUN", "O"),
        "language-modelling": (),
    }.get(task, ("bad", "good"))
    report = report_of(task=task, labels=labels)
    metric = compare.task_of(report).metrics[0]
    spread = Spread(values=[0.1, 0.2], mean=0.15, deviation=0.05)
    point = CurvePoint(labels=20, transferred=0.15, target_only=0.6, classical=0.5, seeds={"transferred": spread})
    report.models[0].seeds[metric] = spread
    curve = LearningCurve(points=[point], labels_saved=None, sentence="曲线。")
    report = report.model_copy(update={"curve": curve})
    shown = shown_of(report)
    page = texts.examples(shown, texts.Asked())
    drawn = [
        comparing.nothing(),
        comparing.verdict(report),
        comparing.models(report),
        comparing.curve(report),
        comparing.pairs(report),
        comparing.notes(report),
        matrices.confusions(report),
        comparing.ahead(shown),
        document.document(shown, "").partition("</head>")[2],
        details.details(report),
        examples.examples(report, page),
        examples.position(page),
    ]
    assert untranslated(" ".join(drawn), said(report)) == set()


def test_every_outcome_and_metric_has_a_chinese_name(report_of: Callable[..., Report]) -> None:
    report = report_of()
    for code in ("helped", "helped-over-source", "helped-over-target", "noise", "hurt"):
        other = report.model_copy(update={"verdict": report.verdict.model_copy(update={"code": code})})
        assert untranslated(comparing.verdict(other), said(other)) == set()
    assert untranslated(" ".join(map(metrics.title, ("macro_f1", "entity_f1", "perplexity")))) == set()


def test_answers_are_told_in_chinese(services: Services, spec: RunSpec, finished: Callable[..., str]) -> None:
    run_id = finished(services.store, spec)
    found = ask.ask(services, None, run_id, "好吃好吃", why=True)
    assert len(found) == 2
    assert found[0].hint  # one of them is not exported
    assert untranslated(answers.answers(found), "positive negative int CPUExecutionProvider") == set()


def test_speed_is_told_in_chinese(speed_of: Callable[..., SpeedReport]) -> None:
    drawn = [speed.speeds({}), speed.section(), speed.speeds({"transferred": speed_of("a processor", "O2 failed")})]
    assert (
        untranslated(
            " ".join(drawn), "a processor O2 failed torch.compile int8-static CPUExecutionProvider cuda AVX512_VNNI"
        )
        == set()
    )


def test_exports_are_told_in_chinese(
    services: Services, spec: RunSpec, finished: Callable[..., str], export_of: Callable[..., ExportReport]
) -> None:
    run_id = finished(services.store, spec)
    found = exporting.exports_of(services, None, run_id)
    given = json.dumps([report.model_dump(mode="json") for report in found.reports.values()])
    drawn = [exports.variants(found), exports.snippets("folder", spec.task), exports.nothing()]
    drawn += [exports.matrix(), exports.pushed("")]
    assert untranslated(" ".join(drawn), given) == set()
    assert "# Graft 之中" in exports.snippets("folder", spec.task)


@pytest.mark.parametrize("state", RunState)
def test_a_run_is_told_in_chinese(services: Services, spec: RunSpec, state: RunState) -> None:
    record = services.store.create(spec.model_copy(update={"name": "甲"})).model_copy(update={"state": state})
    names = ("waiting", "running", "done", "reused", "failed")
    plan = {
        name: StageProgress(name=name, title="阶段", cost=1.0, state=name, step=1, total=9, seconds=75)
        for name in names
    }
    for again in ("running@20-labels", "done@seed-1", "done@20-labels@seed-1"):
        found = StageProgress(name=again, title="阶段", cost=1.0, after=("done",), state=again.partition("@")[0])
        plan[again] = found
    told = {name: {measure: [(1, 0.5), (2, 0.25)]} for name, measure in zip(plan, MEASURES, strict=False)}
    watch = watching.Watch(record, progress=Progress(stages=plan, curves=told, started=1.0, updated=4000.0))
    drawn = [
        progress.summary(watch, 4000.0),
        stages.stages(watch.progress, state),
        *(curves.curves(watch.progress, measure) for measure in MEASURES),
        curves.curves(Progress(curves={"a": {"loss": [(1, 0.5)]}}), "dev_score"),
        runs.deleting(record),
        start.guest_notice(found=True),
        start.guest_notice(found=False),
        progress.nothing(),
        progress.log(""),
        start.runs(starting.Overview(None, 0, None, (record,), 12), record.created + 90_000),
        start.hero(),
        start.steps(),
        start.header(),
    ]
    assert untranslated(" ".join(drawn)) == set()
    overview = starting.overview(services, None)
    assert untranslated(start.sources(overview)) == set()


def test_the_list_of_runs_is_told_in_chinese(shared: Services, spec: RunSpec) -> None:
    owner = access.owner_of(shared, "mine")
    for name, whose in (("甲", owner), ("乙", "theirs"), ("丙", owner)):
        shared.store.create(spec.model_copy(update={"name": name}), whose)
    page = listing.page(shared, "mine", 0)
    drawn = runs.runs(page, page.lines[0].record.id, time.time())
    assert "队列第 3 位，排在“甲”、其他访客的 1 次运行之后" in drawn
    told = [drawn, runs.position(page), runs.link("x"), runs.unshared()]
    told += [runs.recipe(recipes.recipe_of(shared, "mine", page.lines[0].record.id))]
    assert untranslated(" ".join(told), "spec json") == set()


def test_differences_and_a_refilled_form_are_told_in_chinese(services: Services, spec: RunSpec) -> None:
    recipe = {"self_training": CoTraining(), "vocabulary": AdoptVocabulary(model=HubSource(repo_id="some/model"))}
    changed = {
        "name": "乙",
        "task": "sentence-pair-classification",
        "learning_curve": (10,),
        "exports": (),
        "source": HubSource(repo_id="google-bert/bert-base-chinese"),
        "data": spec.data.model_copy(update={"test": None, "label_mapping": {"一": "二"}, "dictionary": "/gone.tsv"}),
        "recipe": spec.recipe.model_copy(update=recipe),
    }
    first = services.store.create(spec.model_copy(update={"name": "甲"})).id
    second = services.store.create(spec.model_copy(update=changed)).id
    drawn = differences.differences(listing.compare(services, None, first, second))
    files = "reviews.zh.test.csv glossary.en-zh.tsv gone.tsv some/model O2 int8 BERT base dropout none unigram"
    assert untranslated(drawn, files) == set()
    assert untranslated(differences.differences(listing.compare(services, None, first, first))) == set()
    for run_id in (first, second):
        assert untranslated(data.origin(editing.draft(services, None, run_id)), files) == set()
