"""What a machine is told to do, and what it answers; plain values, for they travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pipeline.events import NO_ERROR
from pipeline.messages import Message
from pipeline.plan import Stage
from pipeline.runs import RunStore
from pipeline.settings import Settings
from pipeline.shelf import Shelf
from pipeline.spec import RunSpec


@dataclass(frozen=True)
class Order:
    """One stage of a run.

    Attributes:
        run_id: Whose.
        name: The run's.
        spec: The run's.
        stages: The run's whole plan, as its events tell it.
        stage: What to do.
        read: What it reads, as the plan has it: a stage's own inputs don't know where their output shows up.
        data: The run's first stage.
        settings: The host's.
        shared: Folder of artifacts that all machines see; None: they are passed on over the shelf.
        shelf: Where finished stages are fetched and brought; None: all machines share a folder.
    """

    run_id: str
    name: str
    spec: RunSpec
    stages: list[dict[str, Any]]
    stage: Stage
    read: tuple[Stage, ...]
    data: Stage
    settings: Settings
    shared: Path | None
    shelf: Shelf | None

    @classmethod
    def of(
        cls,
        stage: Stage,
        store: RunStore,
        run_id: str,
        *,
        plan: Sequence[Stage],
        settings: Settings,
        shelf: Shelf | None,
    ) -> Self:
        """The order for a stage of a run whose plan is in its events."""
        read = {before.key for before in stage.inputs.values()}
        return cls(
            run_id=run_id,
            name=store.get(run_id).name,
            spec=store.spec(run_id),
            stages=[event for event in store.events(run_id).read()[0] if event["kind"] == "plan"][-1]["stages"],
            stage=stage,
            read=tuple(each for each in plan if each.key in read),
            data=plan[0],
            settings=settings,
            shared=None if shelf else store.artifacts,
            shelf=shelf,
        )


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        state: ``parted``: another machine at the same training has gone; it has to be begun anew.
        error: What failed.
        trace: The same for the log.
    """

    state: Literal["done", "cancelled", "failed", "parted"]
    error: Message = NO_ERROR
    trace: str = ""
