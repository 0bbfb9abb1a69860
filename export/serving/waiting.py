"""Which of the waiting texts are computed next; no threads, no clock.

Requests take turns. The one whose turn it is brings its longest text, and with it go those texts of whatever requests
that are so near to it in length that computing them together costs less than by themselves, as far as the budget goes.
So little is padded, a request of one text is not held up by one of hundreds, and none waits for ever: each that is
waiting has its turn once in a round.
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

    Args:
        budget: Most padded tokens of a batch, but for one that is a single text.
        overhead: What a batch costs besides its padded tokens, in tokens.

    Attributes:
        tokens: How many tokens all of them have.
    """

    def __init__(self, budget: int, overhead: int) -> None:
        self._budget, self._overhead = budget, overhead
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
        if request.places:  # else nothing would ever end its turn
            self._turns.append(request)

    def take(self, most: int | None = None) -> list[Place]:
        """The next batch, shortest first; may be empty.

        Args:
            most: Of padded tokens, where it is to have less than the budget.
        """
        while self._turns and not self._turns[0].places:
            self._turns.popleft()
        if not self._turns:
            return []
        first = self._turns.popleft()
        budget = min(self._budget, most or self._budget)
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
        """Of the batches that hold a place, the one that reads most for what it costs.

        For each longest text, shorter ones are added while each reads more for its padded length than those before it;
        the next is shorter still, so that none behind the first that does not would.
        """
        row, best, low, high = self._sorted, 0.0, middle, middle + 1
        read = 0
        for last in range(middle, len(row)):
            longest = row[last].length
            most = max(1, budget // max(1, longest))
            read += longest
            first, sum_ = middle, read
            if last - middle + 1 > most:
                break
            while first and last - first + 1 < most:
                more, cost = row[first - 1].length, (last - first + 1) * longest + self._overhead
                if more * cost <= sum_ * longest:
                    break
                first, sum_ = first - 1, sum_ + more
            worth = sum_ / ((last - first + 1) * longest + self._overhead)
            if worth > best:
                best, low, high = worth, first, last + 1
        return low, high
