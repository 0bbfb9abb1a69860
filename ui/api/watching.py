"""Runs at work: the list of them, one of them, its curves and log, and waiting for its end."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

from typing_extensions import TypedDict

from pipeline.events import Measure, StageState
from pipeline.runs import RunRecord
from ui.access import run_of
from ui.api.kinds import Offset, Run, Visitor
from ui.handlers import progress as handlers
from ui.handlers import runs
from ui.services import Services
from ui.text.telling import tell

MOST_RUNS = 100  # of one answer
LONGEST_WAIT = 300.0  # seconds; who wants to wait longer asks again
LOOK_SECONDS = 0.5  # between two looks at a run that is waited for

StateName = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]


class RunInfo(TypedDict):
    """A run in a list."""

    run: Annotated[str, "Its id."]
    name: Annotated[str, "What people call it."]
    state: Annotated[StateName, "Where it stands; the first two end by themselves."]
    created: Annotated[float, "When it was started, in seconds since 1970."]
    reported: Annotated[bool, "Whether its report is there; exports may still be going on."]
    place: Annotated[int, "In the queue, from 1; 0 if it does not wait."]
    error: Annotated[str, "Why it failed; else empty."]


class RunPage(TypedDict):
    """Some of the runs."""

    runs: Annotated[list[RunInfo], "The newest first."]
    total: Annotated[int, "How many there are."]


class Stage(TypedDict):
    """One stage of a run."""

    name: Annotated[str, "Its name."]
    title: Annotated[str, "For people."]
    state: Annotated[StageState, "Where it stands; reused: an earlier run had done it."]
    fraction: Annotated[float, "Share that is done, 0 to 1."]
    seconds: Annotated[float, "That it took; 0 until it is done."]


class Progressed(RunInfo):
    """A run as it stands."""

    fraction: Annotated[float, "Share of the whole run that is done, 0 to 1."]
    seconds_left: Annotated[float | None, "Expected; null: not known."]
    cancelling: Annotated[bool, "Whether it was asked to stop, and is saving."]
    stages: Annotated[list[Stage], "In the order of the plan; empty before it has begun."]
    notes: Annotated[list[str], "What the stages had to say, the newest last."]


def list_runs(
    services: Services,
    *,
    offset: Offset = 0,
    limit: Annotated[int, "How many to give, at most 100."] = 20,
    visitor: Visitor = "",
) -> Annotated[RunPage, "The runs."]:
    """Your runs, the newest first, with their places in the queue."""
    page = runs.page(services, visitor, offset, max(1, min(limit, MOST_RUNS)))
    return {"runs": [_told(line) for line in page.lines] if offset < page.total else [], "total": page.total}


def watch_run(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[Progressed, "The run as it stands."]:
    """Where a run stands: state, share that is done, time left, stages, notes, and the error if it failed."""
    return progressed(services, visitor, handlers.watch(services, visitor, run))


async def wait_for_run(
    services: Services,
    *,
    run: Run,
    seconds: Annotated[float, "Longest to wait, at most 300."] = 60,
    visitor: Visitor = "",
) -> Annotated[Progressed, "The run as it then stands."]:
    """Wait until a run has ended, but no longer than some seconds; then tell where it stands.

    Its exports are part of it. Ask again while its state is queued or running.
    """
    until = time.monotonic() + max(0.0, min(seconds, LONGEST_WAIT))
    seen: handlers.Watch | None = None
    while True:
        seen = await asyncio.to_thread(handlers.news, services, visitor, run, seen) or seen
        assert seen is not None  # noqa: S101 - the first look always finds something
        if not seen.record.state.active or time.monotonic() >= until:
            return await asyncio.to_thread(progressed, services, visitor, seen)
        await asyncio.sleep(LOOK_SECONDS)


def read_curves(
    services: Services,
    *,
    run: Run,
    measure: Annotated[Measure, "What to tell of each training step."] = "loss",
    visitor: Visitor = "",
) -> Annotated[dict[str, list[list[float]]], "Stage → pairs of step and value."]:
    """How training went, step by step: the loss, the score on development texts, the learning rate, the speed."""
    curves = handlers.watch(services, visitor, run).progress.curves
    return {stage: [[*point] for point in told[measure]] for stage, told in curves.items() if measure in told}


def read_log(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[str, "Its last 12 kB."]:
    """The end of what a run's worker printed: where to look if it failed."""
    return handlers.log_tail(services, visitor, run)


def line_of(services: Services, visitor: str | None, run_id: str) -> RunInfo:
    """A run as a list has it."""
    return _told(runs.line(services, visitor, run_of(services, visitor, run_id)))


def progressed(services: Services, visitor: str | None, seen: handlers.Watch) -> Progressed:
    """A run as it stands, as plain data."""
    progress, state = seen.progress, seen.record.state
    return {
        **_told(runs.line(services, visitor, seen.record)),
        "fraction": 1.0 if state == "done" else progress.fraction,
        "seconds_left": progress.seconds_left(time.time()) if state == "running" else None,
        "cancelling": seen.cancelling,
        "stages": [
            {
                "name": stage.name,
                "title": tell(stage.title),
                "state": stage.state,
                "fraction": stage.fraction,
                "seconds": stage.seconds,
            }
            for stage in progress.stages.values()
        ],
        "notes": [tell(note) for _, note in progress.notes],
    }


def _told(line: runs.Line) -> RunInfo:
    record: RunRecord = line.record
    return {
        "run": record.id,
        "name": record.name,
        "state": record.state.value,
        "created": record.created,
        "reported": line.reported,
        "place": line.place,
        "error": tell(record.fault),
    }
