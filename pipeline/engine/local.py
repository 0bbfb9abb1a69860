"""Runs on this machine: each one a worker process in a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from pipeline.runs import RunStore

PROJECT = Path(__file__).resolve().parent.parent.parent


#: What a worker is started with, unless the host says otherwise.
WORKER_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads starve whoever shares the cores
    # glibc gives large blocks back at once and asks for them anew at each step: a seventh of a step's time.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
}


class LocalEngine:
    """Starts, watches and ends worker processes.

    A worker outlives the process that started it, so that neither a closed page nor a
    restarted server ends a run. It is known by its process id and by the run id in its
    command line, which no other process has: process ids are used again, clocks are set back.

    Args:
        store: All runs.
        at_once: Workers that share the cores, each with its part of them.
    """

    def __init__(self, store: RunStore, at_once: int = 1) -> None:
        self.store = store
        cores = max(1, (os.cpu_count() or 1) // at_once)
        self._environment = WORKER_ENVIRONMENT | ({"OMP_NUM_THREADS": str(cores)} if at_once > 1 else {})
        self._children: dict[tuple[str, int], subprocess.Popen[bytes]] = {}

    def start(self, run_id: str) -> int:
        """Start the run's worker, and give its process id."""
        with open(self.store.log_path(run_id), "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.worker", str(self.store.root), run_id],
                cwd=PROJECT,
                env={**self._environment, **os.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[run_id, process.pid] = process
        return process.pid

    def alive(self, run_id: str, pid: int | None) -> bool:
        """Whether the run's worker is at work."""
        if pid is None:
            return False
        self._reap()
        if (run_id, pid) in self._children:  # one that was only just started has no command line yet
            return True
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and run_id in process.cmdline()
        except psutil.Error:
            return False

    def kill(self, run_id: str, pid: int | None) -> None:
        """End the run's worker, and whatever it started, at once."""
        if self.alive(run_id, pid) and pid is not None:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            if child := self._children.get((run_id, pid)):
                child.wait(timeout=10)

    def _reap(self) -> None:
        """Take leave of workers that ended, or they would stay as zombies."""
        for worker, child in list(self._children.items()):
            if child.poll() is not None:
                del self._children[worker]
