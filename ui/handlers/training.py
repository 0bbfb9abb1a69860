"""From accepted files and a filled-in form to a queued run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.demo import demo_spec
from pipeline.errors import DataError
from pipeline.runs import RunRecord
from pipeline.spec import DataSpec, RunSpec, SourceSpec, TaskName
from ui import fields
from ui.access import owner_of
from ui.handlers.uploads import ROLES, DictionarySlot, Role, Slot, label_match
from ui.services import Services
from ui.text import say


@dataclass(frozen=True)
class Files:
    """What was brought for a run, and what the models are to do with it."""

    slots: dict[Role, Slot]
    dictionary: DictionarySlot = field(default_factory=DictionarySlot)
    task: TaskName = "text-classification"


def start(
    services: Services,
    visitor: str | None,
    files: Files,
    *,
    mapping: dict[str, str],
    source: SourceSpec,
    values: dict[str, Any],
) -> RunRecord:
    """Queue a training.

    Args:
        services: The page's services.
        visitor: Who starts it.
        files: What was brought.
        mapping: Target label → source label, as the person corrected the suggestion.
        source: The model to transfer.
        values: The form, by the fields' keys.

    Raises:
        DataError: A file has problems, or labels don't match.
        SpecError: A value of the form is not allowed, or something is missing that the recipe needs.
    """
    for role, slot in files.slots.items():
        if slot.accepted is None and slot.candidate is not None:
            raise DataError(say("data.not_ready", title=role_title(role)), say("data.not_ready_remedy"))
    base = _base(files)
    base["source"] = source.model_dump()
    base["data"]["label_mapping"] = complete_mapping(files, mapping)
    base["exports"] = [export.model_dump() for export in demo_spec(services.settings).exports]
    spec = fields.compose(base, values)
    if spec.name == RunSpec.model_fields["name"].default:
        spec = spec.model_copy(update={"name": _telling_name(spec)})
    return services.supervisor.submit(spec, owner_of(services, visitor))


def conflicts(files: Files, values: dict[str, Any]) -> list[str]:
    """What does not go together in the form and the files in use, each as a sentence."""
    return fields.conflicts(_base(files), values)


def complete_mapping(files: Files, edited: dict[str, str]) -> dict[str, str]:
    """The suggestion with a person's corrections: a source label for every target label that is none.

    Raises:
        DataError: A target, test or development label is left without one.
    """
    slots = files.slots
    match = label_match(slots["source"], slots["target"], slots["test"])
    source, target = slots["source"].accepted, slots["target"].accepted or slots["test"].accepted
    if match is None or source is None or target is None:
        return {}
    known = source.label_counts
    mapping = {
        label: chosen
        for label in (*match.mapping, *match.unmatched)
        if (chosen := edited.get(label, match.mapping.get(label))) in known
    }
    if missing := [label for label in (*match.mapping, *match.unmatched) if label not in mapping]:
        raise DataError(say("data.mapping_missing", labels=", ".join(missing)), say("data.mapping_missing_remedy"))
    for role in ("test", "dev"):
        inspection = slots[role].accepted
        strangers = set(inspection.label_counts if inspection else ()) - {*known, *target.label_counts}
        if strangers:
            told = say("data.strange_labels", title=role_title(role), labels=", ".join(sorted(strangers)))
            raise DataError(told, say("data.strange_labels_remedy"))
    return mapping


def role_title(role: str) -> str:
    """The spec's title of a role's files."""
    return DataSpec.model_fields[role].title or role


def _base(files: Files) -> fields.Document:
    """The task and the files in use, as a spec has them."""
    used = {role: slot.accepted.dataset for role, slot in files.slots.items() if slot.accepted}
    data = {role: used[role].model_dump() for role in ROLES if role in used}
    return {"task": files.task, "data": {**data, "dictionary": files.dictionary.path}}


def _telling_name(spec: RunSpec) -> str:
    files = (spec.data.source, spec.data.target or spec.data.test)
    return " → ".join(Path(file.path).stem for file in files if file)[:80]
