"""Which files are read in blocks, and their rows as Arrow batches."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute, csv

from pipeline.data.content import MOST_COLUMNS, checked_columns, checked_width
from pipeline.data.delimited import find_delimiter, has_header, unquoted
from pipeline.data.encoding import is_text
from pipeline.data.formats import detect_format
from pipeline.data.indicators import COLUMN, merged
from pipeline.data.large.labelled import COLUMNS as LABELLED
from pipeline.data.large.labelled import Labels
from pipeline.data.large.plain import BOM, Irregular, Plain
from pipeline.data.lines import flat_objects, plain_separator, starts_with_labels
from pipeline.data.readers import Table
from pipeline.errors import DataError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, FileFormat, TaskName
from pipeline.tasks import TASKS, Labelling

#: Bytes from which on a file is read in blocks: below, the other readers take a second and what memory there is.
LARGE = 16_000_000
HEAD = 1_000_000  # bytes by which the format is told
SAMPLE = 5_000  # rows by which the columns are told
BLOCK = 4_000_000  # bytes read at a time; no row may be longer
_NO_DELIMITER = "\1"  # of lines: it stands in no text, and where it does, another reader takes the file

#: Rows and their numbers as people count them, int64: a column of strings for each of the file's.
Batches = Iterator[tuple[np.ndarray, pa.RecordBatch]]
#: The first of them as lists.
Sample = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Stream:
    """A large file.

    Attributes:
        table: Its columns and first rows.
        batches: Reads all of its rows, each time anew.
    """

    table: Table
    batches: Callable[[], Batches]

    @property
    def blank_rows(self) -> bool:
        """Whether its batches hold blank lines, as rows of blank cells; an object without values is no such line."""
        return self.table.format != "jsonl"


def stream(dataset: DatasetSpec, settings: Settings, task: TaskName, *, labelled: bool) -> Stream | None:
    """A file as a stream, if it is large and plain as far as its beginning shows."""
    path = Path(dataset.path)
    labelling = TASKS[task].labelling
    tagged = labelled and labelling == "tags"
    if tagged or dataset.encoding not in ("auto", "utf-8") or not path.is_file():
        return None
    if not LARGE <= path.stat().st_size <= settings.max_upload_mb * 1_000_000:
        return None
    try:
        head = _head(path)
        format_ = dataset.format
        if format_ == "auto":
            format_ = detect_format(head, path.suffix.lower(), tagged=labelling == "tags")
        opened = STREAMS[format_](path, head, labelling) if format_ in STREAMS else None
    except (Irregular, DataError):
        return None  # another reader may know a deeper cause
    if opened is not None and labelling == "several" and dataset.label_column in (None, COLUMN):
        columns, _ = merged(opened.table.columns, opened.table.rows)
        if columns != opened.table.columns:
            return None  # many columns become one, which is made of all rows
    return opened


def _head(path: Path) -> str:
    """The file's first lines.

    Raises:
        Irregular: They are no UTF-8, or no text at all.
    """
    with path.open("rb") as file:
        data = file.read(HEAD)
    whole = len(data) < HEAD
    if not is_text(data):
        raise Irregular("no text")
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data.removeprefix(BOM), final=whole)
    except UnicodeDecodeError as fault:
        raise Irregular("no UTF-8") from fault
    return text if whole else text[: text.rfind("\n") + 1]


def _delimited(path: Path, head: str, _: Labelling) -> Stream:
    delimiter = find_delimiter(head, ",;") or ","
    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False)
    return _table(path, "csv", lambda block: _read(path, parse, block, delimiter))


def _tabbed(path: Path, _head: str, _: Labelling) -> Stream:
    parse = csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False)
    return _table(path, "tsv", lambda block: ((rows, _unquoted(batch)) for rows, batch in _read(path, parse, block)))


def _lines(path: Path, head: str, labelling: Labelling) -> Stream | None:
    parse = csv.ParseOptions(delimiter=_NO_DELIMITER, quote_char=False, ignore_empty_lines=False)

    def read(block: int) -> Batches:
        return ((numbers, batch.rename_columns(["text"])) for numbers, batch in _read(path, parse, block))

    def labelled(block: int) -> Batches:
        labels = Labels(separator or "")
        yield from ((numbers, labels.divide(batch["text"])) for numbers, batch in read(block))
        labels.check()

    if labelling not in ("one", "several") or not starts_with_labels(head):
        return _stream(["text"], _sample(read(HEAD)), "text", lambda: read(BLOCK))
    separator = plain_separator(head)
    if separator is None:
        return None
    return _stream(LABELLED, _sample(labelled(HEAD)), "text", lambda: labelled(BLOCK))


def _objects(path: Path, head: str, _: Labelling) -> Stream | None:
    if head.lstrip().startswith("["):
        return None
    names = list(dict.fromkeys(key for _, record in flat_objects(io.StringIO(head), path.name) for key in record))
    columns, known = checked_columns(names, path.name), {*names}

    def batches() -> Batches:
        with io.TextIOWrapper(io.BufferedReader(Plain(path), BLOCK), "utf-8-sig") as file:
            numbered = flat_objects(file, path.name)
            while records := list(islice(numbered, SAMPLE)):
                if any(record.keys() - known for _, record in records):
                    raise Irregular("a field that the first objects lack")
                cells = [pa.array([record.get(name, "") for _, record in records], pa.string()) for name in names]
                yield np.array([number for number, _ in records]), pa.record_batch(cells, columns)

    return _stream(columns, _sample(batches(), blank_rows=False), "jsonl", batches)


def _table(path: Path, format_: FileFormat, read: Callable[[int], Batches]) -> Stream:
    """Rows that are as long as the first one, which may be a header."""
    sample = _sample(read(HEAD))
    if not sample:
        raise Irregular("no rows at the beginning")
    (top, first), *rest = sample
    checked_width(len(first), path.name)
    named = has_header(first, [cells for _, cells in rest])
    columns = checked_columns(first, path.name) if named else [f"column {place + 1}" for place in range(len(first))]

    def batches() -> Batches:
        for numbers, batch in read(BLOCK):
            below = batch.rename_columns(columns)
            if named and numbers[0] <= top:
                start = int(np.searchsorted(numbers, top, side="right"))
                numbers, below = numbers[start:], below.slice(start)  # noqa: PLW2901 - without the header
            yield numbers, below

    return _stream(columns, rest if named else sample, format_, batches)


def _stream(columns: list[str], sample: Sample, format_: FileFormat, batches: Callable[[], Batches]) -> Stream:
    if not sample:
        raise Irregular("no rows at the beginning")
    rows, numbers = [cells for _, cells in sample], [number for number, _ in sample]
    return Stream(Table(columns, rows, numbers, format_, "utf-8"), batches)


def _sample(batches: Batches, *, blank_rows: bool = True) -> Sample:
    """The first rows, without those that are blank lines."""
    numbers, batch = next(batches, (np.empty(0, np.int64), None))
    cells = zip(*(column.slice(0, SAMPLE).to_pylist() for column in batch.columns), strict=True) if batch else ()
    rows = [(int(number), [cell.lstrip(" ") for cell in row]) for number, row in zip(numbers, cells, strict=False)]
    return [(number, row) for number, row in rows if not blank_rows or any(map(str.strip, row))]


def _read(path: Path, parse: csv.ParseOptions, block: int, quoting: str | None = None) -> Batches:
    """A file's records, from 1, in blocks of so many bytes."""
    convert = csv.ConvertOptions(
        column_types={f"f{place}": pa.string() for place in range(MOST_COLUMNS + 1)}, strings_can_be_null=False
    )
    # Of the first block alone, no more need be read than that.
    read = csv.ReadOptions(block_size=block, autogenerate_column_names=True, use_threads=block != HEAD)
    first = 1
    with Plain(path, quoting) as plain:
        try:
            for batch in csv.open_csv(pa.PythonFile(plain, mode="r"), read, parse, convert):
                yield np.arange(first, first + batch.num_rows), batch
                first += batch.num_rows
        except pa.ArrowInvalid as fault:
            raise Irregular(str(fault)) from fault


def _unquoted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Cells without the quotation marks that are around the whole of them."""
    columns = []
    for column in batch.columns:
        quoted = compute.starts_with(column, '"')
        bare = pa.array(map(unquoted, column.filter(quoted).to_pylist()), pa.string())
        columns.append(compute.replace_with_mask(column, quoted, bare) if len(bare) else column)
    return pa.record_batch(columns, batch.schema.names)


#: Format → its stream; None where another reader has to take the file.
STREAMS: dict[FileFormat, Callable[[Path, str, Labelling], Stream | None]] = {
    "csv": _delimited,
    "tsv": _tabbed,
    "text": _lines,
    "jsonl": _objects,
}
