"""Which labelled texts are used where a run may use only some of them."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

#: What a text counts as that has no label at all.
_UNLABELLED = -1


def limited(dataset: Any, label_column: str | None, n: int | None, seed: int) -> list[int]:
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
        return list(range(total))
    order = list(range(total))
    random.Random(seed).shuffle(order)
    if label_column is None:
        return sorted(order[:n])
    labels = [_labels_of(value) for value in dataset[label_column]]
    waiting: dict[int, list[int]] = defaultdict(list)  # label → its texts, the next one last
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


def _labels_of(value: Any) -> list[int]:
    several = value if isinstance(value, list) else [value]
    return sorted(set(several)) or [_UNLABELLED]
