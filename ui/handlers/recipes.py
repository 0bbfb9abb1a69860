"""What a run was asked to do, to be taken away: its spec.json, and the command line that does the same."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from pipeline.spec import LocalSource, RunSpec, SourceSpec, relocate
from ui.access import run_of
from ui.services import Services

FILE = "spec.json"


@dataclass(frozen=True)
class Recipe:
    """A spec to copy.

    Attributes:
        command: What carries it out.
        document: The file's text.
        moved: Whether its files are named without their folders, which people elsewhere don't have.
    """

    command: str
    document: str
    moved: bool


def recipe_of(services: Services, visitor: str | None, run_id: str) -> Recipe:
    """What a run was asked to do.

    Raises:
        RunError: There is no such run for this visitor.
        SpecError: Its spec can't be read.
    """
    record = run_of(services, visitor, run_id)
    return recipe(services, services.store.spec(run_id).model_copy(update={"name": record.name}))


def recipe(services: Services, spec: RunSpec) -> Recipe:
    """A spec to copy; on a host with many visitors the host's own folders stay unsaid."""
    moved = services.settings.shared
    if moved:
        spec = _without_folders(spec)
    command = shlex.join(["python", "-m", "pipeline", "run", FILE])
    return Recipe(command, spec.model_dump_json(indent=2), moved)


def _without_folders(spec: RunSpec) -> RunSpec:
    """The spec with its files beside it, told apart by their role where two have one name."""
    taken: set[str] = set()

    def beside(role: str, path: str) -> str:
        name = Path(path).name
        name = name if name not in taken else f"{role}-{name}"
        taken.add(name)
        return name

    return relocate(spec, beside, named_folder)


def named_folder(source: SourceSpec) -> SourceSpec:
    """A model in a folder by the folder's own name."""
    return source.model_copy(update={"path": Path(source.path).name}) if isinstance(source, LocalSource) else source
