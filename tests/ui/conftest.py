"""Services of fakes around a real store, and finished runs to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from export.package import write_checksums
from pipeline.demo import demo_spec
from pipeline.runs import RunRecord, RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from tests.ui.records import make_export, make_model, make_report, make_speed, show
from ui.predictors import Predictors
from ui.services import Services


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

    def delete(self, run_id: str) -> None:
        self.store.delete(run_id)
        self.asked.append(("delete", run_id))

    def extend(self, run_id: str, spec: RunSpec) -> RunRecord:
        self.store.revise(run_id, spec)
        self.asked.append(("extend", run_id))
        return self.store.get(run_id)


class FakePredictor:
    """Says what the folder's name and its task, if a test sets one, tell it to."""

    provider = "CPUExecutionProvider"
    unfit = ""

    def __init__(self, folder: Path) -> None:
        self.label = "negative" if "source-only" in str(folder) else "positive"

    def predict(self, questions: list[Any]) -> list[Any]:
        return [self._said(question) for question in questions]

    def fill(self, text: str, top: int) -> list[Any]:
        return [SimpleNamespace(token=word, probability=0.5, text=text.replace("[MASK]", word)) for word in "ab"][:top]

    def explain(self, question: Any, most: int) -> Any:
        texts = [question] if isinstance(question, str) else question
        parts = [
            SimpleNamespace(which=which, start=0, end=4, weight=1.5 if which == 0 else -0.5)
            for which in range(len(texts))
        ]
        return SimpleNamespace(label=self.label, probability=0.75, parts=parts)

    def _said(self, question: Any) -> Any:
        """An answer that fits any task; what is asked for is read off it."""
        text = question if isinstance(question, str) else " | ".join(question)
        word = SimpleNamespace(text=text[:4], label="B-LOC", probability=0.9, start=0, end=4)
        entity = SimpleNamespace(text=text[:4], label="LOC", probability=0.9, start=0, end=4)
        shares = {"negative": 0.25, "positive": 0.75}
        return SimpleNamespace(
            label=self.label, labels=[self.label], probabilities=shares, text=text, words=[word], entities=[entity]
        )


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


def finish(store: RunStore, spec: RunSpec, *, owner: str = "", models: tuple[str, ...] = ("transferred",)) -> str:
    """A finished run with a report and exports, as a worker would leave it."""
    run_id = store.create(spec, owner).id
    end(store, run_id)
    report = make_report(task=spec.task)
    (store.folder(run_id) / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
    for model in models:
        folder = store.export_folder(run_id, model)
        export = make_export(run_id, model)
        for variant in export.variants:
            (folder / variant.folder).mkdir(parents=True)
            (folder / variant.folder / "model.onnx").write_bytes(b"x")
            write_checksums(folder / variant.folder)
        (folder / "export.json").write_text(export.model_dump_json(), encoding="utf-8")
    return run_id


# What tests of the page call comes as fixtures: nothing is imported from a conftest.
report_of, shown_of, model_of, export_of, speed_of, finished, ended, services_for = (
    pytest.fixture(lambda made=made: made, name=name)
    for name, made in {
        "report_of": make_report,
        "shown_of": show,
        "model_of": make_model,
        "export_of": make_export,
        "speed_of": make_speed,
        "finished": finish,
        "ended": end,
        "services_for": make_services,
    }.items()
)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file that most tasks can read."""
    path = tmp_path / "rows.csv"
    lines = [f"a text {number},its second {number},{'good' if number % 2 else 'bad'}" for number in range(20)]
    path.write_text("\n".join(["text,second,label", *lines]), encoding="utf-8")
    return path
