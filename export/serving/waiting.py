"""Which of the waiting texts are computed next; no threads, no clock.

Requests take turns. The one whose turn it is brings its longest text, and with it go the texts of whatever requests
that are next to it in length, until the batch is full. So little is padded, a request of one text is not held up by one
of hundreds, and none waits for ever: each that is waiting has its turn once in a round.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A waiting text; places sort by length, those of one length by their coming.

    Attributes:
        length: In tokens.
        number: Of all texts that ever came.
        request: That it is of.
        row: Which of the request's texts it is.
    """

    length: int
    number: int
    request: Asked
    row: int


@dataclass(eq=False)
class Asked:
    """The texts of one request.

    Attributes:
        items: What is computed with, by row.
        lengths: Of each item in tokens.
        results: Of each item, once there is one.
        left: How many results are lacking.
        places: Of the items that are waiting, by length.
    """

    items: Sequence[Any]
    lengths: Sequence[int]
    results: list[Any] = field(init=False)
    left: int = field(init=False)
    places: list[Place] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.results = [None] * len(self.items)
        self.left = len(self.items)


class Waiting:
    """The texts that wait.

    Attributes:
        tokens: How many tokens all of them have.
    """

    def __init__(self) -> None:
        self._sorted: list[Place] = []
        self._turns: deque[Asked] = deque()
        self._came = 0
        self.tokens = 0

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, request: Asked) -> None:
        """Let a request's texts wait."""
        for row, length in enumerate(request.lengths):
            place = Place(length, self._came, request, row)
            self._came += 1
            insort(request.places, place)
            insort(self._sorted, place)
            self.tokens += length
        self._turns.append(request)

    def take(self, budget: int) -> list[Place]:
        """The next batch, shortest first: it pads to no more tokens than the budget, or is one text; may be empty."""
        while self._turns and not self._turns[0].places:
            self._turns.popleft()
        if not self._turns:
            return []
        first = self._turns.popleft()
        low, high = self._around(bisect_left(self._sorted, first.places[-1]), budget)
        taken = self._sorted[low:high]
        del self._sorted[low:high]
        for place in taken:
            places = place.request.places
            del places[bisect_left(places, place)]
            self.tokens -= place.length
        if first.places:
            self._turns.append(first)
        return taken

    def drop(self, request: Asked) -> int:
        """Take back the texts of a request that are still waiting; how many they were."""
        for place in request.places:
            del self._sorted[bisect_left(self._sorted, place)]
            self.tokens -= place.length
        dropped = len(request.places)
        request.places.clear()
        return dropped

    def _around(self, middle: int, budget: int) -> tuple[int, int]:
        """From a place outwards, always to the neighbour that is nearer in length, while the budget lasts."""
        row = self._sorted
        low, high, length = middle, middle + 1, row[middle].length
        while True:
            below = row[middle].length - row[low - 1].length if low else None
            above = row[high].length - row[middle].length if high < len(row) else None
            size = high - low + 1
            if above is not None and (below is None or above <= below) and size * row[high].length <= budget:
                length, high = row[high].length, high + 1
            elif below is not None and size * length <= budget:
                low -= 1
            else:
                return low, high
