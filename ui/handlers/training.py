"""From accepted files and a filled-in form to a queued run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import sources
from pipeline.demo import demo_spec
from pipeline.errors import DataError, SourceError, SpecError
from pipeline.runs import RunRecord
from pipeline.spec import DataSpec, HubSource, LocalSource, RunSpec, SourceSpec
from ui.access import owner_of
from ui.fields import compose
from ui.handlers.uploads import ROLES, DictionarySlot, Role, Slot, label_match
from ui.services import Services
from ui.text import say

HOST, HUB, FOLDER = "host", "hub", "folder"


@dataclass(frozen=True)
class SourceChoices:
    """The source models that can be chosen now, and a word on those that can't."""

    choices: list[tuple[str, str]]  # title, value
    default: str
    note: str


@dataclass(frozen=True)
class Files:
    """What was brought for a run."""

    slots: dict[Role, Slot]
    dictionary: DictionarySlot


def source_choices(services: Services) -> SourceChoices:
    """The catalogue as far as it is at hand, and what the host allows besides."""
    reachable, settings = services.hub.reachable, services.settings
    choices = [
        (
            say("data.model_catalogue", title=entry.title, languages=entry.languages, parameters=entry.parameters),
            str(number),
        )
        for number, entry in enumerate(sources.CATALOGUE)
        if reachable or not entry.needs_hub
    ]
    if settings.default_source:
        choices.insert(0, (say("data.model_host", name=settings.default_source.name), HOST))
    if reachable:
        choices.append((say("data.model_other"), HUB))
    if not settings.shared:
        choices.append((say("data.model_folder"), FOLDER))
    notes = {None: say("data.model_checking"), True: "", False: say("data.model_offline")}
    return SourceChoices(choices, choices[0][1], notes[reachable])


def source_of(services: Services, choice: str, hub_id: str, folder: str) -> SourceSpec:
    """The source that was chosen; a folder is looked at now, the Hub's by the worker.

    Raises:
        SourceError: It can't be used here.
        SpecError: It is no Hub id.
    """
    if choice == HOST:
        return sources.default_source(services.settings.default_source)
    if choice == FOLDER:
        if services.settings.shared:
            raise SourceError(say("data.folder_refused"), say("data.folder_refused_remedy"))
        local = LocalSource(path=str(Path(folder.strip() or ".").expanduser().absolute()))
        sources.resolve(local)
        return local
    if choice == HUB:
        source: SourceSpec = _hub_source(hub_id.strip())
    elif choice.isdecimal() and int(choice) < len(sources.CATALOGUE):
        source = sources.CATALOGUE[int(choice)].spec
    else:
        raise SourceError(say("data.unknown_model"), say("data.unknown_model_remedy"))
    if isinstance(source, HubSource) and not services.hub.reachable:
        raise SourceError(say("data.hub_refused"), say("data.hub_refused_remedy"))
    return source


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
        DataError: A file is missing or has problems, or labels don't match.
        SpecError: A value of the form is not allowed.
    """
    data = {role: _in_use(files.slots[role], role) for role in ROLES}
    for role in ("source", "target"):
        if data[role] is None:
            raise DataError(say("data.missing_file", title=role_title(role)), say("data.missing_file_remedy"))
    base: dict[str, Any] = {
        "source": source.model_dump(),
        "data": {
            **{role: dataset for role, dataset in data.items() if dataset},
            "dictionary": files.dictionary.path,
            "label_mapping": complete_mapping(files, mapping),
        },
        "exports": [export.model_dump() for export in demo_spec(services.settings).exports],
    }
    spec = compose(base, values)
    if spec.name == RunSpec.model_fields["name"].default:
        spec = spec.model_copy(update={"name": _telling_name(spec)})
    return services.supervisor.submit(spec, owner_of(services, visitor))


def complete_mapping(files: Files, edited: dict[str, str]) -> dict[str, str]:
    """The suggestion with a person's corrections: a source label for every target label that is none.

    Raises:
        DataError: A target or test label is left without one.
    """
    source, target, test = (files.slots[role].accepted for role in ("source", "target", "test"))
    match = label_match(files.slots["source"], files.slots["target"])
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
    allowed = {*known, *target.label_counts}
    if strangers := [label for label in (test.label_counts if test else ()) if label not in allowed]:
        raise DataError(say("data.test_labels", labels=", ".join(strangers)), say("data.test_labels_remedy"))
    return mapping


def role_title(role: str) -> str:
    """The spec's title of a role's files."""
    return DataSpec.model_fields[role].title or role


def _in_use(slot: Slot, role: Role) -> dict[str, Any] | None:
    if slot.accepted is not None:
        return slot.accepted.dataset.model_dump()
    if slot.candidate is not None:
        raise DataError(say("data.not_ready", title=role_title(role)), say("data.not_ready_remedy"))
    return None


def _hub_source(hub_id: str) -> HubSource:
    try:
        return HubSource(repo_id=hub_id)
    except ValueError as error:
        info = HubSource.model_fields["repo_id"]
        raise SpecError(say("data.bad_hub_id", title=info.title, value=hub_id), info.description or "") from error


def _telling_name(spec: RunSpec) -> str:
    return f"{Path(spec.data.source.path).stem} → {Path(spec.data.target.path).stem}"[:80]
