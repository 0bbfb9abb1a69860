"""What has to be corrected before a file can be used, each with a remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.data.detection import named
from pipeline.data.labellings import LABELS
from pipeline.data.readers import Table
from pipeline.data.usable import Findings, fits
from pipeline.data.wording import MOST_SHOWN, counted, placed, quoted, shortened
from pipeline.messages import Message, sentences
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS

MOST_LABELS = 200
_CODES = {"text_column": "text", "second_text_column": "second-text", "label_column": "label", "group_column": "group"}
_TITLES = {
    "text_column": Message("text"),
    "second_text_column": Message("second text"),
    "label_column": Message("label"),
    "group_column": Message("group"),
}
_TOKEN_TITLES = {**_TITLES, "text_column": Message("token"), "label_column": Message("tag")}


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
    message: Message
    remedy: Message
    rows: tuple[int, ...] = ()

    @property
    def told(self) -> Message:
        """Both in a line."""
        return sentences([self.message, self.remedy])

    def __str__(self) -> str:
        return str(self.told)


def problems(table: Table, dataset: DatasetSpec, task: TaskName, found: Findings) -> Iterator[Problem]:
    """Everything that has to be corrected."""
    labelled = found.labelled
    if not fits(table, task, labelled=labelled):
        yield _other_labels(dataset, table)
        return
    yield from _column_problems(dataset, table, task, labelled=labelled)
    yield from _row_problems(dataset, table, task, found)
    if labelled and found.texts:
        yield from _label_problems(dataset, task, found)


def _other_labels(dataset: DatasetSpec, table: Table) -> Problem:
    """What to say of labels that belong to words where texts should have some, or the other way round."""
    name = Path(dataset.path).name
    if table.starts is None:
        return Problem(
            "not-tagged",
            Message(
                "{file} is read as a file of whole texts, but this task learns from a tag for every word.", file=name
            ),
            Message("Give a CoNLL or CoNLL-U file, or choose that format."),
        )
    return Problem(
        "tagged",
        Message(
            "{file} is read as a file of tagged words, but this task learns from labels of whole texts.", file=name
        ),
        Message("Give a table with a label column, or choose another task or format."),
    )


def _column_problems(dataset: DatasetSpec, table: Table, task: TaskName, *, labelled: bool) -> Iterator[Problem]:
    name, columns = Path(dataset.path).name, table.columns
    chosen = named(dataset, task, labelled=labelled)
    titles = _TITLES if table.starts is None else _TOKEN_TITLES
    for role, column in chosen.items():
        title = titles[role]
        if column is None:
            free = [name for name in columns if name not in chosen.values()]
            message = Message("{file} has no column that is plainly the {title}.", file=name, title=title)
            remedy = Message("Give a table with a {title} column.", title=title)
            if free:
                remedy = Message("Choose the {title} column: {columns}.", title=title, columns=quoted(free))
            yield Problem(f"no-{_CODES[role]}-column", message, remedy)
        elif column not in columns:
            message = Message("{file} has no column “{column}”.", file=name, column=shortened(column))
            yield Problem("unknown-column", message, Message("It has {columns}.", columns=quoted(columns)))
    for column, count in Counter(column for column in chosen.values() if column is not None).items():
        if count > 1:
            *others, last = [role for role in chosen if chosen[role] == column]
            first = Message("as the {title}", title=titles[others[0]])
            for role in others[1:]:
                first = Message("{before} and as the {title}", before=first, title=titles[role])
            both = {"file": name, "column": shortened(column), "first": first, "last": titles[last]}
            message = Message("{file}: “{column}” is chosen both {first} and as the {last}.", both)
            yield Problem(f"no-{_CODES[last]}-column", message, Message("Choose another column for one of them."))


def _row_problems(dataset: DatasetSpec, table: Table, task: TaskName, found: Findings) -> Iterator[Problem]:
    if found.missing and not (dataset.skip_missing and found.texts):
        remedy = Message("Fill them in, or choose “Leave out incomplete rows”.")
        if found.labelled and found.texts and TASKS[task].labelling == "several":
            remedy = Message("Fill them in ([] where a text has no label), or choose “Leave out incomplete rows”.")
        if not found.texts:
            remedy = Message("Choose other columns.")
        message = Message("{file}: {rows} without {what} ({places}).", missing(dataset, table, found))
        yield Problem("missing", message, remedy, tuple(found.missing[:MOST_SHOWN]))
    if found.strange:
        message = Message(
            "{file}: {tags} neither “O” nor like “B-PER” ({places}).",
            file=Path(dataset.path).name,
            tags=counted(len(found.strange), "tag"),
            places=placed("line", found.strange),
        )
        rows = tuple(found.strange[:MOST_SHOWN])
        yield Problem("strange-tags", message, Message("Correct them in the file."), rows)


def _label_problems(dataset: DatasetSpec, task: TaskName, found: Findings) -> Iterator[Problem]:
    name, column, kind = Path(dataset.path).name, dataset.label_column, LABELS[task]
    total, counts = found.texts, found.counts
    every_text_its_own = kind.by_label and len(counts) == total
    texts = counted(total, "text")
    if not counts:
        what = Message("an entity in it") if TASKS[task].spans else Message("a label")
        message = Message("{file}: none of its {texts} has {what}.", file=name, texts=texts, what=what)
        yield Problem("one-label", message, Message("Choose another label column, or add texts with labels."))
    elif len(counts) < kind.least:
        label = next(iter(counts))
        message = Message(
            "{file}: the only label is “{label}” ({texts}).", file=name, label=shortened(label), texts=texts
        )
        yield Problem("one-label", message, Message("Choose another label column, or add texts with other labels."))
    elif len(counts) > MOST_LABELS or every_text_its_own:
        message = Message(
            "{file}: the column “{column}” has {count:,} different values in {total:,} rows.",
            file=name,
            column=shortened(column or ""),
            count=len(counts),
            total=total,
        )
        remedy = Message("Choose a label column with at most {most} labels.", most=MOST_LABELS)
        yield Problem("too-many-labels", message, remedy)
    elif kind.by_label and found.alone:
        rows = sorted(found.alone.values())
        message = Message(
            "{file}: only one text has the label {labels} ({places}).",
            file=name,
            labels=quoted([*found.alone]),
            places=placed("row", rows),
        )
        yield Problem(
            "few-per-label", message, Message("Add texts with it, or remove its row."), tuple(rows[:MOST_SHOWN])
        )


def missing(dataset: DatasetSpec, table: Table, found: Findings) -> dict[str, object]:
    """How many rows of which file lack a text or a label, and which."""
    if table.starts is None:
        rows, places = counted(len(found.missing), "row"), placed("row", found.missing)
        what = Message("text or label") if found.labelled else Message("text")
    else:
        rows, places = counted(len(found.missing), "line"), placed("line", found.missing)
        what = Message("token or tag") if found.labelled else Message("token")
    return {"file": Path(dataset.path).name, "rows": rows, "what": what, "places": places}
