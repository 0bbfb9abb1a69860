"""Several machines at one run: side by side, one of them lost, one training by two, without a shared folder."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from pipeline.artifacts import ArtifactStore
from pipeline.cluster.driver import Driver
from pipeline.plan import plan
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.shelf import Shelf
from pipeline.spec import Bagging, ExportSpec, FullFineTuning, KeepVocabulary, RunSpec
from pipeline.worker import bring_about
from tests.clusters import add_machine
from tests.pipeline.cluster.conftest import Running, carried_out_here, running
from tests.pipeline.cluster.following import IN_ALL, logs, progress
from tests.reports import lasting

pytestmark = pytest.mark.timeout(IN_ALL)

QUICK = FullFineTuning(epochs=3, batch_size=16, learning_rate=2e-3)


def recipe(spec: RunSpec, **parts: Any) -> RunSpec:
    """The tiny run with other parts."""
    plain = {"vocabulary": KeepVocabulary(), "source_training": QUICK, "fine_tuning": QUICK, "target_only": QUICK}
    return spec.model_copy(update={"recipe": spec.recipe.model_copy(update=plain | parts)})


def spans(store: RunStore, run: str) -> dict[str, tuple[float, float]]:
    """When each stage began and ended."""
    found: dict[str, list[float]] = {}
    for event in store.events(run).read()[0]:
        if event["kind"] == "stage":
            found.setdefault(event["stage"], []).append(event["time"])
    return {name: (times[0], times[-1]) for name, times in found.items()}


def test_a_lost_machine_costs_its_unfinished_stage_and_members_train_side_by_side(
    cluster: Any, on_cluster: Running, tiny_spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_CHECKPOINT_SECONDS", "0")
    long = FullFineTuning(epochs=120, batch_size=16, learning_rate=1e-3)
    spec = recipe(tiny_spec, fine_tuning=long, ensemble=Bagging(members=3))
    store = on_cluster.store
    run = on_cluster.supervisor.submit(spec).id

    def both_at_work() -> bool:
        stages = progress(store, run).stages.values()
        return sum(stage.state == "running" and 3 < stage.step < stage.total / 2 for stage in stages) >= 2

    on_cluster.until(both_at_work)
    finished = {name for name, stage in progress(store, run).stages.items() if stage.state == "done"}
    lost = cluster.worker_nodes.copy().pop()
    cluster.remove_node(lost, allow_graceful=False)
    try:
        on_cluster.until(lambda: any("was lost" in text for _, text in progress(store, run).notes))
    finally:
        add_machine(cluster)
    on_cluster.until(lambda: not store.get(run).state.active)
    assert store.get(run).state is RunState.DONE, logs(store)
    events = [event for event in store.events(run).read()[0] if event["kind"] == "stage"]
    begun = [event["stage"] for event in events if event["state"] == "running"]
    assert len(begun) == len(set(begun))  # told as one stage each, for the curve goes on
    assert finished
    assert all(begun.count(name) == 1 for name in finished)
    assert any("goes on from step" in text for _, text in progress(store, run).notes)
    pairs = combinations(spans(store, run).items(), 2)  # two machines' choice which two of them
    assert any(overlap([one], [other]) for (name, one), (also, other) in pairs if "-member-" in name + also)
    alone = RunStore(tmp_path / "alone")
    assert lasting(store.report(run)) == lasting(alone.report(carried_out_here(alone, spec)))


def overlap(these: list[tuple[float, float]], those: list[tuple[float, float]]) -> bool:
    """Whether any two of them have a time in common."""
    return any(max(one[0], other[0]) < min(one[1], other[1]) for one in these for other in those)


def test_seeds_and_points_of_a_curve_are_done_side_by_side(
    on_cluster: Running, tiny_spec: RunSpec, tmp_path: Path
) -> None:
    # Of seconds each, so that some overlap on a fast machine, too: a worker is a second away from its next stage.
    longer = FullFineTuning(epochs=90, batch_size=16, learning_rate=2e-3)
    whole = recipe(tiny_spec, source_training=longer, fine_tuning=longer, target_only=longer)
    whole = whole.model_copy(update={"repeats": 2, "learning_curve": (20, 40)})
    store = on_cluster.store
    run = on_cluster.supervisor.submit(whole).id
    on_cluster.until(lambda: not store.get(run).state.active)
    assert store.get(run).state is RunState.DONE, logs(store)
    parts: dict[str, list[tuple[float, float]]] = {}  # the first seed, the second, and each point of each one's curve
    for name, span in spans(store, run).items():
        parts.setdefault(name.partition("@")[2], []).append(span)
    points = {"20-labels", "40-labels"}
    assert set(parts) == {"", "seed-1", *points, *(f"{point}@seed-1" for point in points)}
    assert any(overlap(*pair) for pair in combinations(parts.values(), 2))  # which two, is the machines' choice
    alone = RunStore(tmp_path / "alone")
    assert lasting(store.report(run)) == lasting(alone.report(carried_out_here(alone, whole)))


def test_two_runs_are_done_side_by_side(on_cluster: Running, tiny_spec: RunSpec) -> None:
    """However fast the machines are: neither has an end until both have been seen at work."""
    store, endless = on_cluster.store, FullFineTuning(epochs=1000, batch_size=16, learning_rate=1e-4)
    spec = recipe(tiny_spec, source_training=endless, fine_tuning=endless, target_only=endless)
    runs = [on_cluster.supervisor.submit(spec.model_copy(update={"seed": seed})).id for seed in (7, 8)]

    def at_work(run: str) -> bool:
        return any(stage.state == "running" and stage.step > 1 for stage in progress(store, run).stages.values())

    on_cluster.until(lambda: all(map(at_work, runs)))
    for run in runs:
        on_cluster.supervisor.cancel(run)
    on_cluster.until(lambda: not any(store.get(run).state.active for run in runs))
    assert {store.get(run).state for run in runs} == {RunState.CANCELLED}, logs(store)


@pytest.fixture(params=["a folder", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Where the machines of a cluster leave finished stages."""
    address = request.getfixturevalue("s3") if request.param == "s3" else (tmp_path / "shelf").as_uri()
    monkeypatch.setenv("GRAFT_ARTIFACTS", address)
    return Shelf(address)


def test_without_a_shared_folder_stages_pass_over_the_shelf(
    shelf: Shelf, on_cluster: Running, tiny_spec: RunSpec, tmp_path: Path
) -> None:
    export = ExportSpec(model="transferred", optimisation=("O1",), quantisation=("int8-static",), calibration_texts=8)
    spec = recipe(tiny_spec).model_copy(update={"exports": (export,)})
    store = on_cluster.store
    run = on_cluster.supervisor.submit(spec).id
    on_cluster.until(lambda: not store.get(run).state.active)
    assert store.get(run).state is RunState.DONE, logs(store)
    assert (store.export_folder(run, "transferred") / "export.json").is_file()
    assert not any("left out" in text for _, text in progress(store, run).notes)  # calibrated on the run's own texts
    alone = RunStore(tmp_path / "alone")
    spec = recipe(tiny_spec)
    assert lasting(store.report(run)) == lasting(alone.report(carried_out_here(alone, spec)))
    marks = [name for name in shelf._files.ls(shelf._root, detail=False) if name.endswith(".json")]
    assert len(marks) >= len(progress(store, run).stages)  # and the source model besides
    emptied = RunStore(tmp_path / "another server")  # has nothing but the address
    second = running(emptied, Settings(runs_dir=emptied.root))
    run = second.supervisor.submit(spec).id
    second.until(lambda: not emptied.get(run).state.active)
    assert {stage.state for stage in progress(emptied, run).stages.values()} == {"reused"}, logs(emptied)
    assert lasting(emptied.report(run)) == lasting(store.report(store.list()[0].id))


def test_one_training_by_two_machines_comes_to_the_same_weights(
    on_cluster: Running, tiny_spec: RunSpec, tmp_path: Path
) -> None:
    """Without dropout, whose draws differ; the sums are made in another order."""
    still = FullFineTuning(epochs=5, batch_size=15, learning_rate=2e-3, dropout=0.0)
    spec = recipe(tiny_spec, source_training=still)
    data, source_only = plan(spec)[:2]
    found = []
    for workers, store in ((1, RunStore(tmp_path / "alone")), (2, on_cluster.store)):
        run = store.create(spec).id
        stages = [{"name": each.name, "title": each.title, "cost": each.cost} for each in (data, source_only)]
        store.events(run).append("plan", stages=stages)
        settings = Settings(runs_dir=store.root, ray_workers=workers, checkpoint_seconds=0)
        here = partial(
            bring_about, store=store, run_id=run, artifacts=ArtifactStore(store.artifacts), settings=settings
        )
        if workers == 1:
            here(data)
            here(source_only)
        else:
            Driver((data, source_only), store, run, settings, here).run()
        found.append((progress(store, run), load_file(store.artifacts / source_only.key / "model.safetensors")))
    (seen, alone), (watched, together) = found
    assert watched.stages["source-only"].state == "done"
    assert watched.stages["source-only"].total == seen.stages["source-only"].total
    assert alone.keys() == together.keys()
    assert max(float(np.abs(alone[name] - together[name]).max()) for name in alone) < 2e-3
    losses = [dict(each.curves["source-only"]["loss"]) for each in (seen, watched)]
    same = losses[0].keys() & losses[1].keys()
    assert same
    assert all(losses[1][step] == pytest.approx(losses[0][step], rel=0.02, abs=1e-3) for step in same)
