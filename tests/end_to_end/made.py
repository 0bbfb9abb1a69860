"""Finished runs of visitors, made without training."""

from __future__ import annotations

import hashlib
from typing import Any

from export.package import write_checksums
from export.report import ExportReport, Parity, VariantReport
from pipeline.demo import demo_spec
from pipeline.events import EventLog
from pipeline.report import DataSummary, Example, Interval, ModelReport, Report, TrainingCost, Verdict
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import ExportSpec

PLAN = [
    {"name": "data", "title": "Read and split the texts", "cost": 1, "key": "a", "after": []},
    {"name": "source-only", "title": "Train on the source texts", "cost": 1, "key": "b", "after": ["data"]},
    {"name": "classical", "title": "Train the classical baseline", "cost": 1, "key": "c", "after": ["data"]},
    {"name": "report", "title": "Compare", "cost": 1, "key": "d", "after": ["source-only", "classical"]},
]


def finished(app: Any, visitor: str, name: str, *, mark: str = "") -> str:
    """A finished run of a visitor, as a worker would leave it; made elsewhere, for the server starts what is queued.

    Args:
        app: The server.
        visitor: Whose run it is; empty where nobody is told apart.
        name: What it is called.
        mark: Stands in its texts, labels, notes, events and log, to be looked for.
    """
    owner = hashlib.sha256(visitor.encode()).hexdigest() if visitor else ""
    store = RunStore(app.store.root.parent / "made")
    run_id = store.create(demo_spec(Settings()).model_copy(update={"name": name}), owner).id
    store.move(run_id, RunState.RUNNING, pid=1)
    worked(store.events(run_id), PLAN)
    (store.folder(run_id) / "worker.log").write_text(f"a line of the log {mark}\n", encoding="utf-8")
    (store.folder(run_id) / "report.json").write_text(report(mark).model_dump_json(), encoding="utf-8")
    exported(store, run_id, mark)
    store.move(run_id, RunState.DONE)
    store.folder(run_id).rename(app.store.folder(run_id))
    return run_id


def worked(log: EventLog, stages: list[dict[str, Any]]) -> None:
    """What a worker tells that has carried out these stages, one of which learns."""
    log.append("plan", stages=stages)
    for stage in stages:
        log.append("stage", stage=stage["name"], state="done", seconds=1.0)
    for step in range(1, 6):
        log.append("step", stage="source-only", step=step, total=5, loss=1 / step, learning_rate=step / 1000)
    log.append("end", state="done", error="")


def exported(store: RunStore, run_id: str, mark: str) -> None:
    """One of its models, as an export leaves it, but for a network that can be opened."""
    parity = Parity(
        texts=2,
        answers=2,
        metric_reference=0.5,
        metric=0.5,
        metric_loss=0.0,
        flips=0.0,
        flip_count=0,
        max_logit_difference=0.0,
        passed=True,
        reason="",
    )
    variant = VariantReport(
        name="fp32",
        folder="fp32",
        method=f"somehow {mark}",
        size_bytes=1,
        parity=parity,
        latency_ms=1.0,
        provider="CPUExecutionProvider",
        fused={},
        repairs=[mark] if mark else [],
        notes=[mark] if mark else [],
    )
    made = ExportReport(
        run_id=run_id,
        model="transferred",
        task="text-classification",
        options=ExportSpec(model="transferred"),
        metric="accuracy",
        variants=[variant],
        torch_latency_ms=1.0,
        served="fp32",
    )
    folder = store.export_folder(run_id, "transferred")
    (folder / "fp32").mkdir(parents=True)
    (folder / "fp32" / "model.onnx").write_text(f"no network {mark}", encoding="utf-8")
    write_checksums(folder / "fp32")
    (folder / "export.json").write_text(made.model_dump_json(), encoding="utf-8")


def report(mark: str = "") -> Report:
    """Two models, two texts."""
    labels = [f"bad{mark}", f"good{mark}"]
    models = [
        ModelReport(
            name=name,
            title=f"{name}{mark}",
            description=mark,
            metrics={"accuracy": Interval(value=0.5, low=0.4, high=0.6)},
            confusion=[[1, 0], [1, 0]],
            per_class={},
            slices=[],
            calibration_error=None,
            source_score=None,
            tokenizer=None,
            parameters=1,
            cost=TrainingCost(seconds=1),
        )
        for name in ("source-only", "transferred")
    ]
    answers = dict(zip(("source-only", "transferred"), labels, strict=True))
    chances = {name: [0.5, 0.5] for name in answers}
    texts = [Example(text=f"text {label}", label=label, predictions=answers, probabilities=chances) for label in labels]
    return Report(
        task="text-classification",
        labels=labels,
        data=DataSummary(source_train=2, source_test=1, target_train=2, dev=0, test=2, unlabelled=0, dictionary=0),
        models=models,
        comparisons=[],
        verdict=Verdict(code="noise", sentence=f"On the 2 frozen test texts nothing can be told.{mark}"),
        examples=texts,
        notes=[mark] if mark else [],
    )
