"""What every engine promises to whoever watches: the same class of tests runs against each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, FullFineTuning, RunSpec
from pipeline.worker import carry_out
from tests.clusters import MISSING, REASON
from tests.pipeline.cluster.conftest import Running, carried_out_here, running
from tests.pipeline.cluster.following import IN_ALL, logs, progress
from tests.reports import lasting

LONG = FullFineTuning(epochs=400, batch_size=16, learning_rate=1e-3)


@pytest.fixture(params=["local", "ray"])
def engine(
    request: pytest.FixtureRequest, store: RunStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Running:
    monkeypatch.setenv("GRAFT_CHECKPOINT_SECONDS", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as many as a machine has cores: others add up in another order
    if request.param == "ray":
        return request.getfixturevalue("on_cluster")
    return running(store, settings)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, tiny_spec: RunSpec) -> dict[str, Any]:
    """The report of the tiny run that nobody disturbs, on this machine."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return lasting(store.report(carried_out_here(store, tiny_spec)))


@pytest.mark.skipif(MISSING, reason=REASON)  # without a second engine there is nothing to compare
@pytest.mark.timeout(IN_ALL)
class TestContract:
    def test_a_run_ends_with_the_same_report_and_tells_how_it_went(
        self, engine: Running, tiny_spec: RunSpec, told: dict[str, Any]
    ) -> None:
        store = engine.store
        run = engine.supervisor.submit(tiny_spec).id
        engine.until(lambda: not store.get(run).state.active)
        assert store.get(run).state is RunState.DONE, logs(store)
        assert lasting(store.report(run)) == told
        seen = progress(store, run)
        assert {stage.state for stage in seen.stages.values()} == {"done"}
        assert all(stage.seconds > 0 for stage in seen.stages.values())
        assert {"loss", "learning_rate", "tokens_per_second"} <= set(seen.curves["transferred"])
        assert seen.fraction == 1
        assert seen.ended == "done"
        assert (store.model_folder(run, "transferred") / "model.safetensors").is_file()
        events = store.events(run).read()[0]
        assert [event["time"] for event in events] == sorted(event["time"] for event in events)
        again = engine.supervisor.submit(tiny_spec).id
        engine.until(lambda: not store.get(again).state.active)
        assert {stage.state for stage in progress(store, again).stages.values()} == {"reused"}
        assert lasting(store.report(again)) == told

    def test_a_cancelled_run_saves_stops_and_goes_on(self, engine: Running, tiny_spec: RunSpec) -> None:
        store = engine.store
        spec = tiny_spec.model_copy(update={"recipe": tiny_spec.recipe.model_copy(update={"source_training": LONG})})
        run = engine.supervisor.submit(spec).id
        engine.until(lambda: "source-only" in progress(store, run).curves)
        engine.supervisor.cancel(run)
        engine.until(lambda: not store.get(run).state.active)
        assert store.get(run).state is RunState.CANCELLED, logs(store)
        assert progress(store, run).stages["source-only"].state == "failed"
        assert list(store.artifacts.glob("*.work/*/checkpoint-*/model.safetensors"))
        engine.supervisor.resume(run)
        engine.until(lambda: any("goes on from step" in text for _, text in progress(store, run).notes))
        engine.supervisor.cancel(run)
        engine.until(lambda: not store.get(run).state.active)

    def test_a_failing_stage_says_why(self, engine: Running, tiny_spec: RunSpec, tmp_path: Path) -> None:
        store = engine.store
        bad = tmp_path / "one-label.csv"
        bad.write_text("text,label\n好汤,positive\n坏汤,positive\n", encoding="utf-8")
        data = tiny_spec.data.model_copy(update={"target": DatasetSpec(path=str(bad))})
        run = engine.supervisor.submit(tiny_spec.model_copy(update={"data": data})).id
        engine.until(lambda: not store.get(run).state.active)
        assert store.get(run).state is RunState.FAILED
        assert "one-label.csv" in store.get(run).error
        seen = progress(store, run)
        assert seen.error == store.get(run).error
        assert seen.error.values  # so that it can be told in another language
        assert seen.stages["data"].state == "failed"
        assert "one-label.csv" in logs(store)

    def test_a_killed_worker_is_noticed_and_the_run_goes_on(
        self, engine: Running, tiny_spec: RunSpec, told: dict[str, Any]
    ) -> None:
        store = engine.store
        run = engine.supervisor.submit(tiny_spec).id
        engine.until(lambda: "source-only" in progress(store, run).curves)
        engine.supervisor.engine.kill(run, store.get(run).pid)
        engine.until(lambda: store.get(run).state is RunState.INTERRUPTED)
        engine.supervisor.resume(run)
        engine.until(lambda: not store.get(run).state.active)
        assert store.get(run).state is RunState.DONE, logs(store)
        assert lasting(store.report(run)) == told


def test_without_ray_the_remedy_is_told(
    store: RunStore, settings: Settings, tiny_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    run = store.create(tiny_spec).id
    store.move(run, RunState.RUNNING)
    carry_out(store, run, settings.model_copy(update={"engine": "ray"}))
    assert store.get(run).state is RunState.FAILED
    assert store.get(run).error == "Ray is not installed. Run `pip install -r requirements-ray.txt`."
