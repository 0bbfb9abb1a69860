"""Reads a file of texts into a table of strings, whatever its format and encoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.data.content import Content, bounded
from pipeline.data.delimited import read_csv, read_tsv
from pipeline.data.encoding import decode
from pipeline.data.formats import detect_format
from pipeline.data.indicators import COLUMN, merged
from pipeline.data.lines import read_jsonl, read_lines, read_text, read_text_with_labels
from pipeline.data.tagged import read_conll, read_conllu
from pipeline.errors import DataError, system_fault
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, Encoding, FileFormat, TaskName
from pipeline.tasks import TASKS, Labelling

Reader = Callable[[str, str, int], Content]
READERS: dict[FileFormat, Reader] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_jsonl,
    "text": read_text,
    "conll": read_conll,
    "conllu": read_conllu,
}
#: What a line of plain text may start with depends on what its text is labelled with.
TEXT_READERS: dict[Labelling, Reader] = {
    "one": read_text,
    "several": read_text_with_labels,
    "tags": read_lines,
    "none": read_lines,
}
_MEGABYTE = 1_000_000
#: Bytes of a line. Whatever a host lets in, such a one is no text, and the readers would hold many times its size.
LONGEST_LINE = 50 * _MEGABYTE


@dataclass(frozen=True)
class Table:
    """A file's rows as strings.

    Attributes:
        columns: Their names.
        rows: One cell a column; a field that a JSON object lacks is empty.
        row_numbers: As a spreadsheet counts rows (a header is row 1); lines in JSON lines and
            plain text and tagged files; items in a JSON array.
        format: What the file turned out to be, never ``auto``.
        encoding: What it was decoded from.
        starts: Of a file with one token a row: the place of each sentence's first one in ``rows``.
    """

    columns: list[str]
    rows: list[list[str]]
    row_numbers: list[int]
    format: FileFormat
    encoding: str
    starts: list[int] | None = None


def read_table(dataset: DatasetSpec, settings: Settings, task: TaskName = "text-classification") -> Table:
    """Read a file as its spec says, detecting what the spec leaves open as the task needs it.

    Raises:
        DataError: The file is missing, empty, too large, no text, or broken; says where and what to do.
    """
    path = Path(dataset.path)
    name = path.name or dataset.path
    text, encoding = read_document(path, dataset.encoding, settings)
    labelling = TASKS[task].labelling
    format_ = dataset.format
    if format_ == "auto":
        format_ = detect_format(text, path.suffix.lower(), tagged=labelling == "tags")
    reader = TEXT_READERS[labelling] if format_ == "text" else READERS[format_]
    content = reader(text, name, settings.max_rows)
    if not content.rows:
        raise DataError(
            "{file} has no rows under its header." if content.starts is None else "{file} has no tokens in it.",
            "Choose a file with texts in it.",
            file=name,
        )
    if content.starts is None:
        bounded(content.rows, settings.max_rows, name)
    columns, rows = content.columns, content.rows
    if labelling == "several" and content.starts is None and dataset.label_column in (None, COLUMN):
        columns, rows = merged(columns, rows)
    return Table(columns, rows, content.row_numbers, format_, encoding, content.starts)


def read_document(path: Path, encoding: Encoding, settings: Settings) -> tuple[str, str]:
    """Read a whole file, within the host's limit, as text; also returns the encoding used.

    Raises:
        DataError: It is missing, not a file, unreadable, empty, too large or no text.
    """
    name = path.name or str(path)
    try:
        if not path.is_file():
            raise DataError(
                "{file} is a folder, not a file." if path.is_dir() else "{file} does not exist.",
                "Check its path, or upload it again.",
                file=name,
            )
        size = path.stat().st_size
        if size > settings.max_upload_mb * _MEGABYTE:
            raise DataError(
                "{file} is larger than {limit:g} MB.",
                "Split the file, or raise the limit (GRAFT_MAX_UPLOAD_MB).",
                file=name,
                limit=settings.max_upload_mb,
            )
        if size > LONGEST_LINE:
            _check_lines(path)
        text, used = decode(path.read_bytes(), encoding, name)
    except OSError as error:
        raise DataError(
            "{file} can't be read: {fault}.", "Check its permissions.", file=name, fault=system_fault(error)
        ) from error
    if not text.strip():
        raise DataError("{file} is empty.", "Choose a file with texts in it.", file=name)
    return text, used


def _check_lines(path: Path) -> None:
    """Look for a line that is too long, a block at a time.

    Raises:
        DataError: There is one.
    """
    number, length = 1, 0
    with path.open("rb") as file:
        while block := file.read(_MEGABYTE):
            ended, rest = block.count(b"\n"), len(block) - 1 - block.rfind(b"\n")
            if length + (block.find(b"\n") if ended else len(block)) > LONGEST_LINE:
                raise DataError(
                    "{file}: line {line:,} is longer than {limit:g} MB.",
                    "Put each text on a line of its own.",
                    file=path.name,
                    line=number,
                    limit=LONGEST_LINE / _MEGABYTE,
                )
            number, length = number + ended, rest if ended else length + len(block)
