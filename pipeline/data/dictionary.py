"""Reads a bilingual dictionary: one pair of words a line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pipeline.data.content import bounded, numbered_lines
from pipeline.data.readers import read_document
from pipeline.data.wording import counted
from pipeline.errors import DataError
from pipeline.settings import Settings


class Entries(NamedTuple):
    """A dictionary, and the lines of its file that are no pair of words."""

    words: dict[str, list[str]]
    malformed: list[int]


def read_dictionary(path: Path, settings: Settings) -> dict[str, list[str]]:
    """The source words of each target word, in the order of the file.

    Raises:
        DataError: The file can't be read, or holds no pair of words.
    """
    return read_entries(path, settings).words


def read_entries(path: Path, settings: Settings) -> Entries:
    """Read a dictionary: source word, tab, target word.

    Lines that are blank or start with ``#`` count for nothing.

    Raises:
        DataError: The file can't be read, or holds no pair of words.
    """
    text, _ = read_document(path, "auto", settings)
    lines = bounded(numbered_lines(text), settings.max_rows, path.name)
    pairs: list[tuple[str, str]] = []
    malformed: list[int] = []
    for number, line in lines:
        if line.lstrip().startswith("#"):
            continue
        left, *right = (side.strip() for side in line.split("\t"))
        if left and len(right) == 1 and right[0]:
            pairs.append((left, right[0]))
        else:
            malformed.append(number)
    if not pairs:
        raise DataError(
            f"{path.name} holds no dictionary entry in {counted(len(lines), 'line')}.",
            "Write a source word, a tab and a target word on each line.",
        )
    words: dict[str, dict[str, None]] = {}
    for source, target in pairs:
        words.setdefault(target, {})[source] = None
    return Entries({target: list(sources) for target, sources in words.items()}, malformed)
