"""The texts of one file, ready for use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.data.inspection import examine, missing_rows
from pipeline.errors import DataError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec


@dataclass(frozen=True)
class Texts:
    """Texts in the order of their file.

    Attributes:
        texts: Without white space around them, single spaces within.
        labels: One a text; None where the file is used without labels.
        rows: The row of the file that each text comes from.
    """

    texts: list[str]
    labels: list[str] | None
    rows: list[int]

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, places: Iterable[int]) -> Texts:
        """The texts at these places, counted from 0."""
        chosen = list(places)
        return Texts(
            [self.texts[place] for place in chosen],
            None if self.labels is None else [self.labels[place] for place in chosen],
            [self.rows[place] for place in chosen],
        )


def read_texts(dataset: DatasetSpec, settings: Settings, *, labelled: bool) -> tuple[Texts, list[str]]:
    """Read a file's texts and, where asked for, their labels.

    Returns:
        The texts, and notes of what a person should know about them.

    Raises:
        DataError: The file can't be read, or has a problem that its inspection shows.
    """
    inspection, usable = examine(dataset, settings, labelled=labelled)
    if inspection.problems:
        *others, last = inspection.problems
        raise DataError(" ".join([*map(str, others), last.message]), last.remedy)
    name = Path(dataset.path).name
    notes = []
    if inspection.dataset.encoding == "auto":
        notes.append(f"{name} was read as Windows-1252, as its bytes suggest; save it as UTF-8 to be sure.")
    if usable.missing:
        verb = "was" if len(usable.missing) == 1 else "were"
        before, _, where = missing_rows(name, usable).partition(" (")
        notes.append(f"{before} {verb} left out ({where}.")
    return Texts(usable.texts, usable.labels, usable.rows), notes
