"""Files and folders that a reader, or a crash, sees whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a reader, or a crash, sees the old text or the new one, never half."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def link_tree(source: Path, destination: Path) -> None:
    """Put a folder of files at ``destination`` too, replacing what is there.

    Hard links where they work, copies elsewhere: a run's folder is whole in itself at no cost in disk.
    """
    partial = destination.with_name(f".{destination.name}.{secrets.token_hex(4)}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, partial, copy_function=_link_or_copy)
    if destination.exists():
        shutil.rmtree(destination)
    os.replace(partial, destination)


def _link_or_copy(source: str, destination: str) -> str:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)
    return destination
