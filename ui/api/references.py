"""How a program names files, encoders and specs, and whose they may be.

A file that was brought is named by its place among the uploads, ``<16 hex digits>/<name>``, and one that comes with
Graft by ``samples/<name>``. A path of the server is no name, but on a host without strangers, where programs may what
the command line may. There a visitor names the files that they brought, the samples, and what a run of theirs reads.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import DataError, GraftError, SpecError
from pipeline.samples import FOLDER as SAMPLES
from pipeline.sources import CATALOGUE, default_source
from pipeline.spec import DATASETS, EmbeddedSource, HubSource, LocalSource, RunSpec, SourceSpec, parse, relocate
from ui.access import owner_of, visible_runs
from ui.handlers.recipes import named_folder
from ui.handlers.sources import FOLDER, HOST, HUB, allowed, source_of
from ui.handlers.uploads import keep
from ui.services import Services
from ui.text import say

OWNER = ".owner"  # beside a file that was brought: whose it is
UPLOADED = re.compile(r"[0-9a-f]{16}/[^/\\]+")
SHIPPED = "samples"


def bring(services: Services, visitor: str | None, uploaded: Path) -> str:
    """Keep a file for this visitor, and give the name under which they find it again.

    Raises:
        DataError: It is too large.
        RunError: They may bring nothing.
    """
    owner_of(services, visitor)  # a guest brings nothing
    services.pace.spend("uploads", visitor)
    return own(services, visitor, keep(services, uploaded))


def own(services: Services, visitor: str | None, kept: Path) -> str:
    """Make a file among the uploads a visitor's, and give its name.

    Raises:
        RunError: They may bring nothing.
    """
    (kept.parent / OWNER).write_text(owner_of(services, visitor), encoding="ascii")
    return f"{kept.parent.name}/{kept.name}"


@cache
def samples() -> dict[str, Path]:
    """The files that come with Graft, by name."""
    found = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md")
    return {f"{SHIPPED}/{path.relative_to(SAMPLES).as_posix()}": path for path in found}


def path_of(services: Services, visitor: str | None, name: str) -> Path:
    """The file that a name stands for.

    Raises:
        DataError: There is none that this visitor may name; whether it is somebody else's is not said.
    """
    owner = owner_of(services, visitor)
    if name in samples():
        return samples()[name]
    if UPLOADED.fullmatch(name):
        path = services.store.uploads / name
        if path.is_file() and path.name != OWNER and (not services.settings.shared or _brought_by(path, owner)):
            return path
        if path.is_file() and str(path) in _read_by_runs(services, visitor):
            return path
    elif not services.settings.shared:
        path = Path(os.path.expanduser(name))  # noqa: PTH111 - pathlib's refuses a person that it does not know
        if path.is_absolute():
            return path
    raise DataError(say("api.unknown_file", name=name), say("api.unknown_file_remedy"))


def name_of(services: Services, path: str) -> str:
    """The name under which a program may name a file again: the way back from :func:`path_of`."""
    place = Path(path)
    if place.parent.parent == services.store.uploads:
        return f"{place.parent.name}/{place.name}"
    shipped = next((name for name, sample in samples().items() if sample == place), None)
    return shipped or (place.name if services.settings.shared else path)


def spec_of(services: Services, visitor: str | None, given: dict[str, Any] | str) -> RunSpec:
    """The spec that a program gave, with its files and encoders found.

    Raises:
        SpecError: It is no spec, or its parts do not go together.
        DataError: It names a file that this visitor may not name.
        SourceError: It names an encoder that can't be used here.
    """
    chosen_here = default_source(services.settings.default_source)
    document = _read(given)
    spec = parse({"source": chosen_here.model_dump(), **document} if isinstance(document, dict) else document)

    def found(source: SourceSpec) -> SourceSpec:
        filled_in = source is spec.source and "source" not in document
        return source if filled_in else allowed(services, source)

    return relocate(spec, lambda _, name: str(path_of(services, visitor, name)), found)


def text_of(services: Services, spec: RunSpec) -> str:
    """A spec as a program may give it again: the way back from :func:`spec_of`."""
    named = relocate(
        spec,
        lambda _, path: name_of(services, path),
        lambda source: named_folder(source) if services.settings.shared else source,
    )
    return named.model_dump_json(indent=2)


def source_named(services: Services, name: str) -> SourceSpec:
    """The encoder that a name of :func:`source_name` stands for, an id of the Hub, or a folder.

    Raises:
        SourceError: It can't be used here.
        SpecError: It is no id of the Hub.
    """
    name = name.strip()
    known = {source_name(entry.spec): str(number) for number, entry in enumerate(CATALOGUE)}
    if name in ("", HOST):
        return source_of(services, HOST, "", "", "")
    if name in known:
        return source_of(services, known[name], "", "", "")
    if name.startswith((".", "/", "~", "\\")) or Path(name).is_absolute():
        return source_of(services, FOLDER, "", "", name)
    hub_id, _, revision = name.partition("@")
    return source_of(services, HUB, hub_id, revision, "")


def source_name(source: SourceSpec) -> str:
    """What an encoder is called in a call."""
    if isinstance(source, LocalSource):
        return source.path
    if isinstance(source, HubSource):
        default = HubSource.model_fields["revision"].default
        return source.repo_id if source.revision == default else f"{source.repo_id}@{source.revision}"
    return EmbeddedSource().kind


def _read(given: dict[str, Any] | str) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise SpecError(say("api.not_json", fault=error), say("api.not_json_remedy")) from error


def _brought_by(path: Path, owner: str) -> bool:
    try:
        return secrets.compare_digest((path.parent / OWNER).read_bytes(), owner.encode())
    except OSError:
        return False  # it was brought on the page, whose sessions keep their files to themselves


def _read_by_runs(services: Services, visitor: str | None) -> set[str]:
    """The files that this visitor's own runs read."""
    found: set[str] = set()
    for record in visible_runs(services, visitor):
        try:
            data = services.store.spec(record.id).data
        except GraftError:
            continue  # of another Graft
        found |= {dataset.path for name in DATASETS if (dataset := getattr(data, name)) is not None}
        found |= {data.dictionary} if data.dictionary else set()
    return found
