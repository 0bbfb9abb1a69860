"""Tables with a delimiter: CSV and TSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Literal

from pipeline.data.clues import is_header, is_repeated
from pipeline.data.content import Content, bounded, checked_columns, checked_width, numbered_lines
from pipeline.data.wording import counted
from pipeline.errors import DataError

Record = tuple[int, list[str]]
_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 1_000_000
csv.field_size_limit(2**31 - 1)  # a cell may be as long as a file, whose size is limited already
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')


def read_csv(text: str, name: str, limit: int) -> Content:
    """Read comma or semicolon separated values as RFC 4180 has them.

    Raises:
        DataError: With the row that is broken.
    """
    delimiter = find_delimiter(text, ",;") or ","
    return _content(_records(text, delimiter, name), name, limit)


def read_tsv(text: str, name: str, limit: int) -> Content:
    """Read tab separated values, in which quotation marks may be plain characters or quote.

    Corpora hold stray quotation marks; spreadsheets quote cells with line ends. A file whose
    lines have equally many cells is of the first kind.

    Raises:
        DataError: With the row that is broken.
    """
    plain = bounded(((number, line.split("\t")) for number, line in numbered_lines(text)), limit, name, header=True)
    if len({len(cells) for _, cells in plain}) > 1:
        with suppress(DataError):
            return _content(_records(text, "\t", name), name, limit)
    return _content(((number, [unquoted(cell) for cell in cells]) for number, cells in plain), name, limit)


def find_delimiter(text: str, candidates: str) -> str | None:
    """The delimiter that divides most of the first rows into as many cells as the first one, if any does."""

    def agreeing(delimiter: str) -> int:
        widths = [len(cells) for cells in sample(text, delimiter)]
        return widths.count(widths[0]) if widths and widths[0] > 1 else 0

    best = max(candidates, key=agreeing)
    return best if agreeing(best) else None


def sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows as ``delimiter`` divides them, up to what can't be divided."""
    rows: list[list[str]] = []
    head = "\n".join(line for _, line in islice(numbered_lines(text[:_SAMPLE_CHARACTERS]), _SAMPLE_ROWS))
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    with suppress(csv.Error):
        rows.extend(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, quoting=quoting))
    return rows


def has_header(first: list[str], rest: list[list[str]]) -> bool:
    """Whether the first row names columns; where nothing says otherwise, it does.

    A value that comes again below, in a column whose values come twice on the average, is a label: ten labels are not
    few for eighty rows, but no name of a column stands among them.
    """
    return is_header(first) or not any(
        is_repeated(cell, [row[column] for row in rest], share=0.5) for column, cell in enumerate(first)
    )


def _records(text: str, delimiter: str, name: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if any(map(str.strip, cells)):
                yield row, cells
    except csv.Error as error:
        raise DataError(
            "{file}: the quotation marks of row {row} do not match.",
            'Close the cell\'s quotation mark, and double those inside it: "he said ""no""".',
            file=name,
            row=row + 1,
        ) from error


def _content(records: Iterable[Record], name: str, limit: int) -> Content:
    """Check that all rows are as long as the first, and tell whether that is a header."""
    taken = bounded(records, limit, name, header=True)
    if not taken:
        return Content([], [], [])
    (top, first), *rest = taken
    checked_width(len(first), name)
    for number, cells in rest:
        if len(cells) != len(first):
            raise DataError(
                "{file}: row {row} has {cells}, but row {first} has {width}.",
                "Put quotation marks around a text that holds the delimiter, or add what is missing.",
                file=name,
                row=number,
                cells=counted(len(cells), "cell"),
                first=top,
                width=len(first),
            )
    numbers = [number for number, _ in rest]
    rows = [cells for _, cells in rest]
    if has_header(first, rows):
        return Content(checked_columns(first, name), rows, numbers)
    return Content([f"column {number}" for number in range(1, len(first) + 1)], [first, *rows], [top, *numbers])


def unquoted(cell: str) -> str:
    """A cell without quotation marks around the whole of it."""
    found = _QUOTED.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell
