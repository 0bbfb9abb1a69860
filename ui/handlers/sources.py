"""Which encoders can be chosen here, and the choice as the spec has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline import sources
from pipeline.errors import SourceError, SpecError
from pipeline.spec import HubSource, LocalSource, SourceSpec
from ui.services import Services
from ui.text import say, spec

HOST, HUB, FOLDER = "host", "hub", "folder"


@dataclass(frozen=True)
class SourceChoices:
    """The source models that can be chosen now, and a word on those that can't."""

    choices: list[tuple[str, str]]  # title, value
    default: str
    note: str


@dataclass(frozen=True)
class Picked:
    """What the controls hold that stand for a source.

    Attributes:
        choice: In the list.
        hub_id: Of a model that the list does not name.
        revision: Likewise.
        folder: Of a model on this machine.
        name: What people call it.
        available: Whether it can be chosen now; if not, the list's default stands in its place.
    """

    choice: str
    hub_id: str = ""
    revision: str = ""
    folder: str = ""
    name: str = ""
    available: bool = True


def source_choices(services: Services) -> SourceChoices:
    """The catalogue as far as it is at hand, and what the host allows besides."""
    reachable, settings = services.hub.reachable, services.settings
    choices = [
        (spec.source(entry), str(number))
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


def source_of(services: Services, choice: str, hub_id: str, revision: str, folder: str) -> SourceSpec:
    """The source that was chosen; a folder is looked at now, the Hub's by the worker.

    Raises:
        SourceError: It can't be used here.
        SpecError: It is no Hub id, or no revision.
    """
    if choice == HOST:
        return sources.default_source(services.settings.default_source)
    if choice == FOLDER:
        return allowed(services, LocalSource(path=folder.strip() or "."))
    if choice == HUB:
        return allowed(services, _hub_source(hub_id.strip(), revision.strip()))
    if choice.isdecimal() and int(choice) < len(sources.CATALOGUE):
        return allowed(services, sources.CATALOGUE[int(choice)].spec)
    raise SourceError(say("data.unknown_model"), say("data.unknown_model_remedy"))


def allowed(services: Services, source: SourceSpec) -> SourceSpec:
    """A source that people may use here, whoever named it; a folder comes back absolute, and was looked at.

    Raises:
        SourceError: It can't be used here.
    """
    if isinstance(source, HubSource) and not services.hub.reachable:
        raise SourceError(say("data.hub_refused"), say("data.hub_refused_remedy"))
    if not isinstance(source, LocalSource):
        return source
    own = services.settings.default_source
    if own and services.settings.shared and source.path == own.name:  # as the host's folder is called to strangers
        return sources.default_source(own)
    if services.settings.shared:
        raise SourceError(say("data.folder_refused"), say("data.folder_refused_remedy"))
    local = LocalSource(path=str(Path(source.path).expanduser().absolute()))
    sources.resolve(local)
    return local


def picked(services: Services, source: SourceSpec) -> Picked:
    """The controls' values for a source: the way back from :func:`source_of`."""
    settings = services.settings
    listed = {str(number): entry for number, entry in enumerate(sources.CATALOGUE)}
    known = next((number for number, entry in listed.items() if entry.spec == source), None)
    if settings.default_source and source == sources.default_source(settings.default_source):
        found = Picked(HOST, name=settings.default_source.name)
    elif known is not None:
        found = Picked(known, name=spec.source(listed[known]))
    elif isinstance(source, HubSource):
        found = Picked(HUB, hub_id=source.repo_id, revision=source.revision, name=source.repo_id)
    else:
        path = source.path if isinstance(source, LocalSource) else ""
        found = Picked(FOLDER, folder=path, name=Path(path).name)
    now = source_choices(services)
    if found.choice in [choice for _, choice in now.choices]:
        return found
    return Picked(now.default, name=found.name, available=False)


def _hub_source(hub_id: str, revision: str) -> HubSource:
    given = {"repo_id": hub_id, **({"revision": revision} if revision else {})}
    try:
        return HubSource.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        told = say("data.bad_hub_id", title=spec.title(HubSource, name), value=given[name])
        raise SpecError(told, spec.description(HubSource, name)) from error
