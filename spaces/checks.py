"""What must hold of a built folder before it becomes a Space."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import card
import hardware
from folder import BESIDES, MADE, MARK, ROOT, belongings, gradio_version, own_requirements, pinned, requirement_lines

LARGEST_BYTES = 10_000_000  # code and samples are below one million; more means that something slipped in
NAMED = 5  # files that a message names before it counts the others

#: What is looked for in every file → how it begins and how it goes on.
SECRETS = {
    "a Hugging Face token": re.compile(rb"\bhf_[A-Za-z0-9]{30,}"),
    "a GitHub token": re.compile(rb"\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{30,}"),
    "an AWS access key": re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an API key": re.compile(rb"\bsk-[A-Za-z0-9_-]{30,}"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}


def check(folder: Path, root: Path = ROOT, *, where: str = hardware.DEFAULT_HARDWARE, sdk: str = "gradio") -> list[str]:
    """Look a built folder through.

    Args:
        folder: The folder.
        root: The repository it was built from.
        where: The hardware that it is for.
        sdk: How the Space is built.

    Returns:
        Its problems, one sentence each, naming the file but never a secret's text; empty if it can be uploaded.
    """
    if not folder.is_dir():
        return [f"{folder} is not a folder."]
    present = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }
    present.pop(MARK, None)
    requirements = _text(folder / "requirements.txt")
    return [
        *_files(set(present), {*belongings(root), *MADE, *BESIDES[sdk]}),
        *_card(folder, requirements, hardware.header(hardware.kind_of(where), sdk, where, "")),
        *_pins(requirements, hardware.requirements(own_requirements(root), hardware.kind_of(where), sdk)),
        *_contents(present),
    ]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _files(present: set[str], expected: set[str]) -> list[str]:
    """Files that are missing, and files that nobody put there on purpose."""
    found = []
    for verb, names in (("are missing", expected - present), ("do not belong in a Space", present - expected)):
        if names:
            others = f" and {len(names) - NAMED} others" if len(names) > NAMED else ""
            found.append(f"Files that {verb}: {', '.join(sorted(names)[:NAMED])}{others}.")
    return found


def _card(folder: Path, requirements: str, built: dict[str, Any]) -> list[str]:
    """The card's header, and whether it agrees with the folder and with what it was built for."""
    path = folder / "README.md"
    if not path.is_file():
        return []  # told with the missing files
    try:
        header: dict[str, Any] = card.read(path.read_text(encoding="utf-8"))
    except (card.CardError, UnicodeDecodeError) as error:
        return [f"README.md: {error}."]
    found = [f"README.md: {problem}." for problem in card.problems(header)]
    found += [
        f"README.md: {key} is {header[key]!r}, but the Space is built for {wanted!r}."
        for key, wanted in built.items()
        if wanted and header.get(key) and header[key] != wanted
    ]
    version = gradio_version(requirements)
    if version and header.get("sdk_version") and str(header["sdk_version"]) != version:
        found.append(f"README.md: sdk_version is {header['sdk_version']}, but requirements.txt pins gradio {version}.")
    app = header.get("app_file")
    if app and not (folder / str(app)).is_file():
        found.append(f"README.md: its app_file {app} is not there.")
    return found


def _pins(requirements: str, wanted: list[str]) -> list[str]:
    """Requirements that another day would resolve differently, or that are not what the hardware needs."""
    lines = requirement_lines(requirements)
    loose = [line for line in lines if line not in hardware.OPTIONS and not pinned(line)]
    found = [f"requirements.txt: {line!r} is not an exact pin." for line in loose]
    if requirements and gradio_version(requirements) is None:
        found.append("requirements.txt: gradio is not pinned.")
    for verb, others in (("lacks", set(wanted) - set(lines)), ("has too much:", set(lines) - set(wanted))):
        if requirements and not loose and others:
            found.append(f"requirements.txt {verb} {', '.join(sorted(others)[:NAMED])}.")
    return found


def _contents(present: dict[str, Path]) -> list[str]:
    """Links, secrets, and too much of it all."""
    found = []
    total = 0
    for name, path in present.items():
        if path.is_symlink():
            found.append(f"{name} is a link.")
            continue
        content = path.read_bytes()
        total += len(content)
        found += [f"{name} holds {kind}." for kind, pattern in SECRETS.items() if pattern.search(content)]
    if total > LARGEST_BYTES:
        found.append(f"The folder holds {total / 1e6:.1f} MB; at most {LARGEST_BYTES / 1e6:.0f} MB are allowed.")
    return found
