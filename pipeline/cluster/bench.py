"""At a machine of the cluster: one stage, from its inputs to its artifact. Importing this loads torch."""

from __future__ import annotations

import gc
import logging
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline import mishaps
from pipeline.artifacts import Building
from pipeline.cluster.desk import ask
from pipeline.cluster.folders import folder_of, moved
from pipeline.cluster.order import Order, Outcome
from pipeline.cluster.scratch import Scratch, scratch
from pipeline.errors import Cancelled
from pipeline.events import EventLog
from pipeline.plan import Stage
from pipeline.stages import STAGES, quieten
from pipeline.stages.context import Context
from pipeline.stages.memory import give_back_memory
from pipeline.stages.team import ALONE, Dismissed, Parted, Team

#: Between two words to the desk; as often a stage tells its steps.
NEWS_SECONDS = 0.25


class Teller:
    """Passes on to the desk what a stage writes into its events, and learns whether to stop.

    Attributes:
        stopped: Whether the stage is to save and stop: it was cancelled, or nobody waits for it any more.
    """

    def __init__(self, events: EventLog, desk: Any) -> None:
        self.stopped = False
        self._events, self._desk = events, desk
        self._offset = events.read()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        from ray.exceptions import GetTimeoutError, RayError  # noqa: PLC0415 - only who asks for the engine has it

        over = False
        while not over:
            over = self._over.wait(NEWS_SECONDS)
            events, offset = self._events.read(self._offset)
            try:
                self.stopped = ask(self._desk.hear, events) or self.stopped
            except GetTimeoutError:
                continue  # told once more
            except RayError:
                self.stopped = True  # the run's own process has gone
                return
            self._offset = offset


def carry_out(order: Order, desk: Any, machine: str, team: Team = ALONE) -> Outcome:
    """Do a stage, unless it is done. Raises nothing, for not every exception outlives the way back.

    Args:
        order: What to do.
        desk: The actor.
        machine: Where this is.
        team: With whom the stage is done together.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        if team.first:
            ask(desk.begin, order.stage.name)
        with scratch(order, machine) as places, Teller(places.events, desk) as teller:
            _carry_out(order, places, teller, team)
    except Dismissed:
        return Outcome("done")
    except Parted:
        return Outcome("parted", trace=traceback.format_exc())
    except Cancelled:
        return Outcome("cancelled")
    except Exception as fault:  # noqa: BLE001 - told on the other side
        return Outcome("failed", mishaps.told_of(fault), traceback.format_exc())
    return Outcome("done")


def _carry_out(order: Order, places: Scratch, teller: Teller, team: Team) -> None:
    stage, shelf = order.stage, order.shelf
    if shelf is not None and team.told(lambda: shelf.complete(stage.key)):
        return  # another run has brought it
    inputs = places.fetch()
    if shelf is not None and (found := folder_of(stage)) is not None:
        stage = moved(stage, places.fetched(found[0]))
    stopped = team.hears(lambda: teller.stopped)
    with _building(places, stage, team) as building:
        if team.told(lambda: building is not None) and building is not None:
            quieten()
            context = Context(
                name=stage.name,
                title=stage.title,
                parameters=stage.parameters,
                inputs=inputs,
                out=building.out,
                work=building.work,
                run_folder=places.run_folder,
                settings=order.settings,
                events=places.events,
                cancel_requested=stopped,
                team=team,
            )
            STAGES[stage.kind](context)
    gc.collect()
    give_back_memory()
    if shelf is not None and team.first:
        shelf.put(stage.key, places.artifacts.path(stage.key))


@contextmanager
def _building(places: Scratch, stage: Stage, team: Team) -> Iterator[Building | None]:
    """Where to write, unless it is written. Who is not the first of a team writes what nobody will read."""
    if team.first:
        with places.artifacts.build(stage.key) as building:
            yield building
        return
    with tempfile.TemporaryDirectory(dir=places.store.root) as place:
        building = Building(Path(place) / "out", Path(place) / "work")
        building.out.mkdir()
        building.work.mkdir()
        yield building
