"""Carries out a run in a process that may take only little memory more: see test_memory.py.

``python run_short_of_memory.py RUNS_DIR RUN_ID MEGABYTES``.
"""

import resource
import sys
from pathlib import Path

import psutil

from pipeline.runs import RunState, RunStore
from pipeline.settings import Settings
from pipeline.stages import STAGES, quieten
from pipeline.worker import carry_out

quieten()
assert STAGES
store, run = RunStore(Path(sys.argv[1])), sys.argv[2]
limit = psutil.Process().memory_info().vms + int(sys.argv[3]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
store.move(run, RunState.RUNNING)
print(carry_out(store, run, Settings(runs_dir=store.root)))
