"""Carries out a run on a disk that is full in every stage, at once and after some of its output: see test_disk.py.

``python fill_disk.py FOLDER SPEC``; the disk is mounted in FOLDER. The last line of what it prints is JSON: where
the run stopped and what was said, and its report.
"""

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline import spec as specs
from pipeline import worker
from pipeline.artifacts import ArtifactStore
from pipeline.plan import Stage
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings

ROOMY = 200_000  # kilobytes
#: Kilobytes that are left when a stage begins, one after another.
LEFT = (0, 24, 160)

logging.basicConfig(level=logging.INFO)
folder, spec = Path(sys.argv[1]) / "disk", Path(sys.argv[2])
folder.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOMY}k", "tmpfs", str(folder)], check=True)
store = RunStore(folder)
run = store.create(specs.load(spec)).id
met: dict[str, int] = {}  # stage → how often it has begun
stops: list[dict[str, Any]] = []
bring_about = worker.bring_about


def resize(kilobytes: int) -> None:
    """Make the disk as large."""
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(folder)], check=True)


def in_want(stage: Stage, *others: Any) -> None:
    """The stage on a disk that has hardly any room, until it has met that often enough."""
    place = met.get(stage.name, 0)
    if place < len(LEFT) and not ArtifactStore(store.artifacts).complete(stage.key):
        met[stage.name] = place + 1
        resize(shutil.disk_usage(folder).used // 1024 + LEFT[place])
        try:
            bring_about(stage, *others)
        except BaseException:
            stops.append({"stage": stage.name, "left": LEFT[place]})
            raise
        resize(ROOMY)
    else:
        bring_about(stage, *others)


worker.bring_about = in_want
while store.get(run).state is not RunState.DONE:
    resize(ROOMY)
    state = store.get(run).state
    if state is RunState.RUNNING:  # not even that it failed could be written: as if the worker had died
        store.move(run, RunState.INTERRUPTED)
    if state is not RunState.QUEUED:
        store.move(run, RunState.QUEUED)
    store.move(run, RunState.RUNNING)
    count = len(stops)
    try:
        ended = worker.carry_out(store, run, Settings(runs_dir=folder, checkpoint_seconds=0))
    except OSError as error:
        stops[-1]["error"] = str(error)
        continue
    assert ended is RunState.DONE or len(stops) == count + 1, store.get(run).error
    if ended is not RunState.DONE:
        stops[-1]["error"] = store.get(run).error
artifacts = ArtifactStore(store.artifacts)
assert all(artifacts.whole(key) for key in store.events(run).planned_keys())
assert not list(store.artifacts.glob("*.partial"))
assert not list(folder.rglob(".*.json.*"))  # what an atomic write leaves that could not end
report = store.report(run)
assert report is not None
print(json.dumps({"stops": stops, "stages": sorted(met), "report": report.model_dump(mode="json")}))
