"""Which encoders can be chosen here, and the choice as the spec has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline import sources
from pipeline.errors import SourceError, SpecError
from pipeline.spec import HubSource, LocalSource, SourceSpec
from ui.services import Services
from ui.text import say

HOST, HUB, FOLDER = "host", "hub", "folder"


@dataclass(frozen=True)
class SourceChoices:
    """The source models that can be chosen now, and a word on those that can't."""

    choices: list[tuple[str, str]]  # title, value
    default: str
    note: str


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


def source_of(services: Services, choice: str, hub_id: str, revision: str, folder: str) -> SourceSpec:
    """The source that was chosen; a folder is looked at now, the Hub's by the worker.

    Raises:
        SourceError: It can't be used here.
        SpecError: It is no Hub id, or no revision.
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
        source: SourceSpec = _hub_source(hub_id.strip(), revision.strip())
    elif choice.isdecimal() and int(choice) < len(sources.CATALOGUE):
        source = sources.CATALOGUE[int(choice)].spec
    else:
        raise SourceError(say("data.unknown_model"), say("data.unknown_model_remedy"))
    if isinstance(source, HubSource) and not services.hub.reachable:
        raise SourceError(say("data.hub_refused"), say("data.hub_refused_remedy"))
    return source


def _hub_source(hub_id: str, revision: str) -> HubSource:
    given = {"repo_id": hub_id, **({"revision": revision} if revision else {})}
    try:
        return HubSource.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        info = HubSource.model_fields[name]
        raise SpecError(say("data.bad_hub_id", title=info.title, value=given[name]), info.description or "") from error
