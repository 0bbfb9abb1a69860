"""Finds the columns with the texts and the labels: by name, else by what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast, get_args

from pipeline.data.clues import LABEL_NAMES, MOST_LABELS, PAIR_NAMES, TEXT_NAMES, simplified
from pipeline.data.labellings import find_separator
from pipeline.data.readers import Table
from pipeline.data.tagged import find_tag, find_token
from pipeline.spec import DatasetSpec, Encoding, TaskName
from pipeline.tasks import TASKS

_LONGEST_LABEL = 40
_SAMPLE_TOKENS = 5000

Values = dict[str, list[str]]  # column → its cells
Found = dict[str, str | None]  # field of the spec → column


def roles(task: TaskName, *, labelled: bool) -> tuple[str, ...]:
    """The fields of a :class:`~pipeline.spec.DatasetSpec` that name a column which the task needs."""
    second = ("second_text_column",) if "second" in TASKS[task].columns else ()
    return ("text_column", *second, *(("label_column",) if labelled else ()))


def named(dataset: DatasetSpec, task: TaskName, *, labelled: bool) -> dict[str, str | None]:
    """What the spec has for each of those fields, and for the group if it names one; in the order of the cells."""
    wanted = roles(task, labelled=labelled)
    return {role: getattr(dataset, role) for role in (*wanted, *(("group_column",) if dataset.group_column else ()))}


def filled(dataset: DatasetSpec, table: Table, task: TaskName, *, labelled: bool) -> DatasetSpec:
    """The spec with what was detected; a column chosen for one role is not proposed for another."""
    chosen = named(dataset, task, labelled=labelled)
    if table.starts is not None:
        found = _tagged(table, chosen, entities=TASKS[task].spans)
    else:
        values = {name: cells for name, cells in _values(table).items() if name not in chosen.values()}
        found = _pair(values, chosen) if "second_text_column" in chosen else _single(values)
    encoding = cast("Encoding", table.encoding if table.encoding in get_args(Encoding) else "auto")
    update: dict[str, str | None] = {"format": table.format, "encoding": encoding}
    update |= {role: column or found.get(role) for role, column in chosen.items()}
    label = update.get("label_column")
    if TASKS[task].labelling == "several" and label in table.columns and dataset.label_separator is None:
        place = table.columns.index(label)
        update["label_separator"] = find_separator(row[place] for row in table.rows)
    return dataset.model_copy(update=update)


def _tagged(table: Table, chosen: Found, *, entities: bool) -> Found:
    sample = table.rows[:_SAMPLE_TOKENS]
    values = dict(zip(table.columns, ([*cells] for cells in zip(*sample, strict=True)), strict=True))
    label = chosen.get("label_column")
    token = chosen["text_column"] or find_token({name: cells for name, cells in values.items() if name != label})
    tag = find_tag({name: cells for name, cells in values.items() if name != token}, entities=entities)
    return {"text_column": token, "label_column": tag}


def _single(values: Values) -> Found:
    """The columns with the text and the label, each None without a convincing candidate."""
    text, label = _by_name(values, TEXT_NAMES), _by_name(values, LABEL_NAMES)
    rest = {name: cells for name, cells in values.items() if name not in {text, label}}
    label = label or _label_by_content(rest)
    text = text or next(iter(_texts_by_content({name: cells for name, cells in rest.items() if name != label})), None)
    return {"text_column": text, "label_column": label}


def _pair(values: Values, chosen: Found) -> Found:
    """The same with two texts, one of which may be chosen; without known names the two longest, in their order."""
    known = {simplified(column): column for column in reversed(values)}
    pairs = [(known[one], known[two]) for one, two in PAIR_NAMES if one in known and two in known]
    rest = {name: cells for name, cells in values.items() if not pairs or name not in pairs[0]}
    label = _by_name(rest, LABEL_NAMES) or _label_by_content(rest)
    longest = _texts_by_content({name: cells for name, cells in values.items() if name != label})
    if chosen["text_column"] or chosen["second_text_column"]:
        named = [known[name] for names in PAIR_NAMES for name in names if name in known]
        text = second = next((name for name in (*named, *longest) if name != label), None)
    else:
        both = [*pairs[0]] if pairs else sorted(longest[:2], key=[*values].index)
        text, second, *_ = (*both, None, None)
    return {"text_column": text, "second_text_column": second, "label_column": label}


def _values(table: Table) -> Values:
    """The columns' cells that are not blank."""
    return {
        name: [cell for cell in map(str.strip, cells) if cell]
        for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)
    }


def _by_name(columns: Iterable[str], names: tuple[str, ...]) -> str | None:
    """The column with the first of the names that any has."""
    found = {simplified(column): column for column in reversed([*columns])}
    return next((found[name] for name in names if name in found), None)


def _label_by_content(values: Values) -> str | None:
    """The column with the fewest values, of those whose short values recur."""
    distinct = {name: set(cells) for name, cells in values.items()}
    candidates = [
        name
        for name, cells in values.items()
        if 1 < len(distinct[name]) <= min(MOST_LABELS, len(cells) / 2)
        and max(map(len, distinct[name])) <= _LONGEST_LABEL
    ]
    return min(candidates, key=lambda name: len(distinct[name]), default=None)


def _texts_by_content(values: Values) -> list[str]:
    """The columns whose cells mostly differ and read like sentences, those with the longest first."""
    candidates = [
        name
        for name, cells in values.items()
        if cells and len(set(cells)) * 2 > len(cells) and sum(map(_reads_like_text, cells)) * 2 > len(cells)
    ]
    return sorted(candidates, key=lambda name: sum(map(len, values[name])) / len(values[name]), reverse=True)


def _reads_like_text(cell: str) -> bool:
    """Numbers, hashes and addresses have neither spaces nor letters beyond ASCII; dates have no letters."""
    return (" " in cell or not cell.isascii()) and any(map(str.isalpha, cell))
