"""What of a data set's columns is text, and its rows as a file holds them. Labels become their names.

Features are told by what they have, not by their class, so that nothing heavy is loaded here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import DataError
from pipeline.messages import series
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

TOKENS = ("tokens", "words", "token", "word", "form", "forms")  # what columns of words are called
UNREADABLE = ("binary", "large_binary", "fixed_size_binary")
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Shape:
    """How a data set's rows are written.

    Attributes:
        features: Column → what it holds, as the library describes it; None where that is not known.
        columns: Those that are written.
        left_out: Those that hold no text: pictures, sound, bytes.
        tokens: The column with the words, if the file is one of tagged words; else empty.
    """

    features: Mapping[str, Any]
    columns: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    tokens: str = ""

    @property
    def suffix(self) -> str:
        """The extension of the file."""
        return ".conll" if self.tokens else ".jsonl"

    def written(self, row: Mapping[str, Any]) -> str:
        """A row as lines of the file; empty if it has nothing to read, or not a tag for each word."""
        values = {name: self._value(name, row) for name in self.columns}
        if not self.tokens:
            return f"{_ENCODER.encode(values)}\n" if any(map(_says_something, values.values())) else ""
        cells = [_listed(value) for value in values.values()]
        if len({*map(len, cells)}) > 1:
            return ""
        lines = ["\t".join(map(_cell, line)) for line in zip(*cells, strict=True) if _cell(line[0])]
        return "".join(f"{line}\n" for line in lines) + "\n" if lines else ""

    def _value(self, column: str, row: Mapping[str, Any]) -> Any:
        return named(self.features.get(column), row.get(column))


def shape(features: Mapping[str, Any] | None, first: Mapping[str, Any], task: TaskName | None, dataset: str) -> Shape:
    """How to write rows with these columns.

    Args:
        features: What the data set says of its columns, if it does.
        first: Its first row.
        task: What the texts are for; None: tagged words only if there is no column of texts.
        dataset: The data set's id, for messages.

    Raises:
        DataError: No column holds text; or tagged words are wanted, and there are none.
    """
    known = {name: (features or {}).get(name) for name in (features or first)}
    readable = [name for name, feature in known.items() if _readable(feature, first.get(name))]
    left_out = tuple(name for name in known if name not in readable)
    lists = {name: known[name] for name in readable if isinstance(first.get(name), list)}
    words, tags = _tagged(lists, first)
    texts = [name for name in readable if isinstance(first.get(name), str)]
    wanted = bool(words and tags and not texts) if task is None else TASKS[task].labelling == "tags"
    if wanted and not (words and tags):
        raise DataError(
            "{dataset} has no column of words with a column of tags beside it.",
            "Choose a data set of tagged words, or another task. It has these columns: {columns}.",
            dataset=dataset,
            columns=series(known),
        )
    if wanted:
        return Shape(known, (words, *tags), left_out, tokens=words)
    if not readable:
        raise DataError(
            "{dataset} has no column with texts.",
            "Choose a data set of texts. It has these columns: {columns}.",
            dataset=dataset,
            columns=series(known),
        )
    return Shape(known, tuple(readable), left_out)


def named(feature: Any, value: Any) -> Any:
    """A value with the labels' numbers replaced by their names, however deep they lie; -1 stands for no label."""
    if value is None:
        return None
    if hasattr(feature, "int2str"):
        known = isinstance(value, int) and 0 <= value < feature.num_classes
        return feature.int2str(value) if known else (None if isinstance(value, int) else value)
    if isinstance(value, list):
        inner = _inner(feature)
        return [named(inner, item) for item in value]
    if isinstance(value, Mapping):
        fields = feature if isinstance(feature, Mapping) else {}
        return {name: named(fields.get(name), item) for name, item in value.items()}
    return value


def _inner(feature: Any) -> Any:
    """What a list is of."""
    if isinstance(feature, list):
        return feature[0] if feature else None
    return getattr(feature, "feature", None)


def _tagged(lists: Mapping[str, Any], first: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The column of words, and those with a tag for each: of known labels if there are any."""
    texts = [name for name in lists if not hasattr(_inner(lists[name]), "int2str") and _are_texts(first[name])]
    words = next((name for wanted in TOKENS for name in texts if name.lower() == wanted), next(iter(texts), ""))
    if not words:
        return "", []
    beside = [name for name in lists if name != words and len(first[name]) == len(first[words])]
    labels = [name for name in beside if hasattr(_inner(lists[name]), "int2str")]
    return words, labels or beside


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _readable(feature: Any, value: Any) -> bool:
    """Whether a column holds text, numbers, labels, or lists of them."""
    if isinstance(feature, Mapping):
        return all(_readable(inner, None) for inner in feature.values())
    inner = _inner(feature)
    if inner is not None:
        return _readable(inner, None)
    if feature is None:
        return not isinstance(value, bytes)
    dtype = getattr(feature, "dtype", None)
    kind = type(feature).__name__
    if kind in ("Value", "ClassLabel"):
        return str(dtype) not in UNREADABLE
    return kind in ("Translation", "TranslationVariableLanguages", "Json")


def _says_something(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _cell(value: Any) -> str:
    """A word or a tag on a line whose cells have tabs between; a missing tag stays empty."""
    return "" if value is None else " ".join(str(value).split())
