"""Who brings a stage about: this process, a task at the machine that Ray finds, or several machines together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from pipeline.cluster.connecting import machines
from pipeline.cluster.desk import ask
from pipeline.cluster.kept import Kept
from pipeline.cluster.needs import SHARED, Needs, needs
from pipeline.cluster.order import Order, Outcome
from pipeline.cluster.together import train
from pipeline.errors import Cancelled
from pipeline.parameters import FineTuningParameters
from pipeline.plan import Stage
from pipeline.settings import Settings

#: Kinds that stay on the server's own machine: a comparison of speed is of that machine, and where no folder is
#: shared, nobody else has the uploaded files.
ALWAYS_HERE, HERE_WITH_A_SHELF = ("speed",), ("data", "speed")


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


class Dispatcher:
    """Hands out the stages of one run.

    Args:
        order: What to tell a machine that is to bring a stage about.
        here: Brings one about in this process.
        kept: What is finished.
        settings: The host's.
        ray: The module, connected.
        desk: The actor that machines tell what they are at.
    """

    def __init__(
        self,
        order: Callable[[Stage], Order],
        here: Callable[[Stage], None],
        kept: Kept,
        *,
        settings: Settings,
        ray: Any,
        desk: Any,
    ) -> None:
        self._order, self._bring_about, self._kept, self._settings = order, here, kept, settings
        self._ray, self._desk = ray, desk

    def hand_out(self, stage: Stage) -> Work:
        """Have a stage brought about, by whoever it is for."""
        if stage.kind in (HERE_WITH_A_SHELF if self._kept.shelf else ALWAYS_HERE):
            return Work(stage, _in_a_thread(lambda: self._here(stage)), here=True)
        order = self._order(stage)
        self._kept.bring(stage, (*stage.inputs.values(), order.data))
        wanted = needs(stage.kind, self._settings, machines(self._ray))
        if self._settings.ray_workers > 1 and _can_be_shared(stage):
            return Work(stage, _in_a_thread(lambda: self._together(order, wanted)))
        task = self._ray.remote(_task).options(
            **wanted.options,
            name=stage.name,
            max_retries=self._settings.ray_retries,
            scheduling_strategy="SPREAD",
        )
        reference = task.remote(order, self._desk)
        return Work(stage, reference.future(), recall=lambda: self._ray.cancel(reference))

    def _together(self, order: Order, wanted: Needs) -> Outcome:
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
                self._kept.fetch(before)
            self._bring_about(stage)
        except Cancelled:
            return Outcome("cancelled")
        return Outcome("done")


def _task(order: Order, desk: Any) -> Outcome:
    """At the machine that Ray has found."""
    import ray  # noqa: PLC0415

    from pipeline.cluster.bench import carry_out  # noqa: PLC0415 - torch

    return carry_out(order, desk, ray.get_runtime_context().get_node_id())


def _can_be_shared(stage: Stage) -> bool:
    """Whether several machines may train it; above frozen layers it reads activations of its own machine."""
    parameters = stage.parameters
    frozen = isinstance(parameters, FineTuningParameters) and (
        parameters.shared_layers > 0 or parameters.tuning.kind == "probe"
    )
    return stage.kind in SHARED and not frozen


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
