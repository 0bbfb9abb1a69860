"""Files of lines: JSON lines, and plain text with or without labels before each text."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from pipeline.data.clues import is_few
from pipeline.data.content import Content, bounded, checked_columns, cleaned, numbered, numbered_lines
from pipeline.data.labels import WELL_KNOWN
from pipeline.errors import DataError
from pipeline.messages import Message

FASTTEXT = "__label__"
FORMED = 0.5  # of the lines, so many different labels at most where each has the form of one
_LABELS = re.compile(r"(?:__label__\S*(?:\s+|$))*")
_LABEL = re.compile(r"__label__\S+|[+-]?\d+|[A-Z][A-Z0-9_]+(:\w+)?")
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN is no text
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_ONE_OBJECT_A_LINE = Message('Write one object a line, like {"text": "…", "label": "…"}, or one array of objects.')
#: What Python's parser says of JSON; other words of it stay as they are.
_FAULTS = {
    str(fault): fault
    for fault in (
        Message("Expecting value"),
        Message("Expecting property name enclosed in double quotes"),
        Message("Expecting ':' delimiter"),
        Message("Expecting ',' delimiter"),
        Message("Unterminated string starting at"),
        Message("Invalid control character at"),
        Message("Extra data"),
    )
}


def read_jsonl(text: str, name: str, limit: int) -> Content:
    """Read one JSON object a line, or one array of objects, whose rows are then counted from 1.

    Raises:
        DataError: With the line or item that is no JSON or no object.
    """
    is_array = text.lstrip().startswith("[")
    records = _array(text, name) if is_array else flat_objects(io.StringIO(text, newline=None), name)
    taken = bounded(records, limit, name)
    keys = list(dict.fromkeys(key for _, record in taken for key in record))
    columns = checked_columns(keys, name)
    return Content(
        columns, [[record.get(key, "") for key in keys] for _, record in taken], [number for number, _ in taken]
    )


def is_json_object(line: str) -> bool:
    """Whether a line is one JSON object."""
    try:
        return line.lstrip().startswith("{") and isinstance(_parse(line), dict)
    except (ValueError, RecursionError):
        return False


def read_text(text: str, name: str, limit: int) -> Content:
    """Read one text a line; where every line starts with a label, it becomes a column.

    Raises:
        DataError: A line has two labels.
    """
    numbers, lines, labels = _divided_lines(text, name, limit)
    twice = next((number for number, each in zip(numbers, labels, strict=False) if len(each) > 1), None)
    if twice is not None:
        raise DataError("{file}: line {line} has more than one label.", "Keep one label a line.", file=name, line=twice)
    return _content(numbers, lines, [each[0] for each in labels])


def read_text_with_labels(text: str, name: str, limit: int) -> Content:
    """As :func:`read_text`, but a line may start with several of fastText's labels; they become a JSON list."""
    numbers, lines, labels = _divided_lines(text, name, limit)
    return _content(numbers, lines, [each[0] if len(each) == 1 else _ENCODER.encode(each) for each in labels])


def starts_with_labels(text: str) -> bool:
    """Whether the lines start with labels."""
    return _labelled([line.strip() for _, line in numbered_lines(text)]) is not None


def plain_separator(text: str) -> str | None:
    """What divides labels from texts, where all labels have a form that only labels have: a tab or a space.

    Args:
        text: Lines that start with labels, or not.
    """
    separator, pairs = _labelled([line.strip() for _, line in numbered_lines(text)]) or (None, [])
    return (separator or " ") if pairs and have_form({label for label, _ in pairs}) else None


def have_form(labels: Collection[str]) -> bool:
    """Whether each of them has a form that only labels have, and all of them the same."""
    if all(label.startswith(FASTTEXT) for label in labels):
        return True
    return all(_LABEL.fullmatch(label) or label.casefold() in WELL_KNOWN for label in labels)


def read_lines(text: str, name: str, limit: int) -> Content:
    """Read one text a line, whatever it starts with."""
    numbered = bounded(numbered_lines(text), limit, name)
    return Content(["text"], [[line.strip()] for _, line in numbered], [number for number, _ in numbered])


def flat_objects(lines: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The objects of JSON lines with their fields as text, and the lines' numbers.

    Raises:
        DataError: With the line that is no JSON or no object.
    """
    for number, line in numbered(lines):
        try:
            record = _flat(_parse(line))
        except (ValueError, RecursionError) as error:
            raise DataError(
                "{file}: line {line} is not JSON ({fault}).",
                _ONE_OBJECT_A_LINE,
                file=name,
                line=number,
                fault=_fault(error),
            ) from error
        if record is None:
            raise DataError(
                "{file}: line {line} is JSON, but not an object.", _ONE_OBJECT_A_LINE, file=name, line=number
            )
        yield number, record


def _array(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for number, item in enumerate(_parse(text), start=1):
            record = _flat(item)
            if record is None:
                raise DataError(
                    "{file}: item {number} of the array is not an object.", _ONE_OBJECT_A_LINE, file=name, number=number
                )
            yield number, record
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            raise DataError(
                "{file}: line {line} is not JSON ({fault}).",
                _ONE_OBJECT_A_LINE,
                file=name,
                line=error.lineno,
                fault=_fault(error),
            ) from error
        raise DataError(
            "{file}: the array is not JSON ({fault}).", _ONE_OBJECT_A_LINE, file=name, fault=_fault(error)
        ) from error


def _parse(text: str) -> Any:
    return _DECODER.decode(text)


def _flat(value: Any) -> dict[str, str] | None:
    """An object's fields as text; what is nested stays JSON."""
    return {cleaned(key): cleaned(_cell(field)) for key, field in value.items()} if isinstance(value, dict) else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _ENCODER.encode(value)


def _fault(error: Exception) -> Message:
    if not isinstance(error, json.JSONDecodeError):
        return Message("it can't be parsed")
    return Message("{fault} at column {column}", fault=_FAULTS.get(error.msg, error.msg), column=error.colno)


def _divided_lines(text: str, name: str, limit: int) -> tuple[list[int], list[str], list[list[str]]]:
    """The lines' numbers and texts, and the labels before them, if that is what they start with."""
    numbered = bounded(numbered_lines(text), limit, name)
    numbers, lines = [number for number, _ in numbered], [line.strip() for _, line in numbered]
    labels: list[list[str]] = []
    _, pairs = _labelled(lines) or (None, [])
    for place, (first, rest) in enumerate(pairs):
        further = _LABELS.match(rest)
        end = further.end() if further else 0
        labels.append([label.removeprefix(FASTTEXT) for label in (first, *rest[:end].split())])
        lines[place] = rest[end:]
    return numbers, lines, labels


def _content(numbers: list[int], lines: list[str], labels: list[str]) -> Content:
    if not labels:
        return Content(["text"], [[line] for line in lines], numbers)
    return Content(["label", "text"], [[label, line] for label, line in zip(labels, lines, strict=True)], numbers)


def _labelled(lines: list[str]) -> tuple[str | None, list[tuple[str, str]]] | None:
    """Divide the lines into labels and texts, if that is what they are, and tell by what; None: by white space."""
    for separator in ("\t", None):
        pairs = [_divided(line, separator) for line in lines]
        if sum(bool(rest) for _, rest in pairs) * 10 >= len(lines) * 9 and _are_labels(
            [label for label, _ in pairs], separator
        ):
            return separator, pairs
    return None


def _divided(line: str, separator: str | None) -> tuple[str, str]:
    label, *rest = line.split(separator, 1)
    return label.strip(), " ".join(rest).strip()


def _are_labels(words: list[str], separator: str | None) -> bool:
    """Whether the lines' first words look like labels, or ordinary words recur as only labels do."""
    counts = Counter(words)
    if have_form(counts):
        return all(word.startswith(FASTTEXT) for word in counts) or is_few(len(counts), len(words), share=FORMED)
    recurring = 1 < len(counts) < len(words) and is_few(len(counts), len(words))
    # The first words of sentences have a long tail of rare ones; labels have none.
    return recurring and (separator == "\t" or (len(words) >= 30 and min(counts.values()) > 1))
