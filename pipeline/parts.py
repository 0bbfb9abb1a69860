"""Long sequences, and columns of frozen splits, part by part: decoded as a whole they would not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeVar

Item = TypeVar("Item")

#: Items that are decoded at once.
PART = 10_000


def parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """A list, or a column of a dataset, in parts of :data:`PART`."""
    for start in range(0, len(items), PART):
        yield items[start : start + PART]


def each(items: Sequence[Item]) -> Iterator[Item]:
    """One after the other; of a column much quicker than the column itself."""
    return chain.from_iterable(parts(items))
