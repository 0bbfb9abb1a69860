"""The folder a Space needs: which files of the repository belong in it, and how it is built."""

from __future__ import annotations

import shutil
from pathlib import Path

import card
from packaging.requirements import InvalidRequirement, Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("export", "pipeline", "samples", "ui")
FILES = ("LICENSE", "app.py")
MADE = ("README.md", "requirements.txt")
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


def gradio_version(requirements: str) -> str | None:
    """The version of gradio that a requirements file pins."""
    pins = dict(pin for line in requirement_lines(requirements) if (pin := pinned(line)))
    return pins.get("gradio")


def build(destination: Path, root: Path = ROOT) -> list[str]:
    """Write the folder.

    One that was built here before is built anew; what else lies in it is left alone.

    Args:
        destination: A folder that is empty, was built here, or does not exist yet.
        root: The repository.

    Returns:
        The files written, as paths relative to the folder, sorted.

    Raises:
        DeployError: The folder holds other files, or the repository lacks one.
    """
    names = belongings(root)
    requirements = requirement_lines((root / "requirements.txt").read_text(encoding="utf-8"))
    version = gradio_version("\n".join(requirements))
    if version is None:
        raise DeployError("requirements.txt does not pin gradio exactly; the Space's sdk_version comes from it.")
    _prepare(destination)
    for name in names:
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, path)
    (destination / "README.md").write_text(card.make(version), encoding="utf-8", newline="\n")
    (destination / "requirements.txt").write_text("\n".join((*requirements, "")), encoding="utf-8", newline="\n")
    return sorted((*names, *MADE))


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
    for name in (*FILES, *MADE):
        (destination / name).unlink(missing_ok=True)
