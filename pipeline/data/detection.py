"""Finds the columns with the text and the label: by name, else by what they hold."""

from __future__ import annotations

from pipeline.data.clues import LABEL_NAMES, MOST_LABELS, TEXT_NAMES, simplified
from pipeline.data.readers import Table

_LONGEST_LABEL = 40


def detect_columns(table: Table) -> tuple[str | None, str | None]:
    """The names of the text column and the label column, each None without a convincing candidate."""
    text = _by_name(table.columns, TEXT_NAMES)
    label = _by_name(table.columns, LABEL_NAMES)
    values = {
        name: [cell for cell in map(str.strip, cells) if cell]
        for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)
        if name not in {text, label}
    }
    label = label or _label_by_content(values)
    text = text or _text_by_content({name: cells for name, cells in values.items() if name != label})
    return text, label


def _by_name(columns: list[str], names: tuple[str, ...]) -> str | None:
    """The column with the first of the names that any has."""
    found = {simplified(column): column for column in reversed(columns)}
    return next((found[name] for name in names if name in found), None)


def _label_by_content(values: dict[str, list[str]]) -> str | None:
    """The column with the fewest values, of those whose short values recur."""
    distinct = {name: set(cells) for name, cells in values.items()}
    candidates = [
        name
        for name, cells in values.items()
        if 1 < len(distinct[name]) <= min(MOST_LABELS, len(cells) / 2)
        and max(map(len, distinct[name])) <= _LONGEST_LABEL
    ]
    return min(candidates, key=lambda name: len(distinct[name]), default=None)


def _text_by_content(values: dict[str, list[str]]) -> str | None:
    """The column with the longest cells, of those that mostly differ and read like sentences."""
    candidates = [
        name
        for name, cells in values.items()
        if cells and len(set(cells)) * 2 > len(cells) and sum(map(_reads_like_text, cells)) * 2 > len(cells)
    ]
    return max(candidates, key=lambda name: sum(map(len, values[name])) / len(values[name]), default=None)


def _reads_like_text(cell: str) -> bool:
    """Numbers, hashes and addresses have neither spaces nor letters beyond ASCII; dates have no letters."""
    return (" " in cell or not cell.isascii()) and any(map(str.isalpha, cell))
