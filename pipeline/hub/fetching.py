"""Brings one split of a data set here as a file, within the host's limits. Loads ``datasets``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from pipeline.errors import DataError, system_fault
from pipeline.hub.faults import told
from pipeline.hub.finding import Found, find
from pipeline.hub.records import Fetched, Wanted
from pipeline.hub.rows import Shape, shape
from pipeline.messages import Message, series
from pipeline.messages import told as parts_of
from pipeline.settings import Settings
from pipeline.spec import Origin

MEGABYTE = 1_000_000
NEWS_SECONDS = 0.3  # between two words on how far it is
Report = Callable[[int], None]


def fetch(wanted: Wanted, out: Path, settings: Settings, report: Report = lambda _: None) -> Fetched:
    """Write a data set's rows into a file. Nothing of that name may be there; a file that is there is whole.

    Args:
        wanted: Which data set.
        out: The file; its extension becomes ``.jsonl`` or, for tagged words, ``.conll``.
        settings: The host's: how many rows and bytes a file may have.
        report: Told now and then how many rows there are.

    Raises:
        DataError: The data set can't be had, or holds nothing that can be read.
    """
    found = find(wanted)
    with told(wanted):
        rows = iter(found.rows)
        first = next(rows, None)
    if first is None:
        raise DataError(
            "{dataset}: {split} has no rows.", "Choose another split.", dataset=found.dataset, split=found.split
        )
    shaped = shape(found.rows.features, first, wanted.task, found.dataset)
    path = out.with_name(out.name.removesuffix(shaped.suffix) + shaped.suffix)
    if path.exists():
        raise DataError("{file} exists already.", "Name another file, or delete it.", file=str(path))
    partial = path.with_name(f".{path.name}.part")
    try:
        taken = _Taken(shaped, settings, report)
        with partial.open("w", encoding="utf-8", errors="replace", newline="\n") as file, told(wanted):
            file.writelines(taken.lines(chain([first], rows)))
        if not taken.rows:
            raise DataError(
                "{dataset}: {split} has no rows.", "Choose another split.", dataset=found.dataset, split=found.split
            )
        os.replace(partial, path)
    except OSError as error:
        raise DataError(
            "{file} can't be written: {fault}.", "Check the path.", file=str(path), fault=system_fault(error)
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return _fetched(found, path, taken)


class _Taken:
    """What was taken of the rows, and why no more."""

    def __init__(self, shaped: Shape, settings: Settings, report: Report) -> None:
        self.shaped, self.settings, self.report = shaped, settings, report
        self.rows = self.empty = self.size = 0
        self.limit: Message | None = None
        self._told = 0.0

    def lines(self, rows: Iterator[dict[str, object]]) -> Iterator[str]:
        """The file's lines, as far as the limits go."""
        most_rows, most_megabytes = self.settings.max_rows, self.settings.max_upload_mb
        for row in rows:
            line = self.shaped.written(row)
            if not line:
                self.empty += 1
                continue
            size = len(line.encode("utf-8", "replace"))
            if self.rows >= most_rows:
                self.limit = Message("{limit:,} rows (GRAFT_MAX_ROWS)", limit=most_rows)
                return
            if self.size + size > most_megabytes * MEGABYTE:
                self.limit = Message("{limit:g} MB (GRAFT_MAX_UPLOAD_MB)", limit=most_megabytes)
                return
            self.rows += 1
            self.size += size
            yield line
            if (now := time.monotonic()) - self._told > NEWS_SECONDS:
                self._told = now
                self.report(self.rows)


def _fetched(found: Found, path: Path, taken: _Taken) -> Fetched:
    notes = []
    if taken.limit is not None:
        notes.append(
            Message(
                "Only the first {rows:,} rows were taken: at most {limit} are allowed here.",
                rows=taken.rows,
                limit=taken.limit,
            )
        )
    if not found.whole:
        notes.append(Message("The Hub has converted only the first part of this split."))
    if taken.empty:
        notes.append(
            Message("Rows without text, or without a tag for each word, were left out: {count:,}.", count=taken.empty)
        )
    if taken.shaped.left_out:
        notes.append(
            Message("Columns that hold no text were left out: {columns}.", columns=series(taken.shaped.left_out))
        )
    origin = Origin(
        dataset=found.dataset,
        config=found.config,
        split=found.split,
        commit=found.commit,
        licence=found.licence,
        rows=taken.rows if taken.limit is not None or not found.whole else None,
    )
    return Fetched(path=str(path), rows=taken.rows, origin=origin, notes=tuple(map(str, notes)), told=parts_of(notes))
