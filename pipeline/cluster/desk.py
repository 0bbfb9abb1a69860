"""Where the machines tell of themselves: an actor on the driver's machine, for they can't see the run's folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.cluster.order import Outcome
from pipeline.events import Event


@dataclass
class News:
    """What the driver has not heard yet.

    Attributes:
        begun: Names of stages that have begun, each as often as it has.
        events: In the order in which they came.
    """

    begun: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Desk:
    """Takes what machines tell, and says whether to stop."""

    def __init__(self) -> None:
        self._news = News()
        self._stopped = False
        self._settled: dict[str, Outcome] = {}

    # ── for machines ────────────────────────────────────────────────────────────────

    def begin(self, stage: str) -> None:
        """A stage has begun, on whichever machine, for the first time or anew."""
        self._news.begun.append(stage)

    def hear(self, events: list[Event]) -> bool:
        """Take events; gives whether to save and stop."""
        self._news.events += events
        return self._stopped

    def settle(self, stage: str, outcome: Outcome) -> None:
        """What came of a stage that several machines did together; the first word counts."""
        self._settled.setdefault(stage, outcome)

    # ── for the driver ──────────────────────────────────────────────────────────────

    def news(self) -> News:
        """All since it was last asked for."""
        news, self._news = self._news, News()
        return news

    def stop(self) -> None:
        """Let all machines save and stop."""
        self._stopped = True

    def settled(self, stage: str) -> Outcome | None:
        """What came of a stage, if it is known."""
        return self._settled.get(stage)


def ask(method: Any, *arguments: Any, seconds: float = 60.0) -> Any:
    """Ask a method of the desk's actor, and wait for the answer."""
    import ray  # noqa: PLC0415 - only who asks for the engine has it

    return ray.get(method.remote(*arguments), timeout=seconds)
