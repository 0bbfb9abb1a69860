"""Services of fakes around a real store, and finished runs to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from export.report import ExportReport, Parity, VariantReport
from pipeline.demo import demo_spec
from pipeline.report import (
    Comparison,
    DataSummary,
    Example,
    Interval,
    ModelReport,
    Report,
    TokenizerFit,
    Verdict,
)
from pipeline.runs import RunRecord, RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import ExportSpec, RunSpec
from ui.predictors import Predictors
from ui.services import Services

HOSTILE = "<script>alert('x')</script>\"&"


@dataclass
class FakeHub:
    """A probe that has answered already, or never will."""

    reachable: bool | None = False


@dataclass
class FakeSupervisor:
    """Writes down what it is asked for; runs stay in the queue."""

    store: RunStore
    asked: list[tuple[str, str]] = field(default_factory=list)

    def submit(self, spec: RunSpec, owner: str = "") -> RunRecord:
        return self.store.create(spec, owner)

    def cancel(self, run_id: str) -> None:
        self.asked.append(("cancel", run_id))

    def resume(self, run_id: str) -> None:
        self.asked.append(("resume", run_id))

    def extend(self, run_id: str, spec: RunSpec) -> RunRecord:
        self.store.revise(run_id, spec)
        self.asked.append(("extend", run_id))
        return self.store.get(run_id)


@dataclass
class FakePrediction:
    label: str
    probabilities: dict[str, float]


class FakePredictor:
    """Says what the folder's name tells it to."""

    provider = "CPUExecutionProvider"

    def __init__(self, folder: Path) -> None:
        self.label = "negative" if "source-only" in str(folder) else "positive"

    def predict(self, texts: list[str]) -> list[FakePrediction]:
        shares = {"negative": 0.25, "positive": 0.75}
        return [FakePrediction(self.label, shares) for _ in texts]


def make_services(settings: Settings, *, hub: bool | None = False) -> Services:
    store = RunStore(settings.runs_dir)
    store.root.mkdir(parents=True, exist_ok=True)
    return Services(
        store=store,
        supervisor=FakeSupervisor(store),  # type: ignore[arg-type]
        settings=settings,
        hub=FakeHub(hub),  # type: ignore[arg-type]
        predictors=Predictors(open_folder=FakePredictor),
    )


# importlib mode does not let tests import from here, so what they call comes as fixtures too.


@pytest.fixture
def report_of() -> Callable[..., Report]:
    """:func:`make_report`."""
    return make_report


@pytest.fixture
def export_of() -> Callable[..., ExportReport]:
    """:func:`make_export`."""
    return make_export


@pytest.fixture
def finished() -> Callable[..., str]:
    """:func:`finish`."""
    return finish


@pytest.fixture
def ended() -> Callable[..., None]:
    """:func:`end`."""
    return end


@pytest.fixture
def services_for() -> Callable[..., Services]:
    """:func:`make_services`."""
    return make_services


@pytest.fixture
def spec(settings: Settings) -> RunSpec:
    """A spec whose files are there; nothing here trains with it."""
    return demo_spec(settings)


@pytest.fixture
def services(settings: Settings) -> Services:
    """One's own machine: everybody sees all."""
    return make_services(settings)


@pytest.fixture
def shared(settings: Settings) -> Services:
    """A host with many visitors."""
    return make_services(settings.model_copy(update={"shared": True}))


def end(store: RunStore, run_id: str, state: RunState = RunState.DONE, error: str = "") -> None:
    store.move(run_id, RunState.RUNNING, pid=1)
    store.move(run_id, state, error=error)


def interval(value: float) -> Interval:
    return Interval(value=value, low=max(0.0, value - 0.05), high=min(1.0, value + 0.05))


def make_report(*, labels: tuple[str, ...] = ("negative", "positive"), texts: int = 25, hostile: str = "") -> Report:
    """Transferred is always right, source-only on every second text, target-only on all but every fifth."""
    names = ("source-only", "transferred", "target-only")
    wrong = {"source-only": 2, "transferred": texts + 1, "target-only": 5}

    def said(name: str, number: int) -> str:
        return labels[(number + (number % wrong[name] == wrong[name] - 1)) % len(labels)]

    examples = [
        Example(
            text=f"text {number} {hostile}",
            label=labels[number % len(labels)],
            predictions={name: said(name, number) for name in names},
            probabilities={name: [1 / len(labels)] * len(labels) for name in names},
        )
        for number in range(texts)
    ]
    size = len(labels)
    models = [
        ModelReport(
            name=name,
            description=f"description {hostile}",
            metrics={"accuracy": interval(0.7), "macro_f1": interval(0.6)},
            confusion=[[10 if row == column else 2 for column in range(size)] for row in range(size)],
            source_accuracy=interval(0.8) if name == "source-only" else None,
            tokenizer=TokenizerFit(vocabulary_size=4321, unknown_rate=0.125, pieces_per_character=0.7),
            parameters=1000,
            training_seconds=75,
        )
        for name in names
    ]
    pairs = (("transferred", "source-only", 0.001, 0.3), ("transferred", "target-only", 0.4, -0.01))
    return Report(
        task="text-classification",
        labels=list(labels),
        data=DataSummary(source_train=10, source_test=5, target_train=9, test=texts, unlabelled=3, dictionary=2),
        models=models,
        comparisons=[
            Comparison(
                first=first,
                second=second,
                difference=Interval(value=value, low=value - 0.1, high=value + 0.1),
                p_value=p,
                only_first_right=6,
                only_second_right=1,
            )
            for first, second, p, value in pairs
        ],
        verdict=Verdict(code="helped", sentence=f"Transfer helped: it was better. {hostile}"),
        examples=examples,
        notes=[f"A note. {hostile}"],
    )


def make_export(run_id: str, model: str = "transferred", *, int8_passes: bool = True) -> ExportReport:
    def variant(name: str, *, passed: bool, latency: float) -> VariantReport:
        parity = Parity(
            texts=200,
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


def finish(store: RunStore, spec: RunSpec, *, owner: str = "", models: tuple[str, ...] = ("transferred",)) -> str:
    """A finished run with a report and exports, as a worker would leave it."""
    run_id = store.create(spec, owner).id
    end(store, run_id)
    (store.folder(run_id) / "report.json").write_text(make_report().model_dump_json(), encoding="utf-8")
    for model in models:
        folder = store.export_folder(run_id, model)
        export = make_export(run_id, model)
        for variant in export.variants:
            (folder / variant.folder).mkdir(parents=True)
            (folder / variant.folder / "model.onnx").write_bytes(b"x")
            (folder / variant.folder / "SHA256SUMS").write_text("")
        (folder / "export.json").write_text(export.model_dump_json(), encoding="utf-8")
    return run_id
