"""Data sets of the Hub by name: fetched into the uploads, and from then on files like any other."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import GraftError, SourceError
from pipeline.hub.examples import EXAMPLES
from pipeline.hub.records import Fetched, Wanted
from pipeline.messages import Message
from pipeline.spec import DatasetSpec, TaskName
from ui.access import owner_of
from ui.failures import explain
from ui.handlers.uploads import Role, Slot, in_use
from ui.services import Services
from ui.text import say


@dataclass(frozen=True)
class Named:
    """What somebody typed."""

    dataset: str = ""
    config: str = ""
    split: str = ""


@dataclass(frozen=True)
class Brought:
    """What became of it.

    Attributes:
        slot: The card's slot from now on.
        rows: How many were brought; None if none were.
        notes: What is to be known of them.
    """

    slot: Slot
    rows: int | None = None
    notes: tuple[Message, ...] = ()


def bring(
    services: Services,
    visitor: str | None,
    slot: Slot,
    named: Named,
    *,
    role: Role,
    task: TaskName,
    token: str | None = None,
) -> Generator[int, None, Brought]:
    """Fetch a data set for a role; yields how many rows there are so far. Closing it leaves nothing behind.

    Args:
        services: The page's services.
        visitor: Who asks.
        slot: What the role has now; what is in use stays so if the data set can't be used.
        named: Which data set.
        role: What the texts are for.
        task: What the models are to do.
        token: Of the visitor's own account; for this once.
    """
    folder = services.store.uploads / secrets.token_hex(8)
    kept = False
    try:
        owner_of(services, visitor)  # a guest brings nothing
        services.pace.spend("uploads", visitor)
        if not services.hub.reachable:
            raise SourceError(say("data.hub_refused"), say("hub.refused_remedy"))
        wanted = Wanted.of(named.dataset, named.config, named.split, task=task)
        folder.mkdir(parents=True)
        fetched = yield from services.fetch(wanted, folder / wanted.file_name, services.settings, token=token)
        found = in_use(services, slot, role, _dataset(wanted, fetched), task)
        kept = True
        return Brought(found, fetched.rows, fetched.remarks)
    except GraftError as error:
        return Brought(Slot(accepted=slot.accepted, failure=explain(error), task=slot.task))
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _dataset(wanted: Wanted, fetched: Fetched) -> DatasetSpec:
    """The file, with the columns that are known of an example."""
    known = next((example.columns for example in EXAMPLES if example.wanted == wanted), {})
    return DatasetSpec(path=str(Path(fetched.path)), origin=fetched.origin, **known)
