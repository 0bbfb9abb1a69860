"""A full disk and a read-only one: told in words, nothing lost, and the run goes on when there is room."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.plan import plan
from pipeline.plan.stage import StageKind
from pipeline.report import Report
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import Bagging, CoTraining, ExportSpec, RunSpec, SpeedSpec
from pipeline.worker import carry_out
from tests.reports import lasting


@pytest.mark.slow
def test_a_disk_that_fills_up_in_every_stage(alone: Callable[..., Any], short_spec: RunSpec, tmp_path: Path) -> None:
    recipe = short_spec.recipe.model_copy(
        update={"self_training": CoTraining(rounds=1), "ensemble": Bagging(members=2)}
    )
    export = ExportSpec(model="transferred", optimisation=("O1",), quantisation=())
    speed = SpeedSpec(batches=(1,), lengths=(8,), rounds=1, compiled=False)
    spec = short_spec.model_copy(update={"recipe": recipe, "exports": (export,), "speed": (speed,)})
    (tmp_path / "spec.json").write_text(spec.model_dump_json(), encoding="utf-8")
    found = alone("fill_disk.py", str(tmp_path / "spec.json"), timeout=900)
    assert {stop["stage"] for stop in found["stops"]} == set(found["stages"])  # each was stopped at least once
    assert {stage.kind for stage in plan(spec)} == {*get_args(StageKind)}
    for stop in found["stops"]:
        # with no room at all not even the record can be written, and the worker dies of it
        assert "The disk is full" in stop["error"] or (stop["left"] == 0 and "No space left" in stop["error"]), stop

    store = RunStore(tmp_path / "roomy")
    run = store.create(spec).id
    store.move(run, RunState.RUNNING)
    assert carry_out(store, run, Settings(runs_dir=store.root)) is RunState.DONE
    assert lasting(Report.model_validate(found["report"])) == lasting(store.report(run))


@pytest.mark.slow
def test_folders_that_may_not_be_written_to(alone: Callable[..., Any], short_spec: RunSpec, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(short_spec.model_dump_json(), encoding="utf-8")
    found = alone("lock_folder.py", str(tmp_path / "spec.json"))
    for said in (found["command"], found["list"]):
        assert said["code"] == 1
        assert "Graft may not write to its folder of runs" in said["error"]
        assert "Traceback" not in said["error"]
    assert found["worker"] == 1  # of a run whose folder alone is locked
    assert found["state while locked"] == "running"
    assert found["ticks while locked"] > 1  # the supervisor goes on
    assert found["state afterwards"] == "interrupted"
    assert found["end"] == "done", found["error"]
