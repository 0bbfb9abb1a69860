"""What every format's reader gives, and the checks that all of them share."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple, TypeVar

from pipeline.data.wording import shortened
from pipeline.errors import DataError

Item = TypeVar("Item")
MOST_COLUMNS = 200
_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")


class Content(NamedTuple):
    """A file's rows.

    Attributes:
        columns: Their names.
        rows: One cell a column.
        row_numbers: By which a person finds a row in the file.
        starts: Of tagged tokens, one a row: the place of each sentence's first one in ``rows``.
    """

    columns: list[str]
    rows: list[list[str]]
    row_numbers: list[int]
    starts: list[int] | None = None


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, from 1; only line ends divide lines, no other control characters."""
    return numbered(io.StringIO(text, newline=None))


def numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Those of the lines that are not blank, from 1, without their ends."""
    for number, line in enumerate(lines, start=1):
        if not line.isspace():
            yield number, line.rstrip("\n")


def bounded(
    items: Iterable[Item], limit: int, name: str, *, header: bool = False, noun: Literal["rows", "sentences"] = "rows"
) -> list[Item]:
    """Take the items, but refuse more than ``limit`` before memory runs out.

    Args:
        items: Rows.
        limit: How many there may be.
        name: The file's name, for the message.
        header: Whether the first item may be a header, which does not count.
        noun: What the items are.

    Raises:
        DataError: There are more.
    """
    allowed = limit + header
    taken = list(islice(items, allowed + 1))
    if len(taken) > allowed:
        raise too_many(limit, name, noun=noun)
    return taken


def too_many(limit: int, name: str, *, noun: Literal["rows", "sentences"] = "rows") -> DataError:
    """What is said of a file with more than ``limit``."""
    return DataError(
        "{file} has more than {limit:,} rows." if noun == "rows" else "{file} has more than {limit:,} sentences.",
        "Split the file, or raise the limit (GRAFT_MAX_ROWS).",
        file=name,
        limit=limit,
    )


def cleaned(text: str) -> str:
    """Replace what JSON can spell and no text has: NUL, and halves of characters, which no encoding can write."""
    return _UNWRITABLE.sub("\ufffd", text)


def checked_width(columns: int, name: str) -> None:
    """Refuse a table that is too wide, before anything is made of each of its columns.

    Raises:
        DataError: There are too many columns.
    """
    if columns > MOST_COLUMNS:
        raise DataError(
            "{file} has {count} columns; at most {most} can be read.",
            "Leave some out.",
            file=name,
            count=columns,
            most=MOST_COLUMNS,
        )


def checked_columns(columns: list[str], name: str) -> list[str]:
    """The columns' names, stripped.

    Raises:
        DataError: A name is blank or stands twice, or there are too many.
    """
    names = [column.strip() for column in columns]
    checked_width(len(names), name)
    if "" in names:
        raise DataError(
            "{file}: column {number} has no name.",
            "Name it in the file, or remove it.",
            file=name,
            number=names.index("") + 1,
        )
    twice = next((column for column, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(
            "{file}: more than one column is named “{column}”.",
            "Rename one of them, or remove it.",
            file=name,
            column=shortened(twice),
        )
    return names
