"""Labels as probabilities and back, for each way in which texts are labelled.

A text, or a word of one, that is one of several things has a distribution over them; where a text may have several
labels each has a probability of its own. In a dataset they lie in the column ``probabilities``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset, List, Value

from pipeline.spec import TaskName
from pipeline.stages.encoding import Columns
from pipeline.stages.rows import mapped
from pipeline.tasks import TASKS, Labelling

_SHARES = List(Value("float64"))
#: How texts are labelled → the type of the column.
TYPES: dict[Labelling, Any] = {"one": _SHARES, "several": _SHARES, "tags": List(_SHARES)}


def as_distributions(given: Dataset, task: TaskName, count: int, spare: Path | None = None) -> Dataset:
    """Texts with probabilities in the place of labels: all of it on those that were given.

    Args:
        given: Texts with labels, or with ``probabilities``: these come back as they are.
        task: Of the texts.
        count: How many labels there are.
        spare: As :func:`~pipeline.stages.rows.mapped` takes it.
    """
    if "probabilities" in given.column_names:
        return given
    labelling, column = TASKS[task].labelling, str(TASKS[task].label_column)

    def replaced(columns: Columns) -> Columns:
        chances = [certain(labels, labelling, count) for labels in columns[column]]
        return {name: columns[name] for name in columns if name != column} | {"probabilities": chances}

    return mapped(given, replaced, spare)


def certain(labels: Any, labelling: Labelling, count: int) -> list[Any]:
    """The probabilities of a text whose label, labels or tags are known, of each of ``count`` labels."""
    return _CERTAIN[labelling](labels, count)


def likeliest(probabilities: Any, labelling: Labelling) -> Any:
    """The label, labels or tags that the probabilities of a text say, as they are written down without any."""
    return _LIKELIEST[labelling](probabilities)


def _one(label: int, count: int) -> list[float]:
    return [float(number == label) for number in range(count)]


_CERTAIN: dict[Labelling, Callable[[Any, int], list[Any]]] = {
    "one": _one,
    "several": lambda labels, count: [float(number in labels) for number in range(count)],
    "tags": lambda tags, count: [_one(tag, count) for tag in tags],
}


def _first(shares: list[float]) -> int:
    return max(range(len(shares)), key=shares.__getitem__)


_LIKELIEST: dict[Labelling, Callable[[Any], Any]] = {
    "one": _first,
    "several": lambda shares: [label for label, share in enumerate(shares) if share > 0.5],
    "tags": lambda words: [_first(shares) for shares in words],
}
