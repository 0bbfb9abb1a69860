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
from pipeline.data.schemes import OUTSIDE
from pipeline.errors import DataError, GraftError
from pipeline.samples import SAMPLES
from pipeline.spec import PLACES, DatasetSpec, TaskName
from pipeline.tasks import TASKS
from ui.failures import Failure, explain
from ui.services import Services
from ui.text import say

Role = Literal["source", "target", "test", "dev", "unlabelled", "source_test"]
ROLES: tuple[Role, ...] = get_args(Role)
MAIN_ROLES: tuple[Role, ...] = ("source", "target")  # what most runs have
READING = tuple(name for name in DatasetSpec.model_fields if name not in PLACES)  # how a file is read
COLUMNS = tuple(name for name in READING if name.endswith("_column"))
MEGABYTE = 1_000_000


@dataclass(frozen=True, eq=False)  # told apart by identity: Gradio hashes what a session keeps
class Slot:
    """What was brought for one role.

    Attributes:
        accepted: The file in use.
        candidate: A newer file, or reading of it, that has problems and is not in use.
        failure: Why the last file could not be read at all.
        kept: A file that only another task can read.
        task: What it was read for.
    """

    accepted: Inspection | None = None
    candidate: Inspection | None = None
    failure: Failure | None = None
    kept: DatasetSpec | None = None
    task: TaskName | None = None

    @property
    def shown(self) -> Inspection | None:
        """What the preview shows and the corrections apply to."""
        return self.candidate or self.accepted

    @property
    def empty(self) -> bool:
        """Whether nothing was brought, readable or not."""
        return not (self.shown or self.failure or self.kept)


@dataclass(frozen=True)
class DictionarySlot:
    """The dictionary that was brought, if any."""

    path: str | None = None
    entries: int = 0
    failure: Failure | None = None


def labelled(role: Role, task: TaskName) -> bool:
    """Whether files of this role have labels."""
    return role != "unlabelled" and TASKS[task].label_column is not None


def corrections(role: Role, task: TaskName) -> list[str]:
    """What can be corrected of how a file is read: names of the spec's fields."""
    only_if = {
        "label_column": labelled(role, task),
        "label_separator": labelled(role, task) and TASKS[task].labelling == "several",
        "group_column": role == "unlabelled" and TASKS[task].labelling == "one",
        "second_text_column": "second" in TASKS[task].columns,
    }
    return [name for name in READING if only_if.get(name, True)]


def accept(
    services: Services,
    slot: Slot,
    role: Role,
    uploaded: str | Path | None,
    task: TaskName,
    *,
    visitor: str | None = None,
) -> Slot:
    """Take a new file. It comes into use only if it can be read and has no problem."""
    kept: Path | None = None
    try:
        services.pace.spend("uploads", visitor)
        kept = keep(services, uploaded)
        return in_use(services, slot, role, DatasetSpec(path=str(kept)), task)
    except GraftError as error:
        if kept is not None:
            shutil.rmtree(kept.parent)
        return Slot(accepted=slot.accepted, failure=explain(error), task=slot.task)


def in_use(services: Services, slot: Slot, role: Role, dataset: DatasetSpec, task: TaskName) -> Slot:
    """A file that has just come here, in use unless it has a problem.

    Raises:
        DataError: It can't be read.
    """
    return _judged(slot, _inspect(services, role, dataset, task), task)


def reread(services: Services, slot: Slot, role: Role, corrections: dict[str, Any], task: TaskName) -> Slot:
    """Read the file on show again as a person corrected it."""
    if slot.shown is None:
        return slot
    before = slot.shown.dataset
    wanted = {name: None if value == "" else value for name, value in corrections.items()}
    changed = {name: value for name, value in wanted.items() if value != getattr(before, name)}
    if changed.keys() & {"format", "encoding"}:
        changed |= dict.fromkeys(COLUMNS)  # other columns; find them anew
    if not changed:
        return slot
    try:
        return _judged(slot, _inspect(services, role, before.model_copy(update=changed), task), task)
    except GraftError as error:
        return replace(slot, failure=explain(error))


def look_at(services: Services, role: Role, dataset: DatasetSpec, task: TaskName) -> Slot:
    """A file that lies here already, read as somebody read it before."""
    try:
        return _judged(Slot(), _inspect(services, role, dataset, task), task)
    except GraftError as error:
        return Slot(failure=explain(error), kept=dataset, task=task)


def look_again(services: Services, slot: Slot, role: Role, task: TaskName) -> Slot:
    """Read the file on show as another task wants it; what was corrected for the one before is forgotten."""
    before = slot.shown.dataset if slot.shown else slot.kept
    if before is None:
        return Slot()
    if slot.shown and slot.task == task:
        return slot
    file = DatasetSpec(path=before.path, origin=before.origin)
    try:
        return _judged(Slot(), _inspect(services, role, file, task), task)
    except GraftError as error:
        return Slot(failure=explain(error), kept=file, task=task)


def accept_dictionary(
    services: Services, slot: DictionarySlot, uploaded: str | Path | None, visitor: str | None = None
) -> DictionarySlot:
    """Take a dictionary, if it is one."""
    kept: Path | None = None
    try:
        services.pace.spend("uploads", visitor)
        kept = keep(services, uploaded)
        return DictionarySlot(str(kept), len(read_dictionary(kept, services.settings)))
    except GraftError as error:
        if kept is not None:
            shutil.rmtree(kept.parent)
        return replace(slot, failure=explain(error))


def keep(services: Services, uploaded: str | Path | None) -> Path:
    """Copy an upload to where runs may refer to it; its size is looked at first.

    Raises:
        DataError: It is too large, or the browser named none.
    """
    if uploaded is None:
        raise DataError(say("data.lost"), say("data.lost_remedy"))
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


def sample(services: Services, name: str) -> tuple[dict[Role, Slot], DictionarySlot]:
    """The files of a sample, as if they had been uploaded."""
    chosen = SAMPLES[name]
    given = {role: getattr(chosen.data, role) for role in ROLES}
    found = {
        role: look_at(services, role, dataset, chosen.task) if dataset else Slot() for role, dataset in given.items()
    }
    path = chosen.data.dictionary
    return found, DictionarySlot(path, len(read_dictionary(Path(path), services.settings)) if path else 0)


def source_labels(source: Slot, renamed: dict[str, str]) -> list[str]:
    """What the labels of the source in use are called in the end; none of those that are left out."""
    given = source.accepted.label_counts if source.accepted else {}
    called = {renamed.get(label, label): None for label in given}
    return [label for label in called if label != OUTSIDE or label in given]


def label_match(source: Slot, target: Slot, test: Slot, renamed: dict[str, str] | None = None) -> LabelMatch | None:
    """How the labels in use fit together, the test's where the target has none; None until there are both.

    Args:
        source: Whose labels the run has.
        target: Whose labels have to be among them.
        test: Likewise.
        renamed: Source label → what it is to be called.
    """
    other = target.accepted or test.accepted
    if source.accepted is None or other is None:
        return None
    return match_labels(source_labels(source, renamed or {}), other.label_counts)


def likely_names(source: Slot, target: Slot, test: Slot) -> dict[str, str]:
    """Source label → target label that seems to mean the same, where they differ; for several of the source's, too."""
    other = target.accepted or test.accepted
    if source.accepted is None or other is None:
        return {}
    return match_labels(other.label_counts, source.accepted.label_counts).mapping


def _inspect(services: Services, role: Role, dataset: DatasetSpec, task: TaskName) -> Inspection:
    return inspect(dataset, services.settings, labelled=labelled(role, task), task=task)


def _judged(slot: Slot, inspection: Inspection, task: TaskName) -> Slot:
    if inspection.ok:
        return Slot(accepted=inspection, task=task)
    return Slot(accepted=slot.accepted, candidate=inspection, task=task)
