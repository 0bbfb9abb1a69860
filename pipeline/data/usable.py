"""From a table to what can be learned from: rows of texts, or sentences of words, with their labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipeline.data.detection import named
from pipeline.data.labellings import LABELS, Item, Label, split_labels
from pipeline.data.readers import Table
from pipeline.data.schemes import OUTSIDE, to_iob2
from pipeline.data.wording import counted, placed
from pipeline.data.words import joined, words_of
from pipeline.messages import Message
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS


@dataclass(frozen=True)
class Findings:
    """What there is to tell of a file's texts, without the texts.

    Attributes:
        texts: How many have all that they need.
        labelled: Whether labels were asked for.
        counts: Label → texts with it, entity type → entities, or tag → words; most frequent first.
        alone: Of the labels that are there once, the row of each.
        missing: As :class:`Usable` has them.
        strange: As well.
        notes: As well.
    """

    texts: int = 0
    labelled: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)
    missing: Sequence[int] = ()
    strange: Sequence[int] = ()
    notes: Sequence[Message] = ()


@dataclass(frozen=True)
class Usable:
    """The texts that have all that they need.

    Attributes:
        texts: What a model reads.
        labels: One a text; None where none were asked for.
        groups: What each text is about; None where the spec names no column that says so.
        rows: The row of the file that each text comes from, or the line of its first token.
        missing: Rows without text or label, which are left out.
        strange: Lines whose tag fits no scheme.
        repaired: Lines whose tag did not spell a whole entity, and was brought to do so.
        notes: What a person should know about how the file was read.
    """

    texts: Sequence[Item] = field(default_factory=list)
    labels: Sequence[Label] | None = None
    groups: Sequence[str] | None = None
    rows: Sequence[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    repaired: list[int] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def findings(self, task: TaskName) -> Findings:
        """What there is to tell of them."""
        names = LABELS[task].names
        counts = dict(Counter(name for label in self.labels or () for name in names(label)).most_common())
        holders = zip(self.rows, self.labels or (), strict=False)
        alone = {name: row for row, label in holders for name in names(label) if counts[name] == 1}
        labelled = self.labels is not None
        return Findings(len(self.texts), labelled, counts, alone, self.missing, self.strange, self.notes)


def fits(table: Table, task: TaskName, *, labelled: bool) -> bool:
    """Whether the file's labels are of the task's kind: of words, or of whole texts."""
    return not labelled or (table.starts is not None) == (TASKS[task].labelling == "tags")


def usable(table: Table, dataset: DatasetSpec, task: TaskName, *, labelled: bool) -> Usable:
    """The texts of a table whose columns the spec names; none if it lacks one of them."""
    columns = [*named(dataset, task, labelled=labelled).values()]
    if not fits(table, task, labelled=labelled) or not set(columns) <= set(table.columns):
        return Usable(labels=[] if labelled else None)
    places = [table.columns.index(column or "") for column in columns]
    if table.starts is not None:
        return _sentences(table, places, dataset, task, labelled=labelled)
    return _rows(table, places, dataset, task, labelled=labelled)


def _rows(table: Table, places: list[int], dataset: DatasetSpec, task: TaskName, *, labelled: bool) -> Usable:
    """Rows of texts; white space in them becomes single spaces."""
    texts: list[Item] = []
    labels: list[Label] = []
    groups: list[str] = []
    rows: list[int] = []
    found = Usable(texts, labels if labelled else None, groups if dataset.group_column else None, rows)
    several, words = TASKS[task].labelling == "several", TASKS[task].columns == ("tokens",)
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        cells = [" ".join(row[place].split()) for place in places]
        group = cells.pop() if dataset.group_column else ""  # may be blank: that is a group as well
        if "" in cells:
            found.missing.append(number)
            continue
        groups.append(group)
        if labelled:
            label = cells.pop()
            labels.append(split_labels(label, dataset.label_separator) if several else label)
        text = cells[0]
        texts.append(words_of(text) if words else text if len(cells) == 1 else tuple(cells))
        rows.append(number)
    if words:
        found.notes.append(
            Message(
                "{file}: its texts were divided into words at white space and punctuation, "
                "and into characters where the script has no spaces.",
                file=Path(dataset.path).name,
            )
        )
    return found


def _sentences(table: Table, places: list[int], dataset: DatasetSpec, task: TaskName, *, labelled: bool) -> Usable:
    """Sentences of tokens; for tasks that read texts their tokens are joined."""
    texts: list[Item] = []
    labels: list[Label] = []
    rows: list[int] = []
    found = Usable(texts, labels if labelled else None, rows=rows)
    tokens = [row[places[0]] for row in table.rows]
    tags = _tags(table, places[1], dataset, task, found) if labelled else []
    as_words = TASKS[task].columns == ("tokens",)
    for start, end in pairwise([*(table.starts or ()), len(tokens)]):
        words, its_tags = tuple(tokens[start:end]), tuple(tags[start:end])
        if "" in words or "" in its_tags:
            lacking = [place for place in range(start, end) if not tokens[place] or (labelled and not tags[place])]
            found.missing.extend(table.row_numbers[place] for place in lacking)
            continue
        texts.append(words if as_words else joined(words))
        rows.append(table.row_numbers[start])
        if labelled:
            labels.append(its_tags)
    return found


def _tags(table: Table, place: int, dataset: DatasetSpec, task: TaskName, found: Usable) -> list[str]:
    """The tags, in IOB2 if they spell entities; notes what had to be done, and leaves missing ones empty."""
    absent = {"", "_"} if table.format == "conllu" else {""}
    tags = [row[place] if row[place] not in absent else "" for row in table.rows]
    if not TASKS[task].spans:
        return tags
    name = Path(dataset.path).name
    entities = to_iob2([tag or OUTSIDE for tag in tags], table.starts or [0])
    found.strange.extend(table.row_numbers[place] for place in entities.strange)
    if entities.scheme != "IOB2":
        told = Message("{file}: its tags are in {scheme} and were brought to IOB2.", file=name, scheme=entities.scheme)
        found.notes.append(told)
    if entities.repaired:
        lines = [table.row_numbers[place] for place in entities.repaired]
        found.repaired.extend(lines)
        told = Message(
            "{file}: {tags} repaired that did not spell whole entities ({places}).",
            file=name,
            tags=counted(len(lines), "tag"),
            places=placed("line", lines),
        )
        found.notes.append(told)
    return [new if old else "" for old, new in zip(tags, entities.tags, strict=True)]
