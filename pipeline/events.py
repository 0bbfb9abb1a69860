"""What a run says while it works: ``events.jsonl``, and the progress read from it.

The file is the only channel between a worker and whoever watches it, so a page can be closed
and opened again, and a server restarted, without the run noticing.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.messages import Message

Event = dict[str, Any]
EventKind = Literal["plan", "stage", "step", "note", "end"]
StageState = Literal["waiting", "running", "done", "reused", "failed"]
#: What a stage that trains tells of its steps.
Measure = Literal["loss", "dev_score", "learning_rate", "tokens_per_second"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
NO_ERROR = Message("")


def as_fields(name: str, message: str) -> dict[str, Any]:
    """A message as fields of an event: its text under ``name``, and its parts where it has any."""
    parts = message.kept if isinstance(message, Message) else None
    return {name: str(message), **({"told": parts} if parts else {})}


class EventLog:
    """Appends events to a file and reads those that are new.

    An event is one line of JSON with ``time`` (seconds since the epoch) and ``kind``:

    * ``plan``   ``stages``: list of ``{"name", "title", "cost", "key", "after"}``, the last the names of the stages
      that it needs; begins every attempt at the run
    * ``stage``  ``stage``, ``state`` (a :data:`StageState`), ``seconds``
    * ``step``   ``stage``, ``step``, ``total``, and any of :data:`MEASURES`
    * ``note``   ``stage``, ``text``: one sentence for people
    * ``end``    ``state``: done, failed or cancelled; ``error``: the message, if any

    Beside a title, a note or an error, ``told`` holds the parts of a :class:`~pipeline.messages.Message`, if the
    text was made from any.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, kind: EventKind, **fields: Any) -> None:
        """Write one event in one system call, so that a kill leaves at most a last partial line."""
        line = json.dumps({"time": time.time(), "kind": kind, **fields}, ensure_ascii=False)
        # A partial line left by a killed worker is closed first, so that it spoils no other.
        with open(self.path, "ab") as file:
            start = b"" if file.tell() == 0 or _ends_with_newline(self.path) else b"\n"
            os.write(file.fileno(), start + line.encode() + b"\n")

    def read(self, offset: int = 0) -> tuple[list[Event], int]:
        """Events written since ``offset`` bytes, and the offset to go on from."""
        try:
            with open(self.path, "rb") as file:
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            return [], offset
        complete = data[: data.rfind(b"\n") + 1]
        events = []
        for line in complete.splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue  # the partial line of a killed worker
            if isinstance(event, dict):
                events.append(event)
        return events, offset + len(complete)

    def planned_keys(self) -> set[str]:
        """The keys of all stages that were ever planned."""
        planned = (event["stages"] for event in self.read()[0] if event["kind"] == "plan")
        return {stage["key"] for stages in planned for stage in stages if "key" in stage}

    def planned_key(self, name: str) -> str:
        """The key of the stage with this name in the newest plan that has one; empty if none has."""
        planned = (event["stages"] for event in self.read()[0] if event["kind"] == "plan")
        keys = [stage["key"] for stages in planned for stage in stages if stage["name"] == name and "key" in stage]
        return keys[-1] if keys else ""


def _ends_with_newline(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


@dataclass
class StageProgress:
    """One stage of the plan as a watcher sees it; it begins when all that it is ``after`` are done."""

    name: str
    title: Message
    cost: float
    after: tuple[str, ...] = ()
    state: StageState = "waiting"
    step: int = 0
    total: int = 0
    seconds: float = 0.0

    @property
    def fraction(self) -> float:
        """Share that is done, 0 to 1."""
        if self.state in ("done", "reused"):
            return 1.0
        return min(1.0, self.step / self.total) if self.total else 0.0


@dataclass
class Progress:
    """All that a watcher shows, folded from events; feed it what is new."""

    stages: dict[str, StageProgress] = field(default_factory=dict)
    curves: dict[str, dict[Measure, list[tuple[int, float]]]] = field(default_factory=dict)  # by stage: step, value
    notes: list[tuple[float, Message]] = field(default_factory=list)  # time, sentence
    started: float | None = None
    updated: float | None = None
    ended: str | None = None
    error: Message = NO_ERROR

    def add(self, events: Iterable[Event]) -> Progress:
        """Take in new events, in order."""
        for event in events:
            self.updated = event["time"]
            getattr(self, f"_{event['kind']}")(event)
        return self

    @property
    def fraction(self) -> float:
        """Share of the whole run that is done, weighted by the stages' expected cost."""
        total = sum(stage.cost for stage in self.stages.values())
        return sum(stage.cost * stage.fraction for stage in self.stages.values()) / total if total else 0.0

    @property
    def current(self) -> StageProgress | None:
        """The stage that runs now."""
        return next((stage for stage in self.stages.values() if stage.state == "running"), None)

    def seconds_left(self, now: float) -> float | None:
        """Expected time to the end, from the pace of what this attempt did itself; None if unknown."""
        worked = [stage for stage in self.stages.values() if stage.state in ("done", "running")]
        cost = sum(stage.cost * stage.fraction for stage in worked)
        total = sum(stage.cost for stage in self.stages.values() if stage.state != "reused")
        if self.started is None or self.ended is not None or cost < 0.02 * total:
            return None
        return max(0.0, (now - self.started) * (total - cost) / cost)

    def _plan(self, event: Event) -> None:
        self.stages = {
            stage["name"]: StageProgress(
                name=stage["name"],
                title=Message.of(stage["title"], stage.get("told")),
                cost=stage["cost"],
                after=tuple(stage.get("after", ())),
            )
            for stage in event["stages"]
        }
        self.started, self.ended, self.error = event["time"], None, NO_ERROR

    def _stage(self, event: Event) -> None:
        stage = self.stages.get(event["stage"])
        if stage is None:
            return
        stage.state = event["state"]
        stage.seconds = event.get("seconds", 0.0)

    def _step(self, event: Event) -> None:
        stage = self.stages.get(event["stage"])
        if stage is None:
            return
        stage.step, stage.total = event["step"], event["total"]
        for measure in MEASURES:
            if (value := event.get(measure)) is not None:
                points = self.curves.setdefault(stage.name, {}).setdefault(measure, [])
                while points and points[-1][0] >= event["step"]:
                    points.pop()  # a resumed training repeats the steps since its checkpoint: the later word counts
                points.append((event["step"], value))

    def _note(self, event: Event) -> None:
        self.notes.append((event["time"], Message.of(event["text"], event.get("told"))))

    def _end(self, event: Event) -> None:
        self.ended, self.error = event["state"], Message.of(event.get("error", ""), event.get("told"))
