"""Several servers that look after one folder of runs start each run once, and no more at a time than one would."""

import os
import subprocess
import sys
import time
from pathlib import Path

from pipeline.runs import RunState, RunStore
from pipeline.spec import RunSpec

ROOT = Path(__file__).resolve().parents[2]
SERVERS, RUNS, AT_ONCE = 3, 12, 2


def test_each_run_is_worked_at_once_and_the_limit_holds_over_all(store: RunStore, tiny_spec: RunSpec) -> None:
    runs = [store.create(tiny_spec).id for _ in range(RUNS)]
    line = [sys.executable, str(Path(__file__).with_name("serve_runs.py")), str(store.root), str(AT_ONCE)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    servers = [subprocess.Popen(line, cwd=ROOT, env=environment) for _ in range(SERVERS)]
    try:
        deadline = time.monotonic() + 120
        while any(store.get(run).state is not RunState.DONE for run in runs):
            assert time.monotonic() < deadline, [str(store.get(run).state) for run in runs]
            time.sleep(0.1)
    finally:
        for server in servers:
            server.kill()
            server.wait()
    spans = []
    for run in runs:
        [only] = (store.folder(run) / "work.txt").read_text().splitlines()
        spans.append(tuple(map(float, only.split())))
    for moment, _ in spans:
        assert sum(begun <= moment < ended for begun, ended in spans) <= AT_ONCE
