"""The stages of a run as a graph: what needs what, side by side where they do not wait for each other.

It is an ordered list with lines drawn behind it: a screen reader and a phone have the list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ui.views.html import Markup, tag

HEIGHT, DOWN = 70, 10  # of a stage, and between two of them, in pixels
WIDE, NARROW = (150, 30), (140, 16)  # likewise, from left to right
MANY = 6  # columns, more than which are narrow
EDGE = 4  # room for the outline of the outermost


@dataclass
class Spot:
    """Where a stage stands, or where a line goes past one.

    Attributes:
        stage: Name of the stage that stands here, or that the line comes from.
        column: From the left.
        passing: Whether it is a line's.
        lane: From the top; two in a column are at least 1 apart.
        before: The spots that lines lead here from.
    """

    stage: str
    column: int
    passing: bool = False
    lane: float = 0.0
    before: list[Spot] = field(default_factory=list)


@dataclass(frozen=True)
class Graph:
    """Stages in their places.

    Attributes:
        spots: By name of the stage.
        passing: Where lines go past other stages.
        needs: For each stage the stages that it waits for, but for those that these wait for themselves.
    """

    spots: dict[str, Spot]
    passing: list[Spot]
    needs: dict[str, list[str]]

    @property
    def across(self) -> tuple[int, int]:
        """Width of a stage, and what lies between two columns, in pixels."""
        return NARROW if max(spot.column for spot in self.spots.values()) >= MANY else WIDE

    @property
    def size(self) -> tuple[float, float]:
        """Of the whole, in pixels."""
        places = [self.place(spot) for spot in (*self.spots.values(), *self.passing)]
        return max(x for x, _ in places) + self.across[0] + EDGE, max(y for _, y in places) + HEIGHT + EDGE

    def place(self, spot: Spot) -> tuple[float, float]:
        """The left upper corner of a spot, likewise."""
        return EDGE + spot.column * sum(self.across), EDGE + spot.lane * (HEIGHT + DOWN)


def arrange(after: Mapping[str, Sequence[str]]) -> Graph:
    """Put stages in their places: each to the right of all that it needs, and no line through another stage.

    Stages stand as far to the right as they may, so that models that are compared stand below each other.

    Args:
        after: For each stage, in the order of the plan, the names of those that it needs.
    """
    needs = _needs(after)
    rest = _rest(needs)
    spots = {name: Spot(name, max(rest.values()) - rest[name]) for name in needs}
    passing: dict[tuple[str, int], Spot] = {}
    for name, wanted in needs.items():
        for before in wanted:
            last = spots[before]
            for between in range(last.column + 1, spots[name].column):  # lines from one stage share their way
                last = passing.setdefault((before, between), Spot(before, between, passing=True, before=[last]))
            spots[name].before.append(last)
    everywhere = [*spots.values(), *passing.values()]
    for number in sorted({spot.column for spot in everywhere}):
        _place([spot for spot in everywhere if spot.column == number], rest)
    return Graph(spots, list(passing.values()), needs)


def lines(graph: Graph, done: Collection[str]) -> Markup:
    """What leads from stage to stage; stronger behind those that are done."""
    width, height = graph.size
    paths = [
        tag("path", d=_way(graph, before, spot), class_="g-gone-by" if before.stage in done else None)
        for spot in (*graph.passing, *graph.spots.values())
        for before in spot.before
    ]
    return tag(
        "svg",
        *sorted(paths, key=lambda path: "g-gone-by" in path),
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        aria_hidden="true",
        focusable="false",
    )


def _needs(after: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What each stage waits for, without what follows from the rest."""
    behind: dict[str, set[str]] = {}  # all that has to be done before a stage
    needs: dict[str, list[str]] = {}
    for name, given in after.items():
        known = [before for before in dict.fromkeys(given) if before in behind]
        behind[name] = set(known).union(*(behind[before] for before in known))
        needs[name] = [before for before in known if not any(before in behind[other] for other in known)]
    return needs


def _rest(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many stages have to follow each one, at most, in a row."""
    rest = dict.fromkeys(needs, 0)
    for name in reversed(list(needs)):
        for before in needs[name]:
            rest[before] = max(rest[before], rest[name] + 1)
    return rest


def _place(column: list[Spot], rest: Mapping[str, int]) -> None:
    """Give a column its lanes: the longest way of the run stays on top, and lines are straight where they can be."""
    wishes = {id(spot): min((before.lane for before in spot.before), default=0.0) for spot in column}

    def order(spot: Spot) -> tuple[float, bool, int]:
        return wishes[id(spot)], spot.passing, -rest[spot.stage]

    free = 0.0
    for spot in sorted(column, key=order):
        spot.lane = max(free, wishes[id(spot)])
        free = spot.lane + 1


def _way(graph: Graph, first: Spot, second: Spot) -> str:
    """A line from the right side of one spot to the left side of the next; straight through one that it passes."""
    (x, y), (to_x, to_y) = graph.place(first), graph.place(second)
    width = graph.across[0]
    x, y, to_y = x + width, y + HEIGHT / 2, to_y + HEIGHT / 2
    half = (x + to_x) / 2
    past = f" H{to_x + width:.1f}" if second.passing else ""
    return f"M{x:.1f},{y:.1f} C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}{past}"
