"""From accepted files and a filled-in form to a queued run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.data.labels import LabelMatch
from pipeline.demo import demo_spec
from pipeline.errors import DataError
from pipeline.runs import RunRecord
from pipeline.spec import DataSpec, RunSpec, SourceSpec, TaskName
from ui import fields
from ui.handlers.queueing import submit
from ui.handlers.uploads import ROLES, DictionarySlot, Role, Slot, label_match, source_labels
from ui.services import Services
from ui.text import say
from ui.text import spec as spec_text


@dataclass(frozen=True)
class Files:
    """What was brought for a run, and what the models are to do with it.

    Attributes:
        slots: The files.
        dictionary: The dictionary, if any.
        task: What is to be learned.
        renamed: Source label → what it is to be called, as a person chose it.
    """

    slots: dict[Role, Slot]
    dictionary: DictionarySlot = field(default_factory=DictionarySlot)
    task: TaskName = "text-classification"
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> fields.Document:
        """The task and the files in use, as a spec has them."""
        used = {role: slot.accepted.dataset for role, slot in self.slots.items() if slot.accepted}
        data = {role: used[role].model_dump() for role in ROLES if role in used}
        source = self.slots["source"].accepted
        renamed = {old: new for old, new in self.renamed.items() if source and old in source.label_counts}
        return {
            "task": self.task,
            "data": {**data, "dictionary": self.dictionary.path, "source_label_mapping": renamed},
        }


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
        RunError: They may have no more runs.
    """
    spec = spec_of(services, files, mapping=mapping, source=source, values=values)
    return submit(services, visitor, spec)


def spec_of(
    services: Services, files: Files, *, mapping: dict[str, str], source: SourceSpec, values: dict[str, Any]
) -> RunSpec:
    """The spec that files and form make; see :func:`start`.

    Raises:
        DataError: A file has problems, or labels don't match.
        SpecError: A value of the form is not allowed, or something is missing that the recipe needs.
    """
    for role, slot in files.slots.items():
        if slot.accepted is None and slot.candidate is not None:
            raise DataError(say("data.not_ready", title=role_title(role)), say("data.not_ready_remedy"))
    base = files.document
    base["source"] = source.model_dump()
    base["data"]["label_mapping"] = complete_mapping(files, mapping)
    base["exports"] = [export.model_dump() for export in demo_spec(services.settings).exports]
    spec = fields.compose(base, values)
    if spec.name == RunSpec.model_fields["name"].default:
        spec = spec.model_copy(update={"name": _telling_name(spec)})
    return spec


def conflicts(files: Files, values: dict[str, Any]) -> list[str]:
    """What does not go together in the form and the files in use, each as a sentence."""
    return fields.conflicts(files.document, values)


def complete_mapping(files: Files, edited: dict[str, str]) -> dict[str, str]:
    """The suggestion with a person's corrections: a source label for every target label that is none.

    Raises:
        DataError: A target, test or development label is left without one.
    """
    slots = files.slots
    match = match_of(files)
    source, target = slots["source"].accepted, slots["target"].accepted or slots["test"].accepted
    if match is None or source is None or target is None:
        return {}
    known = source_labels(slots["source"], files.renamed)
    mapping = known_mapping(files, edited)
    if missing := [label for label in (*match.mapping, *match.unmatched) if label not in mapping]:
        raise DataError(say("data.mapping_missing", labels=_listed(missing)), say("data.mapping_missing_remedy"))
    for role in ("test", "dev"):
        inspection = slots[role].accepted
        strangers = set(inspection.label_counts if inspection else ()) - {*known, *target.label_counts}
        if strangers:
            told = say("data.strange_labels", title=role_title(role), labels=_listed(sorted(strangers)))
            raise DataError(told, say("data.strange_labels_remedy"))
    return mapping


def known_mapping(files: Files, edited: dict[str, str]) -> dict[str, str]:
    """The same as far as it goes: target labels that nobody has found a source label for are left out."""
    match = match_of(files)
    if match is None:
        return {}
    known = source_labels(files.slots["source"], files.renamed)
    return {
        label: chosen
        for label in (*match.mapping, *match.unmatched)
        if (chosen := edited.get(label, match.mapping.get(label))) in known
    }


def match_of(files: Files) -> LabelMatch | None:
    """How the labels of the files in use fit together; see :func:`label_match`."""
    slots = files.slots
    return label_match(slots["source"], slots["target"], slots["test"], files.renamed)


def role_title(role: str) -> str:
    """The spec's title of a role's files."""
    return spec_text.title(DataSpec, role)


def _listed(labels: Iterable[str]) -> str:
    return say("common.list_separator").join(labels)


def _telling_name(spec: RunSpec) -> str:
    files = (spec.data.source, spec.data.target or spec.data.test)
    return " → ".join(Path(file.path).stem for file in files if file)[:80]
