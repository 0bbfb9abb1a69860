"""Carries out a run on a disk that is full again and again, and grows a little each time: see test_disk.py.

``python fill_disk.py FOLDER SPEC STEP``: the disk is mounted in FOLDER and grows by STEP kilobytes. The last line of
what it prints is JSON: where the run stopped and what was said, and its report.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path

from pipeline import spec as specs
from pipeline.artifacts import ArtifactStore
from pipeline.events import Progress
from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.worker import carry_out

MOST = 200  # attempts

logging.basicConfig(level=logging.INFO)
folder, spec, step = Path(sys.argv[1]) / "disk", Path(sys.argv[2]), int(sys.argv[3])
folder.mkdir()
size = step
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)], check=True)
store = RunStore(folder)
run = store.create(specs.load(spec)).id
stops: list[dict[str, str]] = []
while store.get(run).state is not RunState.DONE:
    try:
        if store.get(run).state is RunState.RUNNING:  # not even that it failed could be written: as if it had died
            store.move(run, RunState.INTERRUPTED)
        if store.get(run).state is not RunState.QUEUED:
            store.move(run, RunState.QUEUED)
        store.move(run, RunState.RUNNING)
        carry_out(store, run, Settings(runs_dir=folder, checkpoint_seconds=0))
        failed = [
            stage.name
            for stage in Progress().add(store.events(run).read()[0]).stages.values()
            if stage.state == "failed"
        ]
        stops.append({"stage": failed[0] if failed else "", "error": store.get(run).error})
    except OSError as error:
        stops.append({"stage": "the record", "error": str(error)})
    assert len(stops) < MOST, stops[-3:]
    size += step
    subprocess.run(["mount", "-o", f"remount,size={size}k", str(folder)], check=True)
artifacts = ArtifactStore(store.artifacts)
assert all(artifacts.whole(key) for key in store.events(run).planned_keys())
assert not list(store.artifacts.glob("*.partial"))
assert not list(folder.rglob(".*.json.*"))  # what an atomic write leaves that could not end
report = store.report(run)
assert report is not None
print(json.dumps({"stops": stops[:-1], "report": report.model_dump(mode="json"), "kilobytes": size}))
