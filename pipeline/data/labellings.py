"""What texts can be labelled with: how labels are read, counted, renamed and put in order, by task."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipeline.data.content import cleaned
from pipeline.data.labels import sorted_labels
from pipeline.data.schemes import OUTSIDE
from pipeline.spec import TaskName

#: What a model reads: a text; both texts of a pair; the words of a tagged sentence.
Item = str | tuple[str, ...]
#: What it is labelled with: one label; all of several, in order; a tag for each word.
Label = str | tuple[str, ...]

_MOST_NAMES = 10_000  # of a cell; a column of so many labels is refused in any case
_CERTAIN = ("|", ";", "；")
_LIKELY = (",", "，", "、")  # these may stand inside a label as well


@dataclass(frozen=True)
class LabelKind:
    """How labels of one kind are dealt with. Their *names* are what people call them.

    Attributes:
        names: The names that a text's label holds; of entities, the type of each.
        renamed: A label with its names mapped.
        ordered: From the names to a run's labels, in their order.
        least: How many names there must be to learn from.
        by_label: Whether each text has one label, so that splits keep their proportion.
        dropped: What a mapping turns a name into that is not to be learned; None: nothing.
    """

    names: Callable[[Label], Iterable[str]]
    renamed: Callable[[Label, Mapping[str, str]], Label]
    ordered: Callable[[Iterable[str]], list[str]]
    least: int
    by_label: bool = False
    dropped: str | None = None


def find_separator(cells: Iterable[str]) -> str | None:
    """What stands between the labels of a cell; None where cells hold one label each, or JSON lists.

    A comma divides labels only if some of what it divides stands in other cells, too.
    """
    distinct = {cell for cell in map(str.strip, cells) if cell and not cell.startswith("[")}
    for separator in (*_CERTAIN, *_LIKELY):
        parts = [part for cell in distinct for part in split_labels(cell, separator)]
        if len(parts) > len(distinct) and (separator in _CERTAIN or len(set(parts)) < len(parts)):
            return separator
    return None


def split_labels(cell: str, separator: str | None) -> tuple[str, ...]:
    """The labels of a cell, each once and in order: a JSON list, or what the separator divides."""
    parts = _json_list(cell)
    if parts is None:
        parts = [cell] if separator is None else cell.split(separator if separator.strip() else None)
    names = dict.fromkeys(name for part in parts if (name := " ".join(part.split())))
    return tuple(sorted_labels(islice(names, _MOST_NAMES)))


def _json_list(cell: str) -> list[str] | None:
    if not cell.startswith("["):
        return None
    try:
        found: Any = json.loads(cell)
        return [cleaned(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)) for part in found]
    except (ValueError, RecursionError):
        return None


def _all(label: Label) -> tuple[str, ...]:
    return (label,) if isinstance(label, str) else label


def _types(label: Label) -> list[str]:
    return [tag[2:] for tag in _all(label) if tag.startswith("B-")]


def _one_renamed(label: Label, mapping: Mapping[str, str]) -> Label:
    return mapping.get(label, label) if isinstance(label, str) else label


def _several_renamed(label: Label, mapping: Mapping[str, str]) -> Label:
    return tuple(sorted_labels(mapping.get(name, name) for name in label))


def _tags_renamed(label: Label, mapping: Mapping[str, str]) -> Label:
    return tuple(mapping.get(tag, tag) for tag in label)


def _entities_renamed(label: Label, mapping: Mapping[str, str]) -> Label:
    kinds = [mapping.get(tag[2:], tag[2:]) if tag != OUTSIDE else OUTSIDE for tag in label]
    return tuple(OUTSIDE if kind == OUTSIDE else tag[:2] + kind for tag, kind in zip(label, kinds, strict=True))


def _entity_tags(names: Iterable[str]) -> list[str]:
    return [OUTSIDE, *(f"{prefix}-{name}" for name in sorted_labels(names) for prefix in "BI")]


_ONE = LabelKind(_all, _one_renamed, sorted_labels, least=2, by_label=True)
LABELS: dict[TaskName, LabelKind] = {
    "text-classification": _ONE,
    "sentence-pair-classification": _ONE,
    "multi-label-classification": LabelKind(_all, _several_renamed, sorted_labels, least=1),
    "entity-recognition": LabelKind(_types, _entities_renamed, _entity_tags, least=1, dropped=OUTSIDE),
    "part-of-speech": LabelKind(_all, _tags_renamed, sorted_labels, least=2),
    "language-modelling": LabelKind(lambda _: (), lambda label, _: label, sorted_labels, least=0),
}
