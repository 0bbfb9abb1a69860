"""Which format a file has: its extension says it first, then its content."""

from __future__ import annotations

from itertools import islice

from pipeline.data.clues import is_header, is_repeated
from pipeline.data.content import numbered_lines
from pipeline.data.delimited import find_delimiter, has_header, sample
from pipeline.data.lines import is_json_object
from pipeline.data.tagged import tagged_format
from pipeline.spec import FileFormat

SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".conll": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".bioes": "conll",
    ".conllu": "conllu",
}
DELIMITERS: dict[str, FileFormat] = {",": "csv", ";": "csv", "\t": "tsv"}


def detect_format(text: str, suffix: str, *, tagged: bool = False) -> FileFormat:
    """Tell the format of a file that holds ``text``.

    Args:
        text: The whole file.
        suffix: The extension of its name, with the dot, in lower case.
        tagged: Whether tagged tokens are wanted.
    """
    named = SUFFIXES.get(suffix, "text")
    if named == "jsonl" or _is_json(text):
        return "jsonl"
    if named in {"conll", "conllu"}:
        return tagged_format(text, expected=True, named=named == "conllu") or named
    if (tagged or named == "text") and (found := tagged_format(text, expected=tagged)):
        return found
    delimiter = find_delimiter(text, "\t,;" if named == "tsv" else ",;\t")
    if delimiter is None or (named == "text" and not _is_table(sample(text, delimiter), delimiter)):
        return named
    return DELIMITERS[delimiter]


def _is_json(text: str) -> bool:
    lines = [line for _, line in islice(numbered_lines(text), 3)]
    return bool(lines) and all(map(is_json_object, lines))


def _is_table(rows: list[list[str]], delimiter: str) -> bool:
    """Whether lines of a plain text file are rows of a table: under a known header, or plainly labelled elsewhere."""
    first, *rest = rows
    agreeing = [row for row in rest if len(row) == len(first)]
    if is_header(first):
        return len(agreeing) * 2 >= len(rest)
    label_first = len(first) == 2 and is_repeated(first[0], [row[0] for row in agreeing])
    return delimiter == "\t" and agreeing == rest and not label_first and not has_header(first, rest)
