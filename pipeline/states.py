"""The states of a run, how it comes from one to another, and its line in the index."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from pipeline.messages import Message, Parts


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its worker died without a word

    @property
    def active(self) -> bool:
        """Whether the run is still to end by itself."""
        return self in (RunState.QUEUED, RunState.RUNNING)


#: What the states are called in sentences.
STATES: dict[RunState, Message] = {
    RunState.QUEUED: Message("queued"),
    RunState.RUNNING: Message("running"),
    RunState.DONE: Message("done"),
    RunState.FAILED: Message("failed"),
    RunState.CANCELLED: Message("cancelled"),
    RunState.INTERRUPTED: Message("interrupted"),
}

#: From which states each state may be reached.
TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED}),
    RunState.RUNNING: frozenset({RunState.QUEUED}),
    RunState.DONE: frozenset({RunState.RUNNING}),
    RunState.FAILED: frozenset({RunState.RUNNING}),
    RunState.CANCELLED: frozenset({RunState.QUEUED, RunState.RUNNING}),
    RunState.INTERRUPTED: frozenset({RunState.RUNNING}),
}


class RunRecord(BaseModel):
    """A run's line in the index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    state: RunState
    owner: str = ""
    created: float
    changed: float
    pid: int | None = None
    error: str = ""
    told: Parts | None = None  # of the error

    @property
    def fault(self) -> Message:
        """The error, to be told in any language; empty without one."""
        return Message.of(self.error, self.told)

    def as_json(self) -> str:
        """What ``state.json`` holds; parts only where there are some, for an older Graft refuses them."""
        return self.model_dump_json(indent=2, exclude={"told"} if self.told is None else None)
