"""Which folder is served under which name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import ExportError

#: A name is a part of the URL.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def named(arguments: Iterable[str]) -> dict[str, Path]:
    """Folders by name, from ``FOLDER`` or ``NAME=FOLDER``; without a name it is the folder's.

    Raises:
        ExportError: A name stands twice, or can't stand in a URL.
    """
    found: dict[str, Path] = {}
    for argument in arguments:
        name, given, folder = argument.partition("=")
        path = Path(folder if given and NAME.fullmatch(name) else argument)
        name = name if given and NAME.fullmatch(name) else path.resolve().name
        if not NAME.fullmatch(name):
            raise ExportError(
                "{name!r} can't be a model's name in a URL.",
                "Write NAME=FOLDER, with up to 64 letters, digits, points, hyphens or underscores.",
                name=name,
            )
        if name in found:
            raise ExportError(
                "Two models would be called {name}.", "Write NAME=FOLDER to call one otherwise.", name=name
            )
        found[name] = path
    return found
