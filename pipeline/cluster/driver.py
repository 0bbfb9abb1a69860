"""In the run's worker process: hands out every stage that can begin, and tells the run's events what comes of it.

The process is the run's as with the local engine: the supervisor starts it, looks whether it lives, and ends it; its
output is the run's log. When it ends, Ray ends what it has handed out.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from pipeline import mishaps
from pipeline.artifacts import ArtifactStore
from pipeline.cluster.connecting import connected, machines
from pipeline.cluster.desk import Desk, ask
from pipeline.cluster.folders import folder_of
from pipeline.cluster.needs import SHARED, needs
from pipeline.cluster.order import Order, Outcome
from pipeline.cluster.together import train
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
#: Kinds that stay on the server's own machine: a comparison of speed is of that machine, and where no folder is
#: shared, nobody else has the uploaded files.
ALWAYS_HERE, HERE_WITH_A_SHELF = ("speed",), ("data", "speed")

Here = Callable[[Stage, RunStore, str, ArtifactStore, Settings], None]


@dataclass
class Work:
    """A stage that somebody is at.

    Attributes:
        stage: Which.
        future: Its :class:`Outcome`.
        here: Whether it is done by this process, which then tells of it itself.
        began: When its first machine began; None before.
        times: How often one has.
        recall: Takes it back if it has not begun.
    """

    stage: Stage
    future: Future[Outcome]
    here: bool = False
    began: float | None = None
    times: int = 0
    recall: Callable[[], Any] = field(default=lambda: None)


class Driver:
    """Carries out one run.

    Args:
        stages: The plan.
        store: All runs.
        run_id: Which.
        settings: The host's.
        here: Brings a stage about in this process.
    """

    def __init__(self, stages: Sequence[Stage], store: RunStore, run_id: str, settings: Settings, here: Here) -> None:
        self.store, self.run_id, self.settings = store, run_id, settings
        self.log = store.events(run_id)
        self.artifacts = ArtifactStore(store.artifacts)
        self.shelf = Shelf(settings.artifacts) if settings.artifacts else None
        self._stages, self._bring_about = tuple(stages), here
        self._waiting, self._done = list(stages), set[str]()
        self._working: dict[str, Work] = {}
        self._failed: Outcome | None = None
        self._stopped_at: float | None = None
        self._ray: Any = None
        self._desk: Any = None

    def run(self) -> None:
        """Bring all stages about.

        Raises:
            Cancelled: Somebody asked for that.
            GraftError: A stage failed; others were stopped where they stood.
        """
        if self.store.cancel_requested(self.run_id):
            raise Cancelled
        with connected(self.run_id) as self._ray:
            self._desk = self._at_home(Desk)
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
                if self._kept(stage):
                    self.log.append("stage", stage=stage.name, state="reused", seconds=0.0)
                    self._finish(stage)
                    found = True
                elif not any(work.stage.key == stage.key for work in self._working.values()):
                    self._working[stage.name] = self._handed_out(stage)
                else:
                    self._waiting.append(stage)  # its twin is being made

    def _kept(self, stage: Stage) -> bool:
        """Whether the stage is finished, and what is kept of it whole."""
        made = self.artifacts.complete(stage.key)
        if self.artifacts.whole(stage.key):
            return True
        if made:
            told = Message("{stage}: what was kept of it is damaged, and is made anew.", stage=stage.title)
            self._note(stage, told)
        return self.shelf is not None and self.shelf.complete(stage.key)

    def _handed_out(self, stage: Stage) -> Work:
        if stage.kind in (HERE_WITH_A_SHELF if self.shelf else ALWAYS_HERE):
            return Work(stage, _in_a_thread(lambda: self._here(stage)), here=True)
        if self.shelf is not None:
            self._bring(stage)
        order = Order(
            run_id=self.run_id,
            name=self.store.get(self.run_id).name,
            spec=self.store.spec(self.run_id),
            stages=[event for event in self.log.read()[0] if event["kind"] == "plan"][-1]["stages"],
            stage=stage,
            read=tuple(each for each in self._stages if each.key in {one.key for one in stage.inputs.values()}),
            data=self._stages[0],
            settings=self.settings,
            shared=None if self.shelf else self.artifacts.root,
            shelf=self.shelf,
        )
        wanted = needs(stage.kind, self.settings, machines(self._ray))
        if self.settings.ray_workers > 1 and _can_be_shared(stage):
            return Work(stage, _in_a_thread(lambda: self._together(order, wanted)))
        task = self._ray.remote(_task).options(
            **wanted.options,
            name=stage.name,
            max_retries=self.settings.ray_retries,
            scheduling_strategy="SPREAD",
        )
        reference = task.remote(order, self._desk)
        return Work(stage, reference.future(), recall=lambda: self._ray.cancel(reference))

    def _together(self, order: Order, wanted: Any) -> Outcome:
        try:
            train(order, self._desk, wanted)
        except Exception:
            if (outcome := ask(self._desk.settled, order.stage.name)) is not None:
                return outcome
            raise
        return ask(self._desk.settled, order.stage.name)

    def _here(self, stage: Stage) -> Outcome:
        try:
            for before in stage.inputs.values():
                self._fetch(before)
            self._bring_about(stage, self.store, self.run_id, self.artifacts, self.settings)
        except Cancelled:
            return Outcome("cancelled")
        return Outcome("done")

    def _bring(self, stage: Stage) -> None:
        """Put on the shelf what the stage reads and only this machine has."""
        assert self.shelf is not None  # noqa: S101
        places = {before.key: self.artifacts.path(before.key) for before in (*stage.inputs.values(), self._stages[0])}
        if (found := folder_of(stage)) is not None:
            places[found[0]] = found[1]
        for key, place in places.items():
            if place.is_dir() and not self.shelf.complete(key):
                self.shelf.put(key, place)

    def _fetch(self, stage: Stage) -> None:
        """Bring a finished stage here from the shelf."""
        if self.shelf is None or self.artifacts.complete(stage.key):
            return
        with self.artifacts.build(stage.key) as building:
            if building is not None:
                self.shelf.get(stage.key, building.out)

    def _at_home(self, kind: type[Any]) -> Any:
        """An actor on this machine."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

        here = NodeAffinitySchedulingStrategy(self._ray.get_runtime_context().get_node_id(), soft=False)
        return self._ray.remote(kind).options(num_cpus=0, scheduling_strategy=here).remote()

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
            self._fetch(stage)
        if publishing:
            publish(stage, self.artifacts.path(stage.key), self.store.folder(self.run_id))
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


def _task(order: Order, desk: Any) -> Outcome:
    """At the machine that Ray has found."""
    import ray  # noqa: PLC0415

    from pipeline.cluster.bench import carry_out  # noqa: PLC0415 - torch

    return carry_out(order, desk, ray.get_runtime_context().get_node_id())


def _can_be_shared(stage: Stage) -> bool:
    """Whether several machines may train it; members that share layers read activations of their own machine."""
    return stage.kind in SHARED and not getattr(stage.parameters, "shared_layers", 0)


def _in_a_thread(call: Callable[[], Outcome]) -> Future[Outcome]:
    """As a pool would do it, but that a thread which hangs does not hold up the end of the process."""
    future: Future[Outcome] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it comes out where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
