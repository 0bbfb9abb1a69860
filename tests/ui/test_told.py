"""From the worker's files to the page: what was written in English is told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from export.report import ExportReport
from pipeline.data.inspection import inspect
from pipeline.errors import TrainingError
from pipeline.evaluation.curve import learning_curve
from pipeline.evaluation.verdict import verdict
from pipeline.messages import Message
from pipeline.plan.describing import descriptions, titles
from pipeline.report import Report, beside
from pipeline.runs import RunState
from pipeline.settings import Settings
from pipeline.spec import Bagging, DatasetSpec, RunSpec
from pipeline.stages.context import Context
from ui.handlers.progress import watch
from ui.services import Services
from ui.text.languages import speaking
from ui.text.telling import tell
from ui.views import compare, progress
from ui.views import export as exports

#: Words that Chinese takes over.
NAMES = {"graft", "minilm", "transformer", "gram", "onnx", "lora", "bagging", "sentence", "transformers", "csv", "utf"}


def english(text: str) -> set[str]:
    """English words in a text, its tags and known names left out."""
    return {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", text))} - NAMES


def through_a_file(report: Report, folder: Path) -> Report:
    path = folder / "report.json"
    path.write_text(report.model_dump_json(), encoding="utf-8")
    beside(path).write_text(report.parts(), encoding="utf-8")
    return Report.read(path)


def test_a_report_of_the_disk_is_told_in_chinese(report_of: Callable[..., Report], tmp_path: Path) -> None:
    made = report_of()
    models = [model.model_copy(update={"title": Message(model.name), "description": NOTHING}) for model in made.models]
    found = made.model_copy(
        update={
            "models": models,
            "verdict": verdict("text-classification", models, made.comparisons, 25),
            "curve": learning_curve(
                {10: {"transferred": [0.8, 0.8], "target-only": [0.7]}, 20: {"transferred": [0.9, 0.8]}}, "accuracy"
            ),
            "notes": [Message("{texts} removed: equal to another one.", texts=Message("{count:,} texts", count=3))],
        }
    )
    read = through_a_file(found, tmp_path)
    with speaking("zh"):
        drawn = {part.__name__: part(read) for part in (compare.verdict, compare.curve, compare.notes)}
    assert "在 25 条固定测试文本上，迁移模型的准确率为 70.0 %，比仅源模型高 30.0 个百分点" in drawn["verdict"]
    assert "用 10 个标签时，迁移模型达到 80.0 %" in drawn["curve"]
    assert "每个数值都是 2 个种子的均值。" in drawn["curve"]
    assert "已移除 3 条文本：与另一条相同。" in drawn["notes"]
    assert {name: words for name, part in drawn.items() if (words := english(part))} == {}
    assert read.verdict.sentence in (tmp_path / "report.json").read_text(encoding="utf-8")


NOTHING = Message("")


def test_how_models_were_made_is_told_in_chinese(spec: RunSpec) -> None:
    recipe = spec.recipe.model_copy(update={"ensemble": Bagging(members=3)})
    for given in (spec, spec.model_copy(update={"recipe": recipe})):
        told = [tell(said, "zh") for said in (*titles(given).values(), *descriptions(given).values())]
        assert [words for said in told if (words := english(said.replace("all-MiniLM-L6-v2", "")))] == []


def test_a_failed_run_is_told_in_chinese(services: Services, spec: RunSpec) -> None:
    store = services.store
    run = store.create(spec).id
    store.move(run, RunState.RUNNING)
    log = store.events(run)
    context = Context(
        "s", Message("Train member {number}", number=2), None, {}, *[store.root] * 3, Settings(), log, bool
    )
    log.append("plan", stages=[])
    context.note("{stage}: goes on from step {step}.", stage=context.title, step=7)
    error = TrainingError("The loss became {loss} by step {step}.", "Lower the learning rate.", loss="nan", step=9)
    store.move(run, RunState.FAILED, error=error.told)
    seen = watch(services, None, run)
    with speaking("zh"):
        drawn = progress.notes(seen.progress) + progress.summary(seen, now=0.0)
    assert "训练第 2 个成员：从第 7 步继续。" in drawn
    assert "到第 9 步时，损失变成了 nan。请降低学习率。" in drawn
    assert "The loss became nan by step 9. Lower the learning rate." in progress.summary(seen, now=0.0)


def test_an_export_is_told_in_chinese(export_of: Callable[..., ExportReport], tmp_path: Path) -> None:
    made = export_of("run")
    first = made.variants[0].model_copy(update={"method": Message("fp32 with {changes}", changes=Message("a{b}"))})
    note = Message("{variant} was left out: {fault}", variant="O3", fault=Message("{file} is empty.", file="x"))
    path = tmp_path / "export.json"
    report = made.model_copy(update={"variants": [first], "notes": (note,)})
    path.write_text(report.model_dump_json(), encoding="utf-8")
    beside(path).write_text(report.parts(), encoding="utf-8")
    read = ExportReport.read(path)
    with speaking("zh"):
        assert tell(read.recall(read.variants[0].method)) == "fp32，a{b}"
        assert tell(read.remarks()[0]) == "O3 未能导出：x 是空的。"
        assert exports._model(read, {})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,label\ngood,yes\n,no\nbad,no\nfine,yes\n", "a.csv：1 行缺少文本或标签（第 3 行）。"),
        ("first,second\ngood,yes\n", "a.csv 中没有明显是文本的列。"),
    ],
)
def test_what_inspection_finds_is_told_in_chinese(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    found = inspect(DatasetSpec(path=str(path)), Settings(), labelled=True)
    assert tell(found.problems[0].message, "zh") == told
