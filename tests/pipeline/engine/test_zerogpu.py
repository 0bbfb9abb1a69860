"""Runs on ZeroGPU: turns on the GPU that end at checkpoints, and what is told when there is no GPU to be had."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from pipeline.worker import carry_out

ROOT = Path(__file__).resolve().parents[3]
HOST = Path(__file__).with_name("zerogpu_host.py")
pytestmark = pytest.mark.slow  # each has a server of its own; test_engines.py has the quick ones


def host(root: Path, spec: RunSpec, *what: str) -> dict[str, Any]:
    """What happened to a run there."""
    path = root.parent / "spec.json"
    path.write_text(spec.model_dump_json(), encoding="utf-8")
    return program(root.parent, str(root), str(path), *what)


def program(home: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HOST), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    print(done.stderr[-4000:])
    assert done.returncode == 0
    return json.loads(done.stdout.splitlines()[-1])


def long(spec: RunSpec, epochs: int) -> RunSpec:
    """The same with a training of the source model that takes a while."""
    recipe = spec.recipe
    longer = recipe.source_training.model_copy(update={"epochs": epochs})
    return spec.model_copy(update={"recipe": recipe.model_copy(update={"source_training": longer})})


def test_the_page_tells_the_platform_that_it_has_functions_for_a_gpu(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = program(tmp_path, "serve", str(tmp_path / "runs"), str(port))
    assert found == {"status": 200, "reported": True}  # or it would end the Space


def told(store: RunStore, run: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in store.events(run).read()[0] if event["kind"] == kind]


def test_a_run_takes_turns_and_ends_as_on_one_s_own_machine(tmp_path: Path, tiny_spec: RunSpec) -> None:
    spec = long(tiny_spec, 60)
    found = host(tmp_path / "zero", spec, "gpu_seconds=10", "steps=150", "checkpoint_seconds=600", "patience=9")
    assert (found["state"], found["error"], found["ended"]) == ("done", "", 0)
    store, run = RunStore(tmp_path / "zero"), found["run"]
    assert found["granted"][0] == 60  # the estimate
    assert set(found["granted"][1:]) == {10}
    assert any("goes on from step" in event["text"] for event in told(store, run, "note"))
    begun = [event["stage"] for event in told(store, run, "stage") if event["state"] == "running"]
    assert begun.count("source-only") > 1
    assert {event["state"] for event in told(store, run, "stage")} == {"running", "done"}
    own = RunStore(tmp_path / "own")
    same = own.create(spec).id
    own.move(same, RunState.RUNNING, pid=os.getpid())
    carry_out(own, same, Settings(runs_dir=own.root))
    report, expected = store.report(run), own.report(same)
    assert report is not None
    assert expected is not None
    assert [model.metrics for model in report.models] == [model.metrics for model in expected.models]


def test_a_turn_that_is_cut_off_goes_on_from_its_last_checkpoint(tmp_path: Path, tiny_spec: RunSpec) -> None:
    spec = long(tiny_spec, 240)
    found = host(tmp_path / "zero", spec, "overrun", "gpu_seconds=6", "checkpoint_seconds=0.5")
    assert (found["state"], found["error"]) == ("done", "")
    assert found["ended"] > 0


def test_a_stage_that_gets_nowhere_ends_the_run_with_a_remedy(tmp_path: Path, tiny_spec: RunSpec) -> None:
    found = host(tmp_path / "zero", long(tiny_spec, 1000), "overrun", "gpu_seconds=6", "checkpoint_seconds=600")
    assert found["state"] == "failed"
    assert "not even 6 seconds on the GPU" in found["error"]
    assert "GRAFT_GPU_SECONDS" in found["error"]


def test_where_no_gpu_is_granted_the_run_says_so_and_can_be_resumed(tmp_path: Path, tiny_spec: RunSpec) -> None:
    found = host(tmp_path / "zero", tiny_spec, "refuse")
    assert found["state"] == "failed"
    assert found["error"].startswith("ZeroGPU gave no GPU, or took it away: Space app has reached its GPU limit")
    assert "goes on where it stood" in found["error"]


@pytest.mark.parametrize("what", ["cancel", "kill"])
def test_a_run_is_ended_in_the_middle_of_a_turn(tmp_path: Path, tiny_spec: RunSpec, what: str) -> None:
    found = host(tmp_path / "zero", long(tiny_spec, 1000), what, "checkpoint_seconds=600")
    assert found["state"] == {"cancel": "cancelled", "kill": "interrupted"}[what]
    checkpoints = [*(tmp_path / "zero" / "artifacts").glob("*.work/**/checkpoint-*")]
    assert bool(checkpoints) is (what == "cancel")
