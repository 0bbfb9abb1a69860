"""What a data set's card may name as its files: those of the Hub, and what is packed in them. Loads ``datasets``.

A card can name any address that fsspec knows: files of this machine, other servers, and either of them behind a
cache. ``datasets`` looks there before it finds that the file is not the data set's own; here nobody looks.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

import datasets  # noqa: F401 - has added file systems of its own by now
from fsspec import register_implementation
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import known_implementations, registry
from fsspec.spec import AbstractFileSystem

#: The Hub itself, and ways to unpack what comes from there.
KNOWN = frozenset({"hf", "zip", "tar", "gzip", "bz2", "lz4", "xz", "zstd"})
HERE = ("file", "local")


class Elsewhere(AbstractFileSystem):
    """A place that is not the Hub."""

    cachable = False

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise _elsewhere()


def hub_alone(folder: Path) -> None:
    """Leave this process the Hub's file system alone.

    Args:
        folder: Where the library keeps what it fetches: of this machine, all that it may see.
    """
    root = str(folder.resolve())

    class Inside(LocalFileSystem):
        """The folder, and nothing beside it."""

        @classmethod
        def _strip_protocol(cls, path: Any) -> Any:
            found = super()._strip_protocol(path)
            for one in found if isinstance(found, list) else [found]:
                if os.path.commonpath([root, os.path.realpath(one)]) != root:
                    raise _elsewhere()
            return found

    for protocol in {*known_implementations, *registry} - KNOWN:
        register_implementation(protocol, Inside if protocol in HERE else Elsewhere, clobber=True)


def _elsewhere() -> PermissionError:
    return PermissionError("Its card names files that are not on the Hub")
