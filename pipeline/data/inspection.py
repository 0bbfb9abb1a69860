"""What the page shows beside an upload: the columns, a preview, and what has to be corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.data.detection import filled, roles
from pipeline.data.labellings import LABELS
from pipeline.data.readers import Table, read_table
from pipeline.data.usable import Usable, fits, usable
from pipeline.data.wording import MOST_SHOWN, counted, placed, quoted
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS

MOST_LABELS = 200
PREVIEW_ROWS = 8
_CODES = {"text_column": "text", "second_text_column": "second-text", "label_column": "label"}
_TITLES = {"text_column": "text", "second_text_column": "second text", "label_column": "label"}
_TOKEN_TITLES = {"text_column": "token", "second_text_column": "second text", "label_column": "tag"}


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
        row_count: All of the file's rows; of tagged tokens, its sentences.
        preview: The first rows.
        label_counts: Label → usable texts with it, entity type → entities, or tag → words; most frequent first.
        problems: What has to be corrected before the file can be used.
        texts: Rows or sentences that can be used.
        notes: What a person should know about how the file was read: what was guessed, repaired, left out.
    """

    dataset: DatasetSpec
    columns: list[str]
    row_count: int
    preview: list[list[str]]
    label_counts: dict[str, int]
    problems: list[Problem]
    texts: int
    notes: list[str]

    @property
    def ok(self) -> bool:
        """Whether the file can be used as it is."""
        return not self.problems


def inspect(
    dataset: DatasetSpec, settings: Settings, *, labelled: bool, task: TaskName = "text-classification"
) -> Inspection:
    """Read a file and tell what is in it and what is wrong with it.

    Args:
        dataset: The file, and how to read it as far as that is known.
        settings: The host's limits.
        labelled: Whether its labels are wanted; a task without labels has none in any case.
        task: What its texts are for.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    return examine(dataset, settings, labelled=labelled, task=task)[0]


def examine(
    dataset: DatasetSpec, settings: Settings, *, labelled: bool, task: TaskName = "text-classification"
) -> tuple[Inspection, Usable]:
    """As :func:`inspect`, with the texts themselves.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    labelled = labelled and TASKS[task].label_column is not None
    table = read_table(dataset, settings, task)
    spec = filled(dataset, table, task, labelled=labelled)
    found = usable(table, spec, task, labelled=labelled)
    counts = dict(Counter(name for label in found.labels or () for name in LABELS[task].names(label)).most_common())
    inspection = Inspection(
        dataset=spec,
        columns=table.columns,
        row_count=len(table.rows if table.starts is None else table.starts),
        preview=table.rows[:PREVIEW_ROWS],
        label_counts=counts,
        problems=[*_problems(table, spec, task, found, counts, labelled=labelled)],
        texts=len(found.texts),
        notes=[*_notes(spec, found, table), *found.notes],
    )
    return inspection, found


def _problems(
    table: Table, dataset: DatasetSpec, task: TaskName, found: Usable, counts: dict[str, int], *, labelled: bool
) -> Iterator[Problem]:
    if not fits(table, task, labelled=labelled):
        yield _other_labels(dataset, table)
        return
    yield from _column_problems(dataset, table, task, labelled=labelled)
    yield from _row_problems(dataset, table, task, found)
    if labelled and found.texts:
        yield from _label_problems(dataset, task, counts, len(found.texts))


def _notes(dataset: DatasetSpec, found: Usable, table: Table) -> Iterator[str]:
    name = Path(dataset.path).name
    if dataset.encoding == "auto":
        yield f"{name} was read as Windows-1252, as its bytes suggest; save it as UTF-8 to be sure."
    if found.missing and dataset.skip_missing:
        verb = "was" if len(found.missing) == 1 else "were"
        before, _, where = _missing(dataset, table, found).partition(" (")
        yield f"{before} {verb} left out ({where}."


def _other_labels(dataset: DatasetSpec, table: Table) -> Problem:
    """What to say of labels that belong to words where texts should have some, or the other way round."""
    name = Path(dataset.path).name
    if table.starts is None:
        message = f"{name} is read as a file of whole texts, but this task learns from a tag for every word."
        return Problem("not-tagged", message, "Give a CoNLL or CoNLL-U file, or choose that format.")
    message = f"{name} is read as a file of tagged words, but this task learns from labels of whole texts."
    return Problem("tagged", message, "Give a table with a label column, or choose another task or format.")


def _column_problems(dataset: DatasetSpec, table: Table, task: TaskName, *, labelled: bool) -> Iterator[Problem]:
    name, columns = Path(dataset.path).name, table.columns
    chosen = {role: getattr(dataset, role) for role in roles(task, labelled=labelled)}
    titles = _TITLES if table.starts is None else _TOKEN_TITLES
    for role, column in chosen.items():
        title = titles[role]
        if column is None:
            free = [name for name in columns if name not in chosen.values()]
            remedy = f"Choose the {title} column: {quoted(free)}." if free else f"Give a table with a {title} column."
            yield Problem(f"no-{_CODES[role]}-column", f"{name} has no column that is plainly the {title}.", remedy)
        elif column not in columns:
            yield Problem("unknown-column", f"{name} has no column “{column}”.", f"It has {quoted(columns)}.")
    for column, count in Counter(column for column in chosen.values() if column is not None).items():
        if count > 1:
            *others, last = [role for role in chosen if chosen[role] == column]
            first = " and ".join(f"as the {titles[role]}" for role in others)
            message = f"{name}: “{column}” is chosen both {first} and as the {titles[last]}."
            yield Problem(f"no-{_CODES[last]}-column", message, "Choose another column for one of them.")


def _row_problems(dataset: DatasetSpec, table: Table, task: TaskName, found: Usable) -> Iterator[Problem]:
    if found.missing and not (dataset.skip_missing and found.texts):
        none = " ([] where a text has no label)" if found.labels and TASKS[task].labelling == "several" else ""
        remedy = f"Fill them in{none}, or choose “Leave out incomplete rows”."
        if not found.texts:
            remedy = "Choose other columns."
        message = f"{_missing(dataset, table, found)}."
        yield Problem("missing", message, remedy, tuple(found.missing[:MOST_SHOWN]))
    if found.strange:
        message = (
            f"{Path(dataset.path).name}: {counted(len(found.strange), 'tag')} neither “O” nor like “B-PER” "
            f"({placed('line', found.strange)})."
        )
        yield Problem("strange-tags", message, "Correct them in the file.", tuple(found.strange[:MOST_SHOWN]))


def _label_problems(dataset: DatasetSpec, task: TaskName, counts: dict[str, int], total: int) -> Iterator[Problem]:
    name, column, kind = Path(dataset.path).name, dataset.label_column, LABELS[task]
    every_text_its_own = kind.by_label and len(counts) == total
    if not counts:
        what = "an entity in it" if TASKS[task].spans else "a label"
        message = f"{name}: none of its {counted(total, 'text')} has {what}."
        yield Problem("one-label", message, "Choose another label column, or add texts with labels.")
    elif len(counts) < kind.least:
        message = f"{name}: the only label is “{next(iter(counts))}” ({counted(total, 'text')})."
        yield Problem("one-label", message, "Choose another label column, or add texts with other labels.")
    elif len(counts) > MOST_LABELS or every_text_its_own:
        message = f"{name}: the column “{column}” has {len(counts):,} different values in {total:,} rows."
        yield Problem("too-many-labels", message, f"Choose a label column with at most {MOST_LABELS} labels.")
    elif kind.by_label and (rare := [label for label, count in counts.items() if count == 1]):
        message = f"{name}: only one text has the label {quoted(rare)}."
        yield Problem("few-per-label", message, "Add texts with it, or remove its row.")


def _missing(dataset: DatasetSpec, table: Table, found: Usable) -> str:
    """How many rows lack a text or a label, and which, as the beginning of a sentence."""
    row, text, label = ("row", "text", "label") if table.starts is None else ("line", "token", "tag")
    what = text if found.labels is None else f"{text} or {label}"
    name = Path(dataset.path).name
    return f"{name}: {counted(len(found.missing), row)} without {what} ({placed(row, found.missing)})"
