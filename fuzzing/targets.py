"""What is fed with bad input: a target for each reader, and what has to come of it.

Whatever the bytes, a reader gives a result that keeps its word, or one of Graft's own errors, which says what
is wrong and what to do about it in a few sentences. Both the property tests (``tests/fuzzing``) and the
coverage-guided fuzzer (``fuzzing/fuzz.py``) take their targets from the one table below.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import get_args
from unittest import mock

from export.serving.questions import FIELDS, read
from export.serving.refusals import Refusal
from fuzzing.material import (
    BODIES,
    BYTES,
    CEDICT,
    CONLL,
    CONLLU,
    CSV,
    FASTTEXT,
    FILES,
    JSON,
    JSONL,
    PAIRS,
    SPEC,
    TABLES,
    TAGS,
    TEXT,
    TSV,
)
from pipeline.data.agreement import Agreement
from pipeline.data.content import MOST_COLUMNS
from pipeline.data.dictionary import read_entries
from pipeline.data.inspection import examine, inspect
from pipeline.data.labellings import LABELS, split_labels
from pipeline.data.labels import match_labels, sorted_labels
from pipeline.data.large import streams
from pipeline.data.readers import read_table
from pipeline.data.texts import read_texts
from pipeline.doctor import diagnose
from pipeline.errors import DataError, GraftError
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, Encoding, FileFormat, TaskName, load
from pipeline.tasks import TASKS

#: Of an error, in characters: ten names of eighty, and sentences around them.
LONGEST_ERROR = 8000
SETTINGS = Settings()
_ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
_TASKS: tuple[TaskName, ...] = tuple(TASKS)


@dataclass(frozen=True)
class Target:
    """What is fed.

    Attributes:
        feed: Takes a file's bytes; raises ``AssertionError`` where its result does not keep its word.
        seeds: Valid input, from which mutations start.
        words: What its input is made of.
    """

    feed: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]


def check(target: Target, data: bytes) -> None:
    """Feed a target.

    Raises:
        Exception: Anything but a result that keeps its word or an error of Graft's own: a defect.
    """
    try:
        target.feed(data)
    except GraftError as error:
        _check_error(str(error.message), str(error.remedy))
        _check_kept(error.told)
    except Refusal as error:
        _check_error(error.message, error.remedy)


def _check_error(message: str, remedy: str) -> None:
    assert message.strip(), "it doesn't say what is wrong"
    assert remedy.strip(), "it doesn't say what to do"
    assert len(message) + len(remedy) <= LONGEST_ERROR, "nobody reads that much"
    f"{message} {remedy}".encode()  # it can be written anywhere


def _check_kept(told: Message) -> None:
    kept = Message.of(str(told), told.parts)
    assert kept.parts == told.parts, "it can't be told in another language once it was kept"


def _chosen(data: bytes) -> int:
    """A number that is the same for the same bytes, to choose tasks and encodings by."""
    return zlib.crc32(data)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="graft-fuzzing-")


def _file(data: bytes, name: str) -> Path:
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return path


def _table(format_: FileFormat, data: bytes) -> None:
    """Read a file as one format and look at it as the page does, for a task that the bytes choose."""
    number = _chosen(data)
    task, encoding = (
        _TASKS[number % len(_TASKS)],
        _ENCODINGS[number // 8 % len(_ENCODINGS)] if number % 5 == 0 else "auto",
    )
    dataset = DatasetSpec(path=str(_file(data, f"any.{format_}")), format=format_, encoding=encoding)
    table = read_table(dataset, SETTINGS, task)
    assert table.rows
    assert table.columns
    assert len(table.columns) <= MOST_COLUMNS
    assert len(table.rows) == len(table.row_numbers)
    assert all(len(row) == len(table.columns) for row in table.rows)
    "".join(cell for row in (table.columns, *table.rows) for cell in row).encode()
    inspection, found = examine(dataset, SETTINGS, labelled=True, task=task)
    assert len(found.texts) == len(found.rows) == inspection.texts
    assert found.labels is None or len(found.labels) == len(found.texts)
    "".join(str(item) for item in (*found.texts, *(found.labels or ()))).encode()
    for problem in inspection.problems:
        _check_error(problem.message, problem.remedy)
    "".join(inspection.notes).encode()


def _in_blocks(data: bytes) -> None:
    """A file that is read in blocks gives what the other readers give, word for word."""
    number = _chosen(data)
    task: TaskName = ("text-classification", "multi-label-classification", "sentence-pair-classification")[number % 3]
    suffix = (".csv", ".tsv", ".jsonl", ".txt")[number // 4 % 4]
    dataset = DatasetSpec(path=str(_file(data, f"large{suffix}")), skip_missing=True)
    told = [_read_whole(dataset, task, least=least) for least in (len(data) + 1, 0)]
    assert told[0] == told[1], "the readers differ"


def _read_whole(dataset: DatasetSpec, task: TaskName, *, least: int) -> object:
    """What is told of a file, and its texts, if those of ``least`` bytes are read in blocks."""
    with mock.patch.object(streams, "LARGE", least):
        try:
            inspection = inspect(dataset, SETTINGS, labelled=True, task=task)
            if not inspection.ok:
                return [str(problem) for problem in inspection.problems]
            texts, notes = read_texts(dataset, SETTINGS, labelled=True, task=task)
        except DataError as error:
            return str(error)
    return inspection.label_counts, inspection.row_count, notes, [*texts.texts], [*(texts.labels or ())], [*texts.rows]


def _doctor(data: bytes) -> None:
    """The doctor raises nothing, whatever it is brought."""
    suffix = (".csv", ".tsv", ".jsonl", ".txt", ".conll", ".conllu")[_chosen(data) // 8 % 6]
    dataset = DatasetSpec(path=str(_file(data, f"sick{suffix}")))
    found = diagnose(DataSpec(target=dataset, test=dataset), _TASKS[_chosen(data) % len(_TASKS)], None, SETTINGS)
    for finding in found.findings:
        assert len(finding.message) <= LONGEST_ERROR
    str(found.as_json()).encode()


def _dictionary(data: bytes) -> None:
    entries = read_entries(_file(data, "words.txt"), SETTINGS, ["the soup was cold"], ["汤很冷", "a b"])
    assert entries.words
    assert all(word and sources and all(sources) for word, sources in entries.words.items())


def _spec(data: bytes) -> None:
    path = _file(data, "spec.json")
    spec = load(path)
    path.write_text(spec.model_dump_json(), encoding="utf-8")
    assert load(path) == spec, "it is another one once it has been written"


def _labels(data: bytes) -> None:
    """Cells of labels, a line each: read, matched, mapped and put in order, for every task."""
    try:
        cells = [" ".join(line.split()) for line in data.decode("utf-8").splitlines()]
    except UnicodeDecodeError:
        return
    names = [name for cell in cells if cell for name in split_labels(cell, None)]
    "".join(names).encode()
    half = len(names) // 2
    ours, theirs = names[:half], names[half:]
    match = match_labels(ours, theirs)
    assert set(match.mapping.values()) <= set(ours)
    assert set(match.unmatched) <= set(theirs)
    for task, kind in LABELS.items():
        kind.renamed(tuple(theirs) if not kind.by_label else "".join(theirs[:1]), match.mapping)
        agreement = Agreement(task, "source", "labels.csv", sorted_labels(ours))
        assert len(agreement.labels) >= len(set(ours)) or task == "language-modelling"
        agreement.check_mapping(match.mapping)


def _mapping(data: bytes) -> None:
    """A mapping of labels that leads nowhere is refused in a sentence."""
    names = [name for name in data.decode("utf-8", "replace").split("\n") if name]
    agreement = Agreement("text-classification", "source", "labels.csv", names[:3])
    agreement.check_mapping(dict(pairwise(names)))
    if len(names) > 3:
        raise DataError("{file}: {remedy}", "{remedy}", file="a", remedy=agreement._remedy(names[2:], names[3:]))  # noqa: SLF001 - it is what is told


def _body(data: bytes) -> None:
    task = tuple(FIELDS)[_chosen(data) % len(FIELDS)]
    asked = read(data, task=task, longest=128, most_texts=256, most_characters=20_000)
    assert len(asked.questions) <= 256
    assert asked.characters <= len(data) + 1
    str(asked.questions).encode()


TARGETS: dict[str, Target] = {
    **{name: Target(partial(_table, name), seeds, (*words, *BYTES)) for name, (seeds, words) in FILES.items()},
    "auto": Target(
        partial(_table, "auto"),
        (CSV, TSV, JSONL, TEXT, CONLL, CONLLU, FASTTEXT, PAIRS),
        (*TABLES, *JSON, *TAGS, *BYTES),
    ),
    "blocks": Target(_in_blocks, (CSV, TSV, JSONL, TEXT), (*TABLES, *JSON, *BYTES)),
    "doctor": Target(_doctor, (CSV, TSV, JSONL, TEXT, CONLL, CONLLU), (*TABLES, *TAGS, *BYTES)),
    "dictionary": Target(
        _dictionary,
        (b"soup\tsuppe\nbread\tbrot\n", b"soup suppe\nbread brot\n", CEDICT),
        (b"\t", b"\n", b" ", b"[", b"]", b"(", b")", b"/", b";", b"CL:", b"to ", b"#", b"%", *BYTES),
    ),
    "spec": Target(
        _spec,
        (SPEC,),
        (*JSON, b"null", b'"kind"', b'"path"', b'"data"', b'"~a/\\u0000"', b'"schema_version"', *BYTES),
    ),
    "labels": Target(
        _labels, (b"a\nb\nA\nB\n", "正面\n负面\n1\n0\n".encode(), b'["a", "b"]\nB-PER\n'), (*JSON, b"\n", *BYTES)
    ),
    "mapping": Target(_mapping, (b"a\nb\nc\nd\n", b"0\n1\n2\n3\n"), (b"\n", b"O", b"{", b"}", b"{0}", *BYTES)),
    "body": Target(_body, BODIES, (*JSON, b'"text"', b'"words"', *BYTES)),
}
