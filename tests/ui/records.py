"""What a run leaves behind, made up: a report, an export, a measurement of speed."""

from __future__ import annotations

from typing import Any

from export.report import ExportReport, Parity, VariantReport
from export.speed.report import Candidate, Circumstances, Shape, SpeedReport, Timing
from pipeline.messages import Message
from pipeline.report import (
    ClassScores,
    Comparison,
    DataSummary,
    Example,
    Interval,
    ModelReport,
    Report,
    Slice,
    TokenizerFit,
    TrainingCost,
    Verdict,
)
from pipeline.spec import ExportSpec, TaskName
from pipeline.tasks import TASKS, Task
from ui.handlers.chosen import Pick, Shown

HOSTILE = "<script>alert('x')</script>\"&"


def interval(value: float) -> Interval:
    return Interval(value=value, low=value - 0.05, high=value + 0.05)


def make_report(
    *,
    task: TaskName = "text-classification",
    labels: tuple[str, ...] = ("negative", "positive"),
    texts: int = 25,
    hostile: str = "",
) -> Report:
    """Transferred is always right, source-only on every second text, target-only on all but every fifth."""
    row, size = TASKS[task], len(labels)
    wrong = {"source-only": 2, "transferred": texts + 1, "target-only": 5}
    #: A label as the task has it; tags are those of two words.
    forms = {"one": str, "several": lambda label: [label], "tags": lambda label: [label, "O"], "none": lambda _: ""}

    def said(number: int, every: int | None = None) -> str | list[str]:
        label = labels[(number + (every is not None and number % every == every - 1)) % size] if labels else ""
        return forms[row.labelling](label)

    examples = [
        Example(
            text=f"text {number} {hostile}",
            second=f"second {number}" if "second" in row.columns else "",
            tokens=["text", str(number)] if row.labelling == "tags" else [],
            label=said(number),
            predictions={name: said(number, every) for name, every in wrong.items() if row.labelling != "none"},
            probabilities={name: [1 / size] * size for name in wrong if row.labelling in ("one", "several")},
        )
        for number in range(texts)
    ]
    return Report(
        task=task,
        labels=list(labels),
        data=DataSummary(source_train=10, source_test=5, target_train=9, dev=0, test=texts, unlabelled=3, dictionary=2),
        models=[make_model(name, row, labels, hostile) for name in wrong],
        comparisons=[
            Comparison(
                first="transferred",
                second=second,
                difference=Interval(value=value, low=value - 0.1, high=value + 0.1),
                p_value=p,
                only_first_right=6,
                only_second_right=1,
                flips=9,
                significant=p < 0.05,
            )
            for second, p, value in (("source-only", 0.001, 0.3), ("target-only", 0.4, -0.01))
        ],
        verdict=Verdict(code="helped", sentence=f"Transfer helped: it was better. {hostile}", remarks=[hostile]),
        facts={"vocabulary": {"matching": 12, "unknown_rate_after": 0.0125, "remark": hostile}},
        examples=examples,
        notes=[f"A note. {hostile}"],
    )


def make_model(name: str, task: Task, labels: tuple[str, ...], hostile: str = "") -> ModelReport:
    """One model of a report: 70 % of the leading metric, 60 % of the next, and so on."""
    values = {metric: 0.7 - 0.1 * number for number, metric in enumerate(task.metrics)}
    if task.lower_is_better:
        values[task.metrics[0]] = 12.5
    size = len(labels)
    confused = task.labelling in ("one", "tags") and not task.spans
    return ModelReport(
        name=name,
        title=f"{name} {hostile}".strip(),
        description=f"description {hostile}",
        metrics={metric: interval(value) for metric, value in values.items()},
        confusion=[[10 if row == column else 2 for column in range(size)] for row in range(size)] if confused else None,
        per_class={label: ClassScores(precision=0.5, recall=0.25, f1=1 / 3, support=7) for label in labels},
        slices=[Slice(kind="length", low=3, high=9, texts=11, value=0.625)],
        calibration_error=0.045 if task.labelling != "none" else None,
        source_score=interval(0.8) if name == "source-only" else None,
        tokenizer=TokenizerFit(vocabulary_size=4321, unknown_rate=0.125, pieces_per_character=0.7),
        parameters=1000,
        cost=TrainingCost(seconds=75, tokens_per_second=1234.5, gemm_share=0.25),
    )


def make_export(run_id: str, model: str = "transferred", *, int8_passes: bool = True) -> ExportReport:
    def variant(name: str, *, passed: bool, latency: float) -> VariantReport:
        parity = Parity(
            texts=200,
            answers=200,
            metric_reference=0.8,
            metric=0.79,
            metric_loss=0.01,
            flips=0.015,
            flip_count=3,
            max_logit_difference=2e-5,
            passed=passed,
            reason="" if passed else f"the metric falls by 1 % {HOSTILE}",
        )
        return VariantReport(
            name=name,  # type: ignore[arg-type]
            folder=name.lower(),
            method="somehow",
            size_bytes=12_500_000,
            parity=parity,
            latency_ms=latency,
            provider="CPUExecutionProvider",
            fused={},
            repairs=[],
            notes=[],
        )

    return ExportReport(
        run_id=run_id,
        model=model,  # type: ignore[arg-type]
        task="text-classification",
        options=ExportSpec(model=model),  # type: ignore[arg-type]
        metric="accuracy",
        variants=[
            variant("fp32", passed=True, latency=5.3),
            variant("int8", passed=int8_passes, latency=2.1),
        ],
        torch_latency_ms=13.2,
        served="int8" if int8_passes else "fp32",
    )


def make_candidate(name: str, time: float, **fields: Any) -> Candidate:
    timings = [
        Timing(
            shape=shape,
            calls=9,
            p50_ms=time * shape.batch,
            p95_ms=2 * time,
            p99_ms=3 * time,
            texts_per_second=1000 / time,
            gemm_share=0.925,
        )
        for shape in (Shape(batch=1, length=32), Shape(batch=32, length=128))
    ]
    told = {
        "metric": 0.8,
        "passed": True,
        "size_bytes": 23_000_000,
        "memory_bytes": 140_000_000,
        "provider": "CPUExecutionProvider",
    }
    return Candidate(name=name, torch=name.startswith("torch"), timings=tuple(timings), **{**told, **fields})


def make_speed(processor: str, fault: str) -> SpeedReport:
    """PyTorch, a variant six times as fast, and one that missed its gate; O2 could not be measured."""
    one = Shape(batch=1, length=32).told
    advice = Message("Take {variant}: it answers {shape} in {time:.1f} ms.", variant="int8", shape=one, time=2.0)
    return SpeedReport(
        model="transferred",
        metric="accuracy",
        processor=processor,
        threads=2,
        rounds=5,
        gemm_flops_per_second={"float32 on cpu": {"1 x 32": 1e11}},
        candidates=(
            make_candidate("torch", 12.0, passed=None, provider="cuda", device_bytes=300_000_000),
            make_candidate("int8", 2.0),
            make_candidate("int8-static", 1.5, passed=False, metric=0.7),
        ),
        circumstances=Circumstances(versions={"torch": "2.13.0"}, features=("AVX512_VNNI",), gpu="H200"),
        left_out=(Message("{name} could not be measured: {fault}.", name="O2", fault=fault),),
        recommendation=(advice,),
    )


def show(report: Report, **fields: Any) -> Shown:
    """A report as the comparison shows it."""
    return Shown(report, tuple(Pick("run", model.name) for model in report.models), {"run": "甲"}, **fields)
