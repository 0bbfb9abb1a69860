"""What the page shows beside an upload: the columns, a preview, and what has to be corrected."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.data.detection import filled
from pipeline.data.large.plain import Irregular
from pipeline.data.large.streams import stream
from pipeline.data.large.surveying import survey
from pipeline.data.problems import Problem, missing, problems
from pipeline.data.readers import Table, read_table
from pipeline.data.usable import Findings, Usable, usable
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName
from pipeline.tasks import TASKS

__all__ = ["Inspection", "Problem", "examine", "inspect"]

logger = logging.getLogger(__name__)

PREVIEW_ROWS = 8


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
    notes: list[Message]

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
    """As :func:`inspect`, with the texts themselves; of a large file with the first of them.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    labelled = labelled and TASKS[task].label_column is not None
    large = stream(dataset, settings, task, labelled=labelled)
    if large is not None:
        spec = filled(dataset, large.table, task, labelled=labelled)
        try:
            findings, rows = survey(large, spec, settings, task, labelled=labelled)
        except Irregular as why:
            logger.info("%s is read as a whole: %s.", Path(dataset.path).name, why)
        else:
            first = usable(large.table, spec, task, labelled=labelled)
            return _told(large.table, spec, task, replace(findings, notes=first.notes), rows), first
    table = read_table(dataset, settings, task)
    spec = filled(dataset, table, task, labelled=labelled)
    found = usable(table, spec, task, labelled=labelled)
    rows = len(table.rows if table.starts is None else table.starts)
    return _told(table, spec, task, found.findings(task), rows), found


def beginning(dataset: DatasetSpec, settings: Settings) -> Table:
    """A file's table; of a large one its first rows.

    Raises:
        DataError: The file is missing, empty, no text, over a limit or malformed.
    """
    large = stream(dataset, settings, "text-classification", labelled=True)
    return large.table if large is not None else read_table(dataset, settings)


def _told(table: Table, dataset: DatasetSpec, task: TaskName, found: Findings, rows: int) -> Inspection:
    return Inspection(
        dataset=dataset,
        columns=table.columns,
        row_count=rows,
        preview=table.rows[:PREVIEW_ROWS],
        label_counts=dict(found.counts),
        problems=[*problems(table, dataset, task, found)],
        texts=found.texts,
        notes=[*_notes(dataset, found, table), *found.notes],
    )


def _notes(dataset: DatasetSpec, found: Findings, table: Table) -> Iterator[Message]:
    if dataset.encoding == "auto":
        yield Message(
            "{file} was read as Windows-1252, as its bytes suggest; save it as UTF-8 to be sure.",
            file=Path(dataset.path).name,
        )
    if found.missing and dataset.skip_missing:
        without = missing(dataset, table, found)
        if len(found.missing) == 1:
            yield Message("{file}: {rows} without {what} was left out ({places}).", without)
        else:
            yield Message("{file}: {rows} without {what} were left out ({places}).", without)
