"""``python -m export serve``: flags and folders."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from export.serving.settings import PREFIX, SECRET, EngineName, ServeSettings, flag


def parser() -> argparse.ArgumentParser:
    """A flag for each setting that may be seen in a list of processes."""
    made = argparse.ArgumentParser(
        prog="python -m export serve",
        description="Serve exported models over HTTP.",
        epilog=f"Each flag is also a variable, such as {PREFIX}PORT for --port; {PREFIX}API_KEYS holds the keys, with "
        "commas between. docs/serving.md tells more.",
    )
    made.add_argument(
        "folders", nargs="+", metavar="[NAME=]FOLDER", help="an export's folder, or that of one of its variants"
    )
    for name, field in ServeSettings.model_fields.items():
        if name == SECRET:
            continue
        how = {"action": "store_const", "const": "true"} if field.annotation is bool else {}
        default = "" if field.default is None or field.annotation is bool else f" Default: {field.default}."
        text = f"{field.description}{default}".replace("%", "%%")
        made.add_argument(flag(name), dest=name, help=text, **how)  # type: ignore[arg-type]
    made.set_defaults(json=False)
    return made


def run(options: argparse.Namespace) -> None:
    """Serve until a signal ends it.

    Raises:
        GraftError: A setting or a folder can't be used.
    """
    given = vars(options)
    flags = {name: given[name] for name in ServeSettings.model_fields if given.get(name) is not None}
    settings = ServeSettings.read(flags)
    # Seconds of import; a wrong flag is told before.
    from export.serving.choosing import named  # noqa: PLC0415

    SERVING[settings.engine](named(options.folders), settings)


def _here(folders: Mapping[str, Path], settings: ServeSettings) -> None:
    from export.serving.server import serve  # noqa: PLC0415

    serve(folders, settings)


def _on_cluster(folders: Mapping[str, Path], settings: ServeSettings) -> None:
    from export.serving.replicas import serve  # noqa: PLC0415 - only who asks for it has Ray

    serve(folders, settings)


#: Engine → who answers.
SERVING: dict[EngineName, Callable[[Mapping[str, Path], ServeSettings], None]] = {"local": _here, "ray": _on_cluster}
