"""Which folder is served under which name: the variant that an export recommends, and none that missed its gate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from export.report import FILE, read_report
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


def chosen(folder: Path, *, allow_failed: bool = False) -> Path:
    """The variant's folder to serve from.

    Args:
        folder: An export's, whose served variant is taken; or that of one variant.
        allow_failed: Whether a variant may be served that missed its parity gate.

    Raises:
        ExportError: The variant missed its gate, or the export's report can't be read.
    """
    export = folder if (folder / FILE).exists() else folder.resolve().parent
    if not (export / FILE).exists():
        return folder  # taken out of its export, where only the variants that passed are offered
    report = read_report(export)
    variants = {variant.folder: variant for variant in report.variants}
    name = report.variant(report.served).folder if export == folder else folder.resolve().name
    if name in variants and not variants[name].parity.passed and not allow_failed:
        raise ExportError(
            "{folder} missed its parity gate: {reason}.",
            "Serve another variant, or start with --allow-failed.",
            folder=str(export / name),
            reason=report.recall(variants[name].parity.reason),
        )
    return export / name
