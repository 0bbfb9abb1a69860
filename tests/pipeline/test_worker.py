"""Whole runs on a tiny model: done, repeated, killed, cancelled, resumed, failed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline import worker
from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.events import Progress
from pipeline.plan import plan
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, ExportSpec, FullFineTuning, MaskedLanguageModelling, RunSpec, SpeedSpec
from pipeline.worker import carry_out
from tests.reports import lasting


def carry_out_here(store: RunStore, spec: RunSpec, settings: Settings) -> str:
    """Carry out a run in this process, and give its id."""
    run = store.create(spec).id
    store.move(run, RunState.RUNNING)
    carry_out(store, run, settings)
    return run


def progress(store: RunStore, run: str) -> Progress:
    return Progress().add(store.events(run).read()[0])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, tiny_spec: RunSpec) -> tuple[RunStore, str, RunSpec]:
    """A finished run of every kind of stage, and the store it lies in."""
    adaptation = MaskedLanguageModelling(embedding_epochs=1, epochs=1)
    export = ExportSpec(model="transferred", optimisation=("O1",), quantisation=())
    recipe = tiny_spec.recipe.model_copy(update={"adaptation": adaptation})
    speed = SpeedSpec(batches=(1,), lengths=(4,), rounds=1, compiled=False)
    spec = tiny_spec.model_copy(update={"recipe": recipe, "exports": (export,), "speed": (speed,)})
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return store, carry_out_here(store, spec, Settings(runs_dir=store.root)), spec


def test_a_run_ends_with_a_report_and_ordinary_model_folders(finished: tuple[RunStore, str, RunSpec]) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    store, run, _ = finished
    assert store.get(run).state is RunState.DONE
    report = store.report(run)
    assert report is not None
    assert [model.name for model in report.models] == ["source-only", "transferred", "target-only", "classical"]
    assert report.data.test == len(report.examples) == 80
    told = [report.verdict.sentence, *(model.description for model in report.models if model.name == "source-only")]
    assert all(report.recall(sentence).values for sentence in told)  # for other languages
    for model in report.models[:3]:
        folder = store.model_folder(run, model.name)
        loaded = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True)
        assert loaded.config.id2label == {0: "negative", 1: "positive"}
        assert len(AutoTokenizer.from_pretrained(folder)) == loaded.get_input_embeddings().num_embeddings
        assert not list(folder.glob("*.bin"))
    assert (store.folder(run) / "events.jsonl").is_file()


def test_what_was_measured_of_an_export_lies_in_it_and_stays_there(finished: tuple[RunStore, str, RunSpec]) -> None:
    from export.package import damaged
    from export.speed.report import read_speed

    store, run, spec = finished
    folder = store.export_folder(run, "transferred")
    report = read_speed(folder)
    assert report is not None
    assert {"torch", "fp32", "O1"} <= {one.name for one in report.candidates}
    assert damaged(folder / "o1") == []
    again = carry_out_here(store, spec, Settings(runs_dir=store.root))  # nothing is done twice
    for _ in range(2):
        assert read_speed(store.export_folder(again, "transferred")) == report
        store.move(again, RunState.QUEUED)
        store.move(again, RunState.RUNNING)
        carry_out(store, again, Settings(runs_dir=store.root))  # all is published anew


def test_transfer_is_learned_not_asserted(finished: tuple[RunStore, str, RunSpec]) -> None:
    """The little language is easy: the source model learns it, and can't read the target's script."""
    store, run, _ = finished
    report = store.report(run)
    assert report is not None
    source = report.model("source-only")
    assert source.source_score is not None
    assert source.source_score.value > 0.9
    assert source.tokenizer is not None
    assert source.tokenizer.unknown_rate > 0.9
    assert source.metrics["accuracy"].value < 0.7
    fit = report.model("transferred").tokenizer
    assert fit is not None
    assert fit.unknown_rate < 0.1
    assert report.model("transferred").metrics["accuracy"].value > 0.85


def test_a_second_run_of_one_spec_does_nothing_twice(finished: tuple[RunStore, str, RunSpec]) -> None:
    store, run, spec = finished
    again = carry_out_here(store, spec, Settings(runs_dir=store.root))
    assert {stage.state for stage in progress(store, again).stages.values()} == {"reused"}
    assert store.report(again) == store.report(run)
    assert (store.model_folder(again, "transferred") / "model.safetensors").is_file()


def test_a_seed_makes_a_run_repeat_exactly(
    finished: tuple[RunStore, str, RunSpec], store: RunStore, settings: Settings
) -> None:
    first, run, spec = finished
    # Here checkpoints are written after every step; there, none were: that must not matter.
    again = carry_out_here(store, spec, settings)
    assert lasting(store.report(again)) == lasting(first.report(run))


def wait_for(condition: Callable[[], bool], supervisor: Supervisor, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        supervisor.tick()
        time.sleep(0.02)


@pytest.mark.timeout(400)
@pytest.mark.slow
def test_a_run_killed_in_every_stage_ends_with_the_same_report(
    finished: tuple[RunStore, str, RunSpec], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, run, spec = finished
    monkeypatch.setenv("GRAFT_CHECKPOINT_SECONDS", "0")
    engine = LocalEngine(store)
    supervisor = Supervisor(store, engine, Settings(runs_dir=store.root))
    killed = supervisor.submit(spec).id
    stages = {stage.name: 0 for stage in plan(spec)}
    stages |= {"source-only": 3, "adaptation": 4, "transferred": 2}  # in the midst of training
    for stage, steps in stages.items():

        def reached(stage: str = stage, steps: int = steps) -> bool:
            found = progress(store, killed).stages.get(stage)
            return found is not None and found.state != "waiting" and (found.step >= steps or found.fraction == 1)

        wait_for(reached, supervisor)
        engine.kill(killed, store.get(killed).pid)
        wait_for(lambda: store.get(killed).state is RunState.INTERRUPTED, supervisor)
        supervisor.resume(killed)
    wait_for(lambda: not store.get(killed).state.active, supervisor)
    assert store.get(killed).state is RunState.DONE, store.log_path(killed).read_text(encoding="utf-8")
    assert lasting(store.report(killed)) == lasting(first.report(run))
    last = progress(store, killed)
    assert last.stages["source-only"].state == "reused"
    assert any("goes on from step" in text for _, text in last.notes)


@pytest.mark.timeout(200)
def test_a_cancelled_run_saves_and_can_be_resumed(store: RunStore, tiny_spec: RunSpec) -> None:
    long = FullFineTuning(epochs=400, batch_size=16, learning_rate=1e-3)
    spec = tiny_spec.model_copy(update={"recipe": tiny_spec.recipe.model_copy(update={"source_training": long})})
    supervisor = Supervisor(store, LocalEngine(store), Settings(runs_dir=store.root))
    run = supervisor.submit(spec).id
    wait_for(lambda: "source-only" in progress(store, run).curves, supervisor)
    supervisor.cancel(run)
    wait_for(lambda: not store.get(run).state.active, supervisor)
    assert store.get(run).state is RunState.CANCELLED
    assert list(store.artifacts.glob("*.work/*/checkpoint-*/model.safetensors"))
    assert supervisor.resume(run).state is RunState.RUNNING
    supervisor.cancel(run)
    wait_for(lambda: not store.get(run).state.active, supervisor)


def test_a_failing_run_says_why_and_keeps_what_it_has(
    store: RunStore, tiny_spec: RunSpec, tmp_path: Path, settings: Settings
) -> None:
    bad = tmp_path / "one-label.csv"
    bad.write_text("text,label\n好汤,positive\n坏汤,positive\n", encoding="utf-8")
    data = tiny_spec.data.model_copy(update={"target": DatasetSpec(path=str(bad))})
    run = carry_out_here(store, tiny_spec.model_copy(update={"data": data}), settings)
    record = store.get(run)
    assert record.state is RunState.FAILED
    assert "one-label.csv" in record.error
    assert progress(store, run).error == record.error
    assert progress(store, run).stages["data"].state == "failed"


def test_a_loss_that_explodes_is_told(
    store: RunStore, tiny_spec: RunSpec, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from pipeline.stages import fine_tuning

    def exploding(model: Any, batch: dict[str, Any]) -> tuple[Any, Any]:
        loss = next(p for p in model.parameters() if p.requires_grad).sum() * float("nan")
        return loss, torch.tensor(len(batch["input_ids"]))

    monkeypatch.setattr(fine_tuning, "objective", lambda *_: exploding)
    run = carry_out_here(store, tiny_spec, settings)
    assert store.get(run).state is RunState.FAILED
    assert "learning rate" in store.get(run).error


def test_a_worker_waits_until_the_one_before_it_has_left(
    store: RunStore, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is extended the moment it has ended: its process still gives back its memory."""
    monkeypatch.setattr(worker, "carry_out", lambda *_: RunState.DONE)
    run = store.create(tiny_spec).id
    store.move(run, RunState.RUNNING, pid=os.getpid())
    with ThreadPoolExecutor() as pool:
        with store.at_work(run, seconds=0):
            exit_code = pool.submit(worker.main, [str(store.root), run])
            with pytest.raises(TimeoutError):
                exit_code.result(timeout=0.5)
        assert exit_code.result(timeout=60) == 0


def test_a_worker_leaves_a_run_at_which_another_one_stays(
    store: RunStore, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LEAVING_SECONDS", 0.1)
    run = store.create(tiny_spec).id
    store.move(run, RunState.RUNNING, pid=os.getpid())
    with store.at_work(run, seconds=0):
        assert worker.main([str(store.root), run]) == 1
    assert not progress(store, run).stages


def test_a_run_outlives_the_process_that_started_it(store: RunStore, tiny_spec: RunSpec, tmp_path: Path) -> None:
    """Kill the server in mid-run: the worker goes on, and the next supervisor adopts it."""
    (tmp_path / "spec.json").write_text(tiny_spec.model_dump_json(), encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", str(tmp_path / "spec.json"), "--runs-dir", str(store.root)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (runs := store.list()) or not progress(store, runs[0].id).stages:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server.kill()
    server.wait()
    supervisor = Supervisor(store, LocalEngine(store), Settings(runs_dir=store.root))
    supervisor.tick()
    assert store.get(runs[0].id).state is RunState.RUNNING
    wait_for(lambda: not store.get(runs[0].id).state.active, supervisor)
    assert store.get(runs[0].id).state is RunState.DONE
    assert store.report(runs[0].id) is not None
