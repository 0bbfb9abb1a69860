"""Checks of how files are read: encoding, format, columns, and the task that they are made for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.data.formats import SUFFIXES
from pipeline.doctor.finding import Finding, first_rows
from pipeline.doctor.guessing import guess_task, task_of_tags
from pipeline.doctor.material import Material, Sheet
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.tasks import TASKS

#: What is left of a character that an earlier program could not read, and of UTF-8 that was read as Windows-1252.
_LOST = re.compile("\ufffd|Ã[\x80-\xbf]|â€|Â[\xa0-\xbf]|锟斤拷")
_PLACE = re.compile(r"\b(?:row|line|item) ([\d,]+)")
_COLUMNS = ("no-text-column", "no-second-text-column", "no-label-column", "unknown-column")


def encoding(material: Material) -> Iterator[Finding]:
    """Bytes that are no text, guessed encodings, and characters that were lost before."""
    for sheet in material.sheets.values():
        if sheet.undecodable is not None:
            yield _refused("encoding", sheet, sheet.undecodable)
        elif sheet.inspection is not None and sheet.inspection.dataset.encoding == "auto":
            yield Finding(
                "encoding",
                "warn",
                (sheet.role,),
                Message("{file} was read as Windows-1252, as its bytes suggest.", {"file": sheet.name}),
                Message("Save it as UTF-8 to be sure."),
            )
        if lost := [row for row, text in zip(sheet.rows, sheet.texts, strict=True) if _LOST.search(text)]:
            yield Finding(
                "encoding",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: texts with characters that were lost when the file was made: {count:,}.",
                    {"file": sheet.name, "count": len(lost)},
                ),
                Message("Export the file anew as UTF-8 from where it came from."),
                first_rows(lost),
            )


def file_format(material: Material) -> Iterator[Finding]:
    """Broken tables, names that promise another format than the content has, and files of which a part is looked at."""
    for sheet in material.sheets.values():
        if sheet.malformed is not None:
            yield _refused("format", sheet, sheet.malformed)
        elif sheet.inspection is not None:
            found = sheet.inspection.dataset.format
            promised = SUFFIXES.get(Path(sheet.dataset.path).suffix.lower(), found)
            if found != promised:
                yield Finding(
                    "format",
                    "warn",
                    (sheet.role,),
                    Message(
                        "{file} is read as {found}, though its name says {promised}.",
                        {"file": sheet.name, "found": found.upper(), "promised": promised.upper()},
                    ),
                    Message("Choose the format if that is not right, or rename the file."),
                )
            if sheet.size > len(sheet.rows):
                yield Finding(
                    "format",
                    "pass",
                    (sheet.role,),
                    Message(
                        "{file} is large: of its {size:,} texts the first {looked:,} were looked at here.",
                        {"file": sheet.name, "size": sheet.size, "looked": len(sheet.rows)},
                    ),
                )


def columns(material: Material) -> Iterator[Finding]:
    """Columns that can't be told, or are not there."""
    for sheet in material.sheets.values():
        yield from reported("columns", sheet, *_COLUMNS)


def task(material: Material) -> Iterator[Finding]:
    """Labels of another kind than the task's, or a file that looks made for another task."""
    mismatched = [*_mismatched(material)]
    yield from mismatched
    sheet = material.sheet("target", "source", "test")
    if mismatched or sheet is None:
        return
    tagged = TASKS[material.task].labelling == "tags"  # then the tags are at hand, and the file is not read again
    tags = (tag for label in sheet.labels for tag in label)
    guessed = task_of_tags(tags) if tagged else guess_task(sheet.dataset, material.settings)
    # Any texts will do to learn a language from, and any tags may be called parts of speech.
    agrees = guessed == material.task or "language-modelling" in (guessed, material.task)
    values = {
        "file": sheet.name,
        "guessed": Message(TASKS[guessed].title),
        "chosen": Message(TASKS[material.task].title),
    }
    if not agrees:
        yield Finding(
            "task",
            "warn",
            (sheet.role,),
            Message("{file} looks made for another task: {guessed}; {chosen} was chosen.", values),
            Message("Choose the task that you want, or correct the columns."),
        )


def reported(check: str, sheet: Sheet, *codes: str, rows: Sequence[int] = ()) -> Iterator[Finding]:
    """What the file's inspection says under some codes, as findings.

    Args:
        check: Whose they are.
        sheet: The file.
        codes: Of its problems.
        rows: All rows concerned, where more are known than the inspection names.
    """
    for problem in sheet.problems(*codes):
        concerned = first_rows(rows or problem.rows)
        yield Finding(check, "fail", (sheet.role,), Message(problem.message), Message(problem.remedy), concerned)


def _mismatched(material: Material) -> Iterator[Finding]:
    for sheet in material.sheets.values():
        yield from reported("task", sheet, "tagged", "not-tagged")


def _refused(check: str, sheet: Sheet, error: DataError) -> Finding:
    """A file that can't be read; the row is the one that the message names."""
    rows = tuple(int(number.replace(",", "")) for number in _PLACE.findall(str(error.message))[:1])
    return Finding(check, "fail", (sheet.role,), Message(error.message), Message(error.remedy), rows)
