"""Runs on a Space with ZeroGPU: a thread of the server for each, and the GPU only for the stages that use one.

A worker process gets no GPU there: only what the decorator ``spaces.GPU`` forks does, for as long as it asked for. So
a thread goes through the plan of a run; a stage that learns or asks a network takes turns on the GPU, each as long as
the estimate says but no longer than ``GRAFT_GPU_SECONDS``, and goes on from its last checkpoint; the other stages are
done in plain processes, which cost nobody's quota. The stages are the same, and so are their artifacts.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import replace

import psutil
from filelock import Timeout

from pipeline.artifacts import ArtifactStore
from pipeline.engine import gpu
from pipeline.engine.local import PROJECT, WORKER_ENVIRONMENT
from pipeline.engine.turns import MARK, Outcome, Turn, logged
from pipeline.errors import Cancelled, GraftError, RunError
from pipeline.messages import Message
from pipeline.plan import Stage
from pipeline.plan.stage import StageKind
from pipeline.runs import LEAVING_SECONDS, RunState, RunStore
from pipeline.settings import Settings
from pipeline.worker import bring_about, carry_out

logger = logging.getLogger(__name__)

#: Stages that multiply large matrices. The others read, count and write, or start programs of their own.
ON_GPU: frozenset[StageKind] = frozenset({"fine-tuning", "adaptation", "pseudo-labels", "ensemble", "evaluation"})
#: Seconds of a turn before the stage itself begins: the fork, the GPU, a model to load.
BEFORE = 15.0
ESTIMATE_SECONDS = 120.0


class _Ended(BaseException):
    """The run was killed; whoever did so has the last word on its state."""


class ZeroGpuEngine:
    """Carries out runs in threads of this process.

    They end with it, and are resumed like runs whose worker died. A lock in the run's folder tells other processes
    that somebody is at work.

    Args:
        store: All runs.
        settings: The host's.
    """

    def __init__(self, store: RunStore, settings: Settings) -> None:
        self.store = store
        self.settings = settings.model_copy(update={"runs_dir": store.root})
        self._threads: dict[str, threading.Thread] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._killed: set[str] = set()
        self._claims: dict[str, threading.Lock] = {}

    # ── what the supervisor asks for ─────────────────────────────────────────────────

    def start(self, run_id: str) -> int:
        """Begin with a run; gives the id of this process. Its GPU is charged to whose request this is."""
        self._killed.discard(run_id)
        run = copy_context().run
        thread = threading.Thread(target=run, args=(self._work, run_id), name=f"run {run_id}", daemon=True)
        self._threads[run_id] = thread
        thread.start()
        return os.getpid()

    def alive(self, run_id: str, pid: int | None) -> bool:
        """Whether a thread of this process, or of another one, is at work on the run."""
        if pid == os.getpid():
            thread = self._threads.get(run_id)
            return thread is not None and thread.is_alive()
        if pid is None or not psutil.pid_exists(pid):
            return False
        try:
            with self.store.at_work(run_id, seconds=0):
                return False
        except Timeout:
            return True

    def kill(self, run_id: str, pid: int | None) -> None:
        """End the process that is at a stage of the run; its thread follows."""
        if pid != os.getpid() or not self.alive(run_id, pid):
            return
        self._killed.add(run_id)
        if process := self._processes.get(run_id):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        with suppress(OSError, ValueError, psutil.Error):
            taker = psutil.Process(int((self.store.folder(run_id) / MARK).read_text(encoding="ascii")))
            if taker.pid != os.getpid() and taker.ppid() == os.getpid():
                taker.kill()

    # ── the thread ───────────────────────────────────────────────────────────────────

    def _work(self, run_id: str) -> None:
        log = self.store.log_path(run_id)
        try:
            with self.store.at_work(run_id, LEAVING_SECONDS), logged(log):
                if self._begun(run_id):
                    if gpu.there():
                        importlib.import_module("pipeline.stages")  # here, or each turn on the GPU would begin with it
                    _Run(self, run_id).carry_out()
        except Timeout:
            logger.warning("Somebody else is at run %s.", run_id)
        except _Ended:
            pass

    def _begun(self, run_id: str) -> bool:
        """Whether the run is to be carried out; the supervisor writes that into its record just after the start."""
        waiting = threading.Event()
        for _ in range(500):
            record = self.store.get(run_id)
            if record.state is RunState.RUNNING and record.pid == os.getpid():
                return True
            waiting.wait(0.02)
        return False

    def claim(self, key: str) -> threading.Lock:
        """What only one run holds at a time: two that waited for each other on the GPU would waste it."""
        return self._claims.setdefault(key, threading.Lock())


class _Run:
    """One run at work."""

    def __init__(self, engine: ZeroGpuEngine, run_id: str) -> None:
        self.engine, self.store, self.settings, self.run_id = engine, engine.store, engine.settings, run_id
        self.longest = engine.settings.gpu_seconds
        self.expected: dict[str, float] | None = None

    def carry_out(self) -> None:
        carry_out(self.store, self.run_id, self.settings, self._bring)

    def _bring(self, stage: Stage, store: RunStore, run_id: str, artifacts: ArtifactStore, settings: Settings) -> None:
        """See that a stage is finished, wherever it has to be done."""
        self._check()
        if artifacts.whole(stage.key):
            bring_about(stage, store, run_id, artifacts, settings)  # to publish it; nothing is computed
            return
        turn = Turn(store.root, run_id, stage, settings, server=os.getpid())
        if stage.kind in ON_GPU:
            with self._claimed(stage):
                self._take_turns(turn, artifacts)
        else:
            self._settle(self._apart(turn))

    @contextmanager
    def _claimed(self, stage: Stage) -> Iterator[None]:
        """Wait until no other run is at the stage."""
        claim = self.engine.claim(stage.key)
        while not claim.acquire(timeout=0.5):
            self._check()
        try:
            yield
        finally:
            claim.release()

    def _take_turns(self, turn: Turn, artifacts: ArtifactStore) -> None:
        """Take turns on the GPU until the stage is done; one that brings nothing is followed by a longer one."""
        seconds = self._asked_for(turn.stage)
        while True:
            before = _stand(artifacts, turn.stage)
            outcome = gpu.turn_of(replace(turn, seconds=seconds))
            self._check()
            if outcome.state not in ("paused", "lost"):
                self._settle(outcome)
                return
            turn = replace(turn, spent=turn.spent + outcome.seconds)
            if _stand(artifacts, turn.stage) == before:
                if seconds >= self.longest:
                    raise RunError(
                        "{stage}: not even {seconds:g} seconds on the GPU bring it any further.",
                        "Raise GRAFT_GPU_SECONDS, or choose a smaller model or fewer texts; then resume the run.",
                        stage=turn.stage.title,
                        seconds=seconds,
                    )
                seconds = min(self.longest, 2 * seconds)

    def _settle(self, outcome: Outcome) -> None:
        """Go on, or end the run as the stage has ended."""
        self._check()
        if outcome.state == "cancelled":
            raise Cancelled
        if outcome.state == "lost":
            raise RunError(Message("The process of a stage ended without a word."), Message("Resume the run."))
        if outcome.state == "failed":
            raise RunError(outcome.error)

    def _asked_for(self, stage: Stage) -> float:
        """Seconds of a stage's first turn: at most what the estimate says, for a shorter turn is granted sooner."""
        if self.expected is None:
            self.expected = self._estimate()
        return min(self.longest, BEFORE + self.expected.get(stage.name, self.longest))

    def _estimate(self) -> dict[str, float]:
        """Stage → seconds, from a few steps on the GPU itself; nothing where they fail, for the stages will say why."""
        from pipeline.estimate import ask_estimate  # noqa: PLC0415 - it imports from this package

        try:
            found = ask_estimate(self.store.spec(self.run_id), self.settings, seconds=ESTIMATE_SECONDS)
        except gpu.NoGpuError:
            raise
        except GraftError as fault:
            logger.warning("The run could not be estimated: %s", fault)
            return {}
        return {stage.name: stage.seconds.high for stage in found.stages}

    def _apart(self, turn: Turn) -> Outcome:
        """Have a stage done in a plain process, which outlives no kill."""
        line = [sys.executable, "-m", "pipeline.engine.turns", str(turn.root), turn.run_id, turn.stage.name]
        with open(self.store.log_path(self.run_id), "ab") as log:
            process = subprocess.Popen(
                line,
                cwd=PROJECT,
                env={**WORKER_ENVIRONMENT, **os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.engine._processes[self.run_id] = process  # noqa: SLF001 - the engine's own part
        try:
            printed, _ = process.communicate()
        finally:
            del self.engine._processes[self.run_id]  # noqa: SLF001
        return Outcome.read(printed)

    def _check(self) -> None:
        """Leave if the run was killed, or cancelled."""
        if self.run_id in self.engine._killed:  # noqa: SLF001
            raise _Ended
        if self.store.cancel_requested(self.run_id):
            raise Cancelled


def _stand(artifacts: ArtifactStore, stage: Stage) -> set[str]:
    """Which checkpoints a stage has: if others than before, it has come further."""
    work = artifacts.root / f"{stage.key}.work"
    return {path.relative_to(work).as_posix() for path in work.rglob("checkpoint-*") if path.suffix != ".partial"}
