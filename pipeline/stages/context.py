"""What a stage is given to work with."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pipeline.errors import Cancelled, Paused
from pipeline.events import EventLog, as_fields
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.stages.team import ALONE, Team

ParametersT = TypeVar("ParametersT")


@dataclass
class Context(Generic[ParametersT]):
    """A stage at work.

    Attributes:
        name: The stage's name in the plan.
        title: The same for people, if it can be a message.
        parameters: What to do.
        inputs: Role → folder of a finished stage.
        out: Folder to write the output to; it becomes the artifact.
        work: Folder that survives a kill; checkpoints go there.
        run_folder: The run's own folder, with what was published so far.
        deadline: On the clock of ``time.monotonic``: after that the stage stops, and goes on in another process.
        team: Who else is at the same training.
    """

    name: str
    title: str
    parameters: ParametersT
    inputs: dict[str, Path]
    out: Path
    work: Path
    run_folder: Path
    settings: Settings
    events: EventLog
    cancel_requested: Callable[[], bool]
    deadline: float = math.inf
    team: Team = ALONE
    _last_step: float = field(default=0.0, init=False)

    @property
    def spare(self) -> Path:
        """A folder of this process alone, for rows that memory is too small for; nothing in it outlives a kill."""
        return self.work / f"rows-{self.team.offset}"

    def note(self, text: str, /, **values: object) -> None:
        """Tell people one sentence: a template with the values of its places, or a message."""
        self.events.append("note", stage=self.name, **as_fields("text", Message(text, values)))

    def step(self, step: int, total: int, *, always: bool = False, **values: Callable[[], float]) -> None:
        """Tell how far the stage is; at most four times a second, and always the last step.

        Args:
            step: How many are done.
            total: How many there are.
            always: Whether to tell it however soon after the one before.
            values: What to tell besides, by :data:`pipeline.events.MEASURES`. They are asked for only if it is time:
                a GPU would have to be waited for.

        Raises:
            Cancelled: Somebody asked the run to stop, or time is up.
        """
        now = time.monotonic()
        if always or step >= total or now - self._last_step >= 0.25:
            self._last_step = now
            told = {name: value() for name, value in values.items()}
            self.events.append("step", stage=self.name, step=step, total=total, **told)
        self.check()

    def check(self) -> None:
        """Stop here if the run was cancelled, or time is up.

        Raises:
            Cancelled: It was.
            Paused: There is no time left; a kind of ``Cancelled``, so whoever saves for that saves for this.
        """
        if self.cancel_requested():
            raise Cancelled
        if time.monotonic() >= self.deadline:
            raise Paused

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file into the output."""
        (self.out / name).write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file of a finished stage."""
    return json.loads(path.read_text(encoding="utf-8"))
