"""Several labels as they often come: a column for each, which holds 1 where the text has the label, else 0."""

from __future__ import annotations

import json

from pipeline.data.clues import LABEL_NAMES, simplified

#: The column that takes their place; its cells are JSON lists of the columns' names.
COLUMN = "labels"
_YES, _NO = frozenset({"1", "1.0", "true", "yes"}), frozenset({"0", "0.0", "false", "no"})
_FEWEST = 2  # columns; one of zeros and ones is a label with two values


def merged(columns: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The table with its columns of yes and no made one, at its end.

    It comes back as it is if fewer than two columns hold nothing but yes and no, both of them in one at least, or
    if another column is called as labels are.
    """
    answers = [{row[place].strip().casefold() for row in rows} for place in range(len(columns))]
    places = [place for place, found in enumerate(answers) if found and found <= _YES | _NO]
    others = {simplified(name) for place, name in enumerate(columns) if place not in places}
    if len(places) < _FEWEST or others & {*LABEL_NAMES} or not any(answers[place] & _YES for place in places):
        return columns, rows
    kept = [place for place in range(len(columns)) if place not in places]
    found = []
    for row in rows:
        given = [columns[place] for place in places if row[place].strip().casefold() in _YES]
        found.append([*(row[place] for place in kept), json.dumps(given, ensure_ascii=False)])
    return [*(columns[place] for place in kept), COLUMN], found
