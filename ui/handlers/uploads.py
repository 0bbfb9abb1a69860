"""Files that people bring: kept, looked at, corrected. A bad one changes nothing."""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.data.dictionary import read_dictionary
from pipeline.data.inspection import Inspection, inspect
from pipeline.data.labels import LabelMatch, match_labels
from pipeline.demo import demo_spec
from pipeline.errors import DataError, GraftError
from pipeline.spec import DatasetSpec
from ui.failures import Failure, explain
from ui.services import Services
from ui.text import say

Role = Literal["source", "target", "test", "unlabelled"]
ROLES: tuple[Role, ...] = get_args(Role)
LABELLED: dict[Role, bool] = {"source": True, "target": True, "test": True, "unlabelled": False}
MEGABYTE = 1_000_000


@dataclass(frozen=True, eq=False)  # told apart by identity: Gradio hashes what a session keeps
class Slot:
    """What was brought for one role.

    Attributes:
        accepted: The file in use.
        candidate: A newer file, or reading of it, that has problems and is not in use.
        failure: Why the last file could not be read at all.
    """

    accepted: Inspection | None = None
    candidate: Inspection | None = None
    failure: Failure | None = None

    @property
    def shown(self) -> Inspection | None:
        """What the preview shows and the corrections apply to."""
        return self.candidate or self.accepted


@dataclass(frozen=True)
class DictionarySlot:
    """The dictionary that was brought, if any."""

    path: str | None = None
    entries: int = 0
    failure: Failure | None = None


def accept(services: Services, slot: Slot, role: Role, uploaded: str | Path) -> Slot:
    """Take a new file. It comes into use only if it can be read and has no problem."""
    kept: Path | None = None
    try:
        kept = keep(services, uploaded)
        return _judged(slot, _inspect(services, role, DatasetSpec(path=str(kept))))
    except GraftError as error:
        if kept is not None:
            shutil.rmtree(kept.parent)
        return Slot(accepted=slot.accepted, failure=explain(error))


def reread(services: Services, slot: Slot, role: Role, corrections: dict[str, Any]) -> Slot:
    """Read the file on show again as a person corrected it."""
    if slot.shown is None:
        return slot
    before = slot.shown.dataset
    changed = {name: value for name, value in corrections.items() if value != getattr(before, name)}
    if changed.keys() & {"format", "encoding"}:
        changed |= {"text_column": None, "label_column": None}  # other columns; find them anew
    if not changed:
        return slot
    try:
        return _judged(slot, _inspect(services, role, before.model_copy(update=changed)))
    except GraftError as error:
        return replace(slot, failure=explain(error))


def accept_dictionary(services: Services, slot: DictionarySlot, uploaded: str | Path) -> DictionarySlot:
    """Take a dictionary, if it is one."""
    kept: Path | None = None
    try:
        kept = keep(services, uploaded)
        return DictionarySlot(str(kept), len(read_dictionary(kept, services.settings)))
    except GraftError as error:
        if kept is not None:
            shutil.rmtree(kept.parent)
        return replace(slot, failure=explain(error))


def keep(services: Services, uploaded: str | Path) -> Path:
    """Copy an upload to where runs may refer to it; its size is looked at first.

    Raises:
        DataError: It is too large.
    """
    uploaded = Path(uploaded)
    size, limit = uploaded.stat().st_size / MEGABYTE, services.settings.max_upload_mb
    if size > limit:
        raise DataError(
            say("data.too_large", name=uploaded.name, size=f"{size:,.1f}", limit=f"{limit:g}"),
            say("data.too_large_remedy"),
        )
    folder = services.store.uploads / secrets.token_hex(8)
    folder.mkdir(parents=True)
    destination = folder / safe_name(uploaded.name)
    shutil.copyfile(uploaded, destination)
    return destination


def safe_name(name: str) -> str:
    """A file name that is nothing but a name, in any script."""
    cleaned = re.sub(r"[^\w.-]+", "_", Path(name).name).lstrip(".-")
    stem, dot, extension = cleaned.rpartition(".")
    return f"{stem[:50]}{dot}{extension[:10]}" if stem else extension[:50] or "upload"


def samples(services: Services) -> tuple[dict[Role, Slot], DictionarySlot]:
    """The demo's files, as if they had been uploaded."""
    data = demo_spec(services.settings).data
    found = {role: _judged(Slot(), _inspect(services, role, getattr(data, role))) for role in ROLES}
    words = read_dictionary(Path(data.dictionary), services.settings) if data.dictionary else {}
    return found, DictionarySlot(data.dictionary, len(words))


def label_match(source: Slot, target: Slot) -> LabelMatch | None:
    """How the labels in use fit together; None until both files are."""
    if source.accepted is None or target.accepted is None:
        return None
    return match_labels(source.accepted.label_counts, target.accepted.label_counts)


def _inspect(services: Services, role: Role, dataset: DatasetSpec) -> Inspection:
    return inspect(dataset, services.settings, labelled=LABELLED[role])


def _judged(slot: Slot, inspection: Inspection) -> Slot:
    return Slot(accepted=inspection) if inspection.ok else Slot(accepted=slot.accepted, candidate=inspection)
