"""The folder a Space needs: which files of the repository belong in it, and how it is built."""

from __future__ import annotations

import shutil
from pathlib import Path

import card
import hardware
from packaging.requirements import InvalidRequirement, Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("export", "pipeline", "samples", "ui")
FILES = ("LICENSE", "app.py")
MADE = ("README.md", "requirements.txt")
#: Way of building → files that it needs besides, and where they lie in the repository.
HASHED = "requirements-hashed.txt"
BESIDES: dict[str, dict[str, str]] = {"gradio": {}, "docker": {"Dockerfile": "spaces/Dockerfile", HASHED: HASHED}}
MARK = ".graft-space"  # lies in folders built here, so that no other folder is ever written to


class DeployError(Exception):
    """A Space that can't be built or uploaded, told in one line."""


def belongings(root: Path = ROOT) -> list[str]:
    """The repository's files that go into a Space as they are, as paths relative to it.

    Caches, hidden files and links stay out.

    Raises:
        DeployError: A file or package is not there.
    """
    for name in (*FILES, *PACKAGES, "requirements.txt"):
        if not (root / name).exists():
            raise DeployError(f"{root} has no {name}; a Space needs it.")
    found = list(FILES)
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            relative = path.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
            if path.is_file() and not path.is_symlink() and not hidden and path.suffix != ".pyc":
                found.append(relative.as_posix())
    return sorted(found)


def requirement_lines(text: str) -> list[str]:
    """The lines of a requirements file without its comments."""
    lines = (line.split(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def pinned(line: str) -> tuple[str, str] | None:
    """Name and version of a line like ``name==1.2``, which may end in a marker; None if it pins nothing exactly."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != "==" or specifiers[0].version.endswith("*"):
        return None
    return requirement.name.lower(), specifiers[0].version


def own_requirements(root: Path = ROOT) -> list[str]:
    """The repository's own pins."""
    return requirement_lines((root / "requirements.txt").read_text(encoding="utf-8"))


def gradio_version(requirements: str) -> str | None:
    """The version of gradio that a requirements file pins."""
    pins = dict(pin for line in requirement_lines(requirements) if (pin := pinned(line)))
    return pins.get("gradio")


def build(
    destination: Path, root: Path = ROOT, *, where: str = hardware.DEFAULT_HARDWARE, sdk: str = "gradio"
) -> list[str]:
    """Write the folder.

    One that was built here before is built anew; what else lies in it is left alone.

    Args:
        destination: A folder that is empty, was built here, or does not exist yet.
        root: The repository.
        where: The hardware that it is for.
        sdk: How the Space is built.

    Returns:
        The files written, as paths relative to the folder, sorted.

    Raises:
        DeployError: The folder holds other files, the repository lacks one, or the hardware can't be built for so.
    """
    kind = hardware.kind_of(where)
    if sdk not in kind.sdks:
        raise DeployError(f"{where} ({kind.title}) can't be built for with {sdk}; it is built with {kind.sdks[0]}.")
    names = belongings(root)
    own = own_requirements(root)
    version = gradio_version("\n".join(own))
    if version is None:
        raise DeployError("requirements.txt does not pin gradio exactly; the Space's sdk_version comes from it.")
    _prepare(destination)
    for name, source in {**{name: name for name in names}, **BESIDES[sdk]}.items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / source, path)
    texts = {
        "README.md": card.make(hardware.header(kind, sdk, where, version)),
        "requirements.txt": "\n".join((*hardware.requirements(own, kind, sdk), "")),
    }
    for name, text in texts.items():
        (destination / name).write_text(text, encoding="utf-8", newline="\n")
    return sorted((*names, *MADE, *BESIDES[sdk]))


def _prepare(destination: Path) -> None:
    """See to it that the folder is there, is ours, and holds nothing of an earlier build."""
    if destination.exists() and not destination.is_dir():
        raise DeployError(f"{destination} is a file; name a folder.")
    destination.mkdir(parents=True, exist_ok=True)
    if any(destination.iterdir()) and not (destination / MARK).is_file():
        raise DeployError(f"{destination} is not empty and was not built here; name another folder.")
    (destination / MARK).write_text("Built by spaces/deploy.py, which may replace it.\n", encoding="utf-8")
    for name in PACKAGES:
        if (destination / name).is_dir():
            shutil.rmtree(destination / name)
    for name in (*FILES, *MADE, *(name for besides in BESIDES.values() for name in besides)):
        (destination / name).unlink(missing_ok=True)
