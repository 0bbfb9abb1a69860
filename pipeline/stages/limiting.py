"""Which labelled texts are used where a run may use only some of them."""

from __future__ import annotations

import random
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from datasets import Dataset
from pyarrow import compute, types

from pipeline.parts import each

#: Of the texts whose n-grams a method holds in memory, which take some 150 bytes a character.
MOST_CHARACTERS = 5_000_000
#: What a text counts as that has no label at all.
_UNLABELLED = -1


def limited(dataset: Any, label_column: str | None, n: int | None, seed: int) -> Sequence[int]:
    """The indices of ``n`` texts of a frozen split, ascending; of all, where there are no more.

    The draw is by label: the next text is always one of the label that has been drawn least, so few
    texts still show every label. A text with several labels or tags counts for each of them. Draws are
    nested: with one seed, the texts of a smaller ``n`` are among those of a larger.

    Args:
        dataset: Rows with the labels as indices: an int, or a list of them.
        label_column: Where those are; None: there are none, and chance alone draws.
        n: How many; None: all.
        seed: Of the draw.
    """
    total = len(dataset)
    if n is None or n >= total:
        return range(total)
    order = array("i", range(total))  # 4 bytes a text
    random.Random(seed).shuffle(order)
    if label_column is None:
        return sorted(order[:n])
    labels = Labels.of(dataset[label_column])
    waiting: dict[int, array[int]] = defaultdict(lambda: array("i"))  # label → its texts, the next one last
    for index in reversed(order):
        for label in labels[index]:
            waiting[label].append(index)
    drawn: set[int] = set()
    counts = dict.fromkeys(sorted(waiting), 0)
    while len(drawn) < n:
        scarcest = min(counts, key=counts.__getitem__)
        texts = waiting[scarcest]
        while texts and texts[-1] in drawn:
            texts.pop()
        if not texts:
            del counts[scarcest]  # used up
            continue
        drawn.add(texts[-1])
        for label in labels[texts.pop()]:
            if label in counts:
                counts[label] += 1
    return sorted(drawn)


def in_memory(rows: Sequence[int], dataset: Dataset, columns: Iterable[str], seed: int) -> np.ndarray:
    """Of some rows of a frozen split as many as have :data:`MOST_CHARACTERS` on average, int64, in their order.

    Chance alone draws: their labels are to keep their shares.

    Args:
        rows: Which may be taken.
        dataset: The split.
        columns: Its columns of texts or words.
        seed: Of the draw.
    """
    found = np.asarray(rows, np.int64)
    characters = sum(_characters(dataset.data.column(name)) for name in columns)
    most = max(1, MOST_CHARACTERS * len(dataset) // max(1, characters))
    if len(found) <= most:
        return found
    return np.sort(np.random.default_rng(seed).choice(found, most, replace=False, shuffle=False))


def _characters(column: Any) -> int:
    texts = compute.list_flatten(column) if types.is_list(column.type) else column
    return int(compute.sum(compute.utf8_length(texts)).as_py() or 0)


class Labels:
    """The different labels of each text, ascending; :data:`_UNLABELLED` where it has none. 4 bytes a label."""

    def __init__(self) -> None:
        self._labels, self._ends = array("i"), array("q", [0])

    @classmethod
    def of(cls, column: Sequence[Any]) -> Labels:
        """Those of a column with an index, or a list of them, for each text."""
        found = cls()
        for value in each(column):
            several = value if isinstance(value, list) else [value]
            found._labels.extend(sorted(set(several)) or [_UNLABELLED])
            found._ends.append(len(found._labels))
        return found

    def __getitem__(self, text: int) -> array[int]:
        return self._labels[self._ends[text] : self._ends[text + 1]]
