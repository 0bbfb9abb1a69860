"""What the page shows beside an upload: the columns, a preview, and what has to be corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

from pipeline.data.detection import detect_columns
from pipeline.data.readers import Table, read_table
from pipeline.data.wording import MOST_SHOWN, counted, placed, quoted
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, Encoding

MOST_LABELS = 200
PREVIEW_ROWS = 8


@dataclass(frozen=True)
class Problem:
    """Something that a person can correct by choosing other columns or editing the file.

    Attributes:
        code: For programs; the same for every file.
        message: What is wrong, naming the file.
        remedy: What to do.
        rows: Numbers of the rows concerned, the first ten of them.
    """

    code: str
    message: str
    remedy: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


@dataclass(frozen=True)
class Inspection:
    """What a file holds.

    Attributes:
        dataset: The spec that was given, with what was detected filled in.
        columns: All of the file's columns.
        row_count: All of the file's rows.
        preview: The first rows.
        label_counts: Label → usable rows with it, most frequent first.
        problems: What has to be corrected before the file can be used.
        texts: Rows that can be used.
    """

    dataset: DatasetSpec
    columns: list[str]
    row_count: int
    preview: list[list[str]]
    label_counts: dict[str, int]
    problems: list[Problem]
    texts: int

    @property
    def ok(self) -> bool:
        """Whether the file can be used as it is."""
        return not self.problems


@dataclass(frozen=True)
class Usable:
    """The rows that have a text and, where asked for, a label; ``missing``: the numbers of the others."""

    texts: list[str]
    labels: list[str] | None
    rows: list[int]
    missing: list[int]


def inspect(dataset: DatasetSpec, settings: Settings, *, labelled: bool) -> Inspection:
    """Read a file and tell what is in it and what is wrong with it.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    return examine(dataset, settings, labelled=labelled)[0]


def examine(dataset: DatasetSpec, settings: Settings, *, labelled: bool) -> tuple[Inspection, Usable]:
    """As :func:`inspect`, with the rows themselves.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    table = read_table(dataset, settings)
    filled = _filled(dataset, table, labelled=labelled)
    usable = _usable(table, filled, labelled=labelled)
    counts = dict(Counter(usable.labels or ()).most_common())
    inspection = Inspection(
        dataset=filled,
        columns=table.columns,
        row_count=len(table.rows),
        preview=table.rows[:PREVIEW_ROWS],
        label_counts=counts,
        problems=[
            *_column_problems(filled, table.columns, labelled=labelled),
            *_row_problems(filled, usable),
            *_label_problems(filled, counts, len(usable.texts)),
        ],
        texts=len(usable.texts),
    )
    return inspection, usable


def _filled(dataset: DatasetSpec, table: Table, *, labelled: bool) -> DatasetSpec:
    """The spec with what was detected; a column chosen for one role is not proposed for the other."""
    chosen = {dataset.text_column, dataset.label_column if labelled else None}
    kept = [number for number, name in enumerate(table.columns) if name not in chosen]
    text, label = detect_columns(
        replace(
            table,
            columns=[table.columns[number] for number in kept],
            rows=[[row[number] for number in kept] for row in table.rows],
        )
    )
    encoding = cast("Encoding", table.encoding if table.encoding in get_args(Encoding) else "auto")
    found = {"format": table.format, "encoding": encoding, "text_column": dataset.text_column or text}
    if labelled:
        found["label_column"] = dataset.label_column or label
    return dataset.model_copy(update=found)


def _usable(table: Table, dataset: DatasetSpec, *, labelled: bool) -> Usable:
    """The rows that can be used; white space in texts becomes single spaces."""
    labels: list[str] = []
    usable = Usable([], labels if labelled else None, [], [])
    wanted = [dataset.text_column, dataset.label_column] if labelled else [dataset.text_column]
    if not set(wanted) <= set(table.columns):
        return usable
    places = [table.columns.index(name) for name in wanted if name is not None]
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        text, *label = (" ".join(row[place].split()) for place in places)
        if not text or "" in label:
            usable.missing.append(number)
            continue
        usable.texts.append(text)
        labels.extend(label)
        usable.rows.append(number)
    return usable


def _column_problems(dataset: DatasetSpec, columns: list[str], *, labelled: bool) -> Iterator[Problem]:
    name = Path(dataset.path).name
    roles = {"text": dataset.text_column, "label": dataset.label_column}
    for role in ("text", "label") if labelled else ("text",):
        column = roles[role]
        if column is None:
            free = [name for name in columns if name not in roles.values()]
            remedy = f"Choose the {role} column: {quoted(free)}." if free else f"Give a table with a {role} column."
            yield Problem(f"no-{role}-column", f"{name} has no column that is plainly the {role}.", remedy)
        elif column not in columns:
            yield Problem("unknown-column", f"{name} has no column “{column}”.", f"It has {quoted(columns)}.")
    if labelled and dataset.text_column is not None and dataset.text_column == dataset.label_column:
        message = f"{name}: “{dataset.text_column}” is chosen both as the text and as the label."
        yield Problem("no-label-column", message, "Choose another column for one of them.")


def _row_problems(dataset: DatasetSpec, usable: Usable) -> Iterator[Problem]:
    if usable.missing and not (dataset.skip_missing and usable.texts):
        remedy = "Fill them in, or choose “Leave out incomplete rows”." if usable.texts else "Choose other columns."
        yield Problem(
            "missing", f"{missing_rows(Path(dataset.path).name, usable)}.", remedy, tuple(usable.missing[:MOST_SHOWN])
        )


def _label_problems(dataset: DatasetSpec, counts: dict[str, int], total: int) -> Iterator[Problem]:
    name, column = Path(dataset.path).name, dataset.label_column
    if len(counts) == 1:
        message = f"{name}: the only label is “{next(iter(counts))}” ({counted(total, 'text')})."
        yield Problem("one-label", message, "Choose another label column, or add texts with other labels.")
    elif len(counts) > MOST_LABELS or (counts and len(counts) == total):
        message = f"{name}: the column “{column}” has {len(counts):,} different values in {total:,} rows."
        yield Problem("too-many-labels", message, f"Choose a label column with at most {MOST_LABELS} labels.")
    elif rare := [label for label, count in counts.items() if count == 1]:
        message = f"{name}: only one text has the label {quoted(rare)}."
        yield Problem("few-per-label", message, "Add texts with it, or remove its row.")


def missing_rows(name: str, usable: Usable) -> str:
    """How many rows lack a text or a label, and which, as the beginning of a sentence."""
    what = "text" if usable.labels is None else "text or label"
    return f"{name}: {counted(len(usable.missing), 'row')} without {what} ({placed('row', usable.missing)})"
