"""Who owns the runs' states: queues them, starts them, notices the dead, cancels and resumes."""

from __future__ import annotations

import logging
import threading
import time
from contextvars import Context, copy_context

from filelock import FileLock

from pipeline.engine.engines import Engine
from pipeline.errors import RunError
from pipeline.events import NO_ERROR, as_fields
from pipeline.housekeeping import Swept, sweep
from pipeline.messages import Message
from pipeline.quotas import admit, overdue
from pipeline.runs import RunRecord, RunState, RunStore
from pipeline.settings import Settings
from pipeline.spec import RunSpec
from pipeline.states import STATES

logger = logging.getLogger(__name__)

#: Of a worker that said no last word; where memory runs out, the system ends a process so.
ENDED = Message(
    "The worker process ended without a word. Resume the run; if it ends so again, the machine may be short of memory: "
    "lower the batch size or the longest text."
)
SWEEP_SECONDS = 3600.0  # between two looks for what nobody needs any more


class Supervisor:
    """Brings every run of a store through its states.

    All but the clock of a cancelled run's grace is in the run folders, so it can be replaced at
    any moment: the next one adopts living workers and marks dead ones as interrupted. Several
    (a server, a command line) may look after one store.
    """

    def __init__(self, store: RunStore, engine: Engine, settings: Settings) -> None:
        self.store = store
        self.engine = engine
        self.settings = settings
        self._stop = threading.Event()
        self._cancelled_at: dict[str, float] = {}
        self._asked: dict[str, Context] = {}  # run → whose request it was started or resumed in, until it starts
        self._swept_at = time.monotonic()  # a command that starts one run and ends need not read all others

    # ── what people ask for ──────────────────────────────────────────────────────────

    def submit(self, spec: RunSpec, owner: str = "") -> RunRecord:
        """Queue a new run, and start it if there is room.

        Raises:
            RunError: The owner may have no more; see :func:`pipeline.quotas.admit`.
        """
        admit(self.store, self.settings, owner)
        record = self.store.create(spec, owner)
        self._asked[record.id] = copy_context()
        self.tick()
        return self.store.get(record.id)

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop; its worker has :attr:`Settings.cancel_seconds` to save.

        Raises:
            RunError: The run has ended already.
        """
        record = self.store.get(run_id)
        if not record.state.active:
            raise RunError("Run {run} is {state} already.", run=run_id, state=STATES[record.state])
        self.store.request_cancel(run_id)
        self.tick()

    def resume(self, run_id: str) -> RunRecord:
        """Queue a run again that ended early; what it finished is not done twice.

        Raises:
            RunError: The run is at work.
        """
        self.tick()  # notices if its worker died with the machine
        state = self.store.get(run_id).state
        if state.active:
            raise RunError(
                "Run {run} is {state}.", "Only a run that has ended can be resumed.", run=run_id, state=STATES[state]
            )
        self.store.clear_cancel(run_id)
        self._cancelled_at.pop(run_id, None)
        self._asked[run_id] = copy_context()
        self.store.move(run_id, RunState.QUEUED)
        self.tick()
        return self.store.get(run_id)

    def extend(self, run_id: str, spec: RunSpec) -> RunRecord:
        """Give a finished run more to do, such as another export; the rest is not done twice.

        Raises:
            RunError: The run is at work.
        """
        self.store.revise(run_id, spec)
        return self.resume(run_id)

    def delete(self, run_id: str) -> None:
        """Delete a run for good; what its stages made and no other run needs goes with it in time.

        Raises:
            RunError: The run is at work.
        """
        self.store.delete(run_id)

    # ── what it sees to ──────────────────────────────────────────────────────────────

    def tick(self) -> None:
        """Look at every active run once, and do what is due."""
        self.store.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.store.root / ".supervisor.lock"):
            active = [record for record in self.store.list() if record.state.active]
            running = sum(self._look_after(record) for record in active if record.state is RunState.RUNNING)
            for record in sorted((r for r in active if r.state is RunState.QUEUED), key=lambda r: r.changed):
                if self.store.cancel_requested(record.id):
                    self._asked.pop(record.id, None)
                    self.store.move(record.id, RunState.CANCELLED)
                elif running < self.settings.max_running:
                    self._start(record)
                    running += 1
            self._sweep()

    def start(self, seconds: float = 1.0) -> None:
        """Tick in the background until :meth:`stop`; the first tick tidies up, for few servers run for hours."""
        self._swept_at = -SWEEP_SECONDS
        threading.Thread(target=self._run, args=(seconds,), name="supervisor", daemon=True).start()

    def stop(self) -> None:
        """Stop ticking; workers go on."""
        self._stop.set()

    def _run(self, seconds: float) -> None:
        while not self._stop.wait(seconds):
            try:
                self.tick()
            except Exception:
                logger.exception("The supervisor stumbled; it goes on.")

    def _sweep(self) -> None:
        """Tidy up now and then."""
        now = time.monotonic()  # clocks are set back
        if now - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = now
        swept = sweep(self.store, self.settings, time.time())
        if swept != Swept():
            logger.info("Tidied up: %s", swept)

    def _start(self, record: RunRecord) -> None:
        """Start a run in the context of whoever asked for it, not of whoever made room: an engine may charge them."""
        context = self._asked.pop(record.id, None) or Context()
        self.store.move(record.id, RunState.RUNNING, pid=context.run(self.engine.start, record.id))

    def _look_after(self, record: RunRecord) -> bool:
        """See to a run that should be running; tells whether it still is."""
        if not self.engine.alive(record.id, record.pid):
            current = self.store.get(record.id)
            if current.state is RunState.RUNNING and current.pid == record.pid:  # it said no last word
                cancelled = self.store.cancel_requested(record.id)
                self.store.move(
                    record.id,
                    RunState.CANCELLED if cancelled else RunState.INTERRUPTED,
                    error=NO_ERROR if cancelled else ENDED,
                )
            return False
        if not self.store.cancel_requested(record.id) and overdue(record, self.settings, time.time()):
            text = "The run is stopped: it has been at work for {minutes:g} minutes, the longest allowed here."
            told = Message(text, minutes=self.settings.max_run_minutes)
            self.store.events(record.id).append("note", stage="", **as_fields("text", told))
            self.store.request_cancel(record.id)
        if self.store.cancel_requested(record.id):
            asked = self._cancelled_at.setdefault(record.id, time.monotonic())
            if time.monotonic() - asked > self.settings.cancel_seconds:
                self.engine.kill(record.id, record.pid)
        return True
