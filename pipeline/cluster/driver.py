"""In the run's worker process: hands out every stage that can begin, and tells the run's events what comes of it.

The process is the run's as with the local engine: the supervisor starts it, looks whether it lives, and ends it; its
output is the run's log. When it ends, Ray ends what it has handed out.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from typing import Any

from pipeline import mishaps
from pipeline.artifacts import ArtifactStore
from pipeline.cluster.connecting import at_home, connected
from pipeline.cluster.desk import Desk, ask
from pipeline.cluster.dispatcher import Dispatcher, Work
from pipeline.cluster.kept import Kept
from pipeline.cluster.order import Order, Outcome
from pipeline.errors import Cancelled, GraftError, RunError
from pipeline.events import as_fields
from pipeline.messages import Message
from pipeline.plan import Stage
from pipeline.publishing import publish
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.shelf import Shelf

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between two looks at what the machines tell


class Driver:
    """Carries out one run.

    Args:
        stages: The plan.
        store: All runs.
        run_id: Which.
        settings: The host's.
        here: Brings a stage about in this process.
    """

    def __init__(
        self, stages: Sequence[Stage], store: RunStore, run_id: str, settings: Settings, here: Callable[[Stage], None]
    ) -> None:
        self.store, self.run_id, self.settings = store, run_id, settings
        self.log = store.events(run_id)
        self.kept = Kept(ArtifactStore(store.artifacts), Shelf(settings.artifacts) if settings.artifacts else None)
        self._stages, self._here = tuple(stages), here
        self._waiting, self._done = list(stages), set[str]()
        self._working: dict[str, Work] = {}
        self._failed: Outcome | None = None
        self._stopped_at: float | None = None
        self._desk: Any = None
        self._dispatcher: Dispatcher

    def run(self) -> None:
        """Bring all stages about.

        Raises:
            Cancelled: Somebody asked for that.
            GraftError: A stage failed; others were stopped where they stood.
        """
        if self.store.cancel_requested(self.run_id):
            raise Cancelled
        with connected(self.run_id) as ray:
            self._desk = at_home(ray, Desk)
            self._dispatcher = Dispatcher(
                self._order, self._here, self.kept, settings=self.settings, ray=ray, desk=self._desk
            )
            while self._working or (self._waiting and self._stopped_at is None):
                self._begin()
                self._look()
                if self._stopped_at is not None and time.monotonic() - self._stopped_at > self.settings.cancel_seconds:
                    break  # the connection's end is theirs
        if self._failed is not None:
            raise RunError(self._failed.error)
        if self._waiting or self._working:
            raise Cancelled

    # ── handing out ─────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        """Begin all that can, unless the run is to stop; what is finished already counts at once."""
        found = True
        while found and self._stopped_at is None:
            ready = [each for each in self._waiting if all(one.key in self._done for one in each.inputs.values())]
            found = False
            for stage in ready:
                self._waiting.remove(stage)
                state = self.kept.state(stage)
                if state == "damaged":
                    told = "{stage}: what was kept of it is damaged, and is made anew."
                    self._note(stage, Message(told, stage=stage.title))
                if state == "finished":
                    self.log.append("stage", stage=stage.name, state="reused", seconds=0.0)
                    self._finish(stage)
                    found = True
                elif not any(work.stage.key == stage.key for work in self._working.values()):
                    self._working[stage.name] = self._dispatcher.hand_out(stage)
                else:
                    self._waiting.append(stage)  # its twin is being made

    def _order(self, stage: Stage) -> Order:
        run = self.store, self.run_id
        return Order.of(stage, *run, plan=self._stages, settings=self.settings, shelf=self.kept.shelf)

    # ── what comes of it ────────────────────────────────────────────────────────────

    def _look(self) -> None:
        futures = [work.future for work in self._working.values()]
        if futures:
            wait(futures, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        self._hear()
        if self._stopped_at is None and self.store.cancel_requested(self.run_id):
            self._stop()
        for work in [work for work in self._working.values() if work.future.done()]:
            self._hear()  # what it told last
            del self._working[work.stage.name]
            self._settle(work, self._outcome(work))

    def _hear(self) -> None:
        news = ask(self._desk.news)
        for name in news.begun:
            if (work := self._working.get(name)) is None:
                continue  # a machine that was thought lost
            work.times += 1
            if work.times == 1:
                work.began = time.monotonic()
                self.log.append("stage", stage=name, state="running")
                continue
            self._note(work.stage, Message("{stage}: its machine was lost; it begins anew.", stage=work.stage.title))
            if work.times > self.settings.ray_retries + 1:
                work.recall()
        for event in news.events:
            self.log.append(**{name: value for name, value in event.items() if name != "time"})

    def _outcome(self, work: Work) -> Outcome:
        from ray.exceptions import OutOfMemoryError, TaskCancelledError  # noqa: PLC0415

        try:
            return work.future.result()
        except TaskCancelledError as error:
            if self._stopped_at is not None:
                return Outcome("cancelled")
            return self._lost(work, error)
        except OutOfMemoryError as error:
            return Outcome("failed", mishaps.told_of(MemoryError()), str(error))
        except GraftError as error:
            return Outcome("failed", error.told, traceback.format_exc())
        except Exception as error:  # noqa: BLE001 - Ray's many
            return self._lost(work, error)

    def _lost(self, work: Work, error: BaseException) -> Outcome:
        if work.here:
            return Outcome("failed", mishaps.told_of(error), "".join(traceback.format_exception(error)))
        fault = RunError(
            "{stage}: no machine brought it to its end ({kind}).",
            "Resume the run; the log and `ray status` tell more.",
            stage=work.stage.title,
            kind=type(error).__name__,
        )
        return Outcome("failed", fault.told, str(error))

    def _settle(self, work: Work, outcome: Outcome) -> None:
        stage, seconds = work.stage, time.monotonic() - (work.began or time.monotonic())
        if outcome.state == "done":
            try:
                self._finish(stage, publishing=not work.here)
            except (GraftError, OSError) as error:
                outcome = Outcome("failed", mishaps.told_of(error), traceback.format_exc())
        if not work.here and work.began is not None:
            state = "done" if outcome.state == "done" else "failed"
            self.log.append("stage", stage=stage.name, state=state, seconds=seconds)
        if outcome.state == "failed":
            logger.error("%s failed:\n%s", stage.name, outcome.trace)
            self._failed = self._failed or outcome
        if outcome.state != "done":
            self._waiting.append(stage)
            self._stop()

    def _finish(self, stage: Stage, *, publishing: bool = True) -> None:
        """Show what was made, and let what waits for it begin. The data are brought home too, for exports by hand."""
        if stage.publishes is not None or stage is self._stages[0]:
            self.kept.fetch(stage)
        if publishing:
            publish(stage, self.kept.artifacts.path(stage.key), self.store.folder(self.run_id))
        self._done.add(stage.key)

    def _stop(self) -> None:
        """Let all machines save what they have."""
        if self._stopped_at is not None:
            return
        self._stopped_at = time.monotonic()
        ask(self._desk.stop)
        for work in self._working.values():
            if not work.times:
                work.recall()

    def _note(self, stage: Stage, told: Message) -> None:
        self.log.append("note", stage=stage.name, **as_fields("text", told))
