"""One of several servers that look after one folder of runs: see test_two_servers.py.

``python serve_runs.py RUNS_DIR AT_ONCE``; its workers are real processes that only note when they were at work.
"""

import subprocess
import sys
import time
from pathlib import Path

from pipeline.engine.local import LocalEngine
from pipeline.engine.supervisor import Supervisor
from pipeline.runs import RunStore
from pipeline.settings import Settings

WORKER = """
import sys, time
from pathlib import Path
from pipeline.runs import RunState, RunStore
store, run = RunStore(Path(sys.argv[1])), sys.argv[2]
while store.get(run).pid is None:
    time.sleep(0.01)
begun = time.time()
time.sleep(0.3)
with open(store.folder(run) / "work.txt", "a") as file:
    file.write(f"{begun} {time.time()}\\n")
store.move(run, RunState.DONE)
"""


class Idle(LocalEngine):
    """Its workers have nothing to do."""

    def start(self, run_id: str) -> int:
        """Start one."""
        process = subprocess.Popen([sys.executable, "-c", WORKER, str(self.store.root), run_id])
        self._children[process.pid] = process
        return process.pid


runs = RunStore(Path(sys.argv[1]))
Supervisor(runs, Idle(runs), Settings(runs_dir=runs.root, max_running=int(sys.argv[2]))).start(0.02)
time.sleep(1e6)
