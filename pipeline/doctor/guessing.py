"""Which task a file looks as if it were made for."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.data.clues import PAIR_NAMES, simplified
from pipeline.data.detection import filled
from pipeline.data.inspection import beginning
from pipeline.data.labellings import find_separator
from pipeline.data.readers import Table
from pipeline.data.schemes import OUTSIDE, spell_entities
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, TaskName


def guess_task(dataset: DatasetSpec, settings: Settings) -> TaskName:
    """The task that a file's columns and labels suggest; ``language-modelling`` for texts without labels.

    Of a large file the first rows are looked at.

    Args:
        dataset: The file; columns that were chosen for another task do no harm.
        settings: The host's limits.

    Raises:
        DataError: The file can't be read.
    """
    kept = DatasetSpec(path=dataset.path, format=dataset.format, encoding=dataset.encoding)
    table = beginning(kept, settings)
    if table.starts is not None:
        return _of_words(kept, table)
    label = filled(kept, table, "text-classification", labelled=True).label_column
    if label is None:
        return "language-modelling"
    known = {simplified(column) for column in table.columns if column != label}
    if any(first in known and second in known for first, second in PAIR_NAMES):
        return "sentence-pair-classification"
    place = table.columns.index(label)
    cells = [row[place].strip() for row in table.rows]
    several = any(cell.startswith("[") for cell in cells) or find_separator(cells) is not None
    return "multi-label-classification" if several else "text-classification"


def task_of_tags(tags: Iterable[str]) -> TaskName:
    """What words are tagged for: entities, most words being outside of any, or parts of speech."""
    known = set(tags)
    return "entity-recognition" if OUTSIDE in known or spell_entities(known) else "part-of-speech"


def _of_words(dataset: DatasetSpec, table: Table) -> TaskName:
    column = filled(dataset, table, "entity-recognition", labelled=True).label_column
    if column is None:
        return "part-of-speech"
    place = table.columns.index(column)
    return task_of_tags(row[place] for row in table.rows)
