"""Pictures of the files in use: how often each label stands, and how long texts are. SVG in the theme's colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.doctor import Figures, Histogram, Role
from ui.handlers.training import role_title
from ui.text import say
from ui.views.html import Markup, folded, tag

_Place = Callable[[float, float], tuple[float, float]]

WIDTH = 360.0
ROW, BAR, NAME, COUNT = 24.0, 12.0, 104.0, 54.0  # of a label's bar: heights, and what stands beside it
MOST_LABELS, MOST_LETTERS = 12, 15
HIGH, LEFT, RIGHT, TOP, BOTTOM = 150.0, 42.0, 10.0, 8.0, 22.0  # of a histogram


def pictures(figures: Figures) -> Markup | None:
    """All of them, folded."""
    order = {label: None for counts in figures.labels.values() for label in counts}  # the same for all files
    balances = [
        balance(role, {label: counts[label] for label in order if label in counts})
        for role, counts in figures.labels.items()
        if counts
    ]
    whole = figures.characters.measured
    histograms = [
        lengths(found, figures.max_length, sampled=found.measured != whole)
        for found in (figures.characters, figures.pieces)
        if found.edges
    ]
    rows = [tag("div", *drawn, class_="g-pictures") for drawn in (balances, histograms) if drawn]
    return folded(say("doctor.pictures"), *rows) if rows else None


def balance(role: Role, counts: dict[str, int]) -> Markup:
    """A bar for each label of a file, in the order given."""
    shown = [*counts.items()][:MOST_LABELS]
    most, total = max(1, *counts.values()), sum(counts.values())
    title = say("doctor.balance", title=role_title(role))
    listed = say("common.list_separator").join(
        say("doctor.label_count", label=label, count=f"{count:,}") for label, count in shown
    )
    rows = [_label(number, label, count, most, total) for number, (label, count) in enumerate(shown)]
    figure = tag(
        "svg",
        *rows,
        viewBox=f"0 0 {WIDTH:g} {len(shown) * ROW + 4:g}",
        role="img",
        aria_label=say("doctor.picture", title=title, told=listed),
    )
    rest = len(counts) - len(shown)
    more = tag("p", say("data.more_labels", count=rest), class_="g-hint") if rest else None
    return _figure(figure, tag("span", title), f"g-balance g-role-{role}", more)


def _label(number: int, label: str, count: int, most: int, total: int) -> Markup:
    y = number * ROW + (ROW - BAR) / 2 + 2
    short = label if len(label) <= MOST_LETTERS else f"{label[: MOST_LETTERS - 1]}…"
    space = WIDTH - NAME - COUNT
    told = say("doctor.label_share", label=label, count=f"{count:,}", percent=f"{100 * count / max(1, total):.1f}")
    length = max(2.0, space * count / most)
    return tag(
        "g",
        tag("title", told),
        _text(NAME - 8, y + BAR - 2, short, "end", "g-strong"),
        tag("rect", class_="g-track-bar", x=NAME, y=f"{y:.1f}", width=f"{space:.1f}", height=BAR, rx=4),
        tag("rect", class_="g-own-bar", x=NAME, y=f"{y:.1f}", width=f"{length:.1f}", height=BAR, rx=4),
        _text(WIDTH, y + BAR - 2, f"{count:,}", "end", "g-strong"),
    )


def lengths(found: Histogram, limit: int, *, sampled: bool = False) -> Markup:
    """The files' lengths over each other, as shares of their texts; of tokens, with where texts are cut."""
    first, last = found.edges[0], found.edges[-1]
    highest = max(max(_shares(counts)) for counts in found.counts.values()) or 1.0

    def place(length: float, share: float) -> tuple[float, float]:
        across = (length - first) / (last - first)
        return LEFT + (WIDTH - LEFT - RIGHT) * across, TOP + (HIGH - TOP - BOTTOM) * (1 - share / highest)

    grid: list[Markup] = []
    for share in (0.0, highest / 2, highest):
        y = place(first, share)[1]
        grid += [_line(LEFT, y, WIDTH - RIGHT, y, "g-grid"), _text(LEFT - 5, y + 3.5, f"{100 * share:.0f} %", "end")]
    middle = found.edges[len(found.edges) // 2]
    ticks = [
        _text(place(length, 0)[0], HIGH - 7, f"{length:,}{'+' if length == last else ''}", anchor)
        for length, anchor in ((first, "start"), (middle, "middle"), (last, "end"))
    ]
    shapes = [_steps(role, found.edges, _shares(counts), place) for role, counts in found.counts.items()]
    cut = _cut(limit, place) if found.unit == "pieces" and limit < last else None
    title = say(f"doctor.lengths_{found.unit}")
    told = say("common.list_separator").join(_most(role, found) for role in found.counts)
    figure = tag(
        "svg",
        *grid,
        *shapes,
        cut,
        *ticks,
        viewBox=f"0 0 {WIDTH:g} {HIGH:g}",
        role="img",
        aria_label=say("doctor.picture", title=title, told=told),
    )
    legend = [
        tag("span", tag("i", class_="g-dot"), role_title(role), class_=f"g-model g-role-{role}")
        for role in found.counts
    ]
    hint = tag("p", say("doctor.sampled"), class_="g-hint") if sampled else None
    return _figure(figure, tag("span", title), "g-lengths", tag("p", *legend, class_="g-legend"), hint)


def _steps(role: Role, edges: Sequence[int], shares: Sequence[float], place: _Place) -> Markup:
    """A file's histogram as one outline."""
    points = [place(edges[0], 0.0)]
    for low, high, share in zip(edges, edges[1:], shares, strict=False):
        points += [place(low, share), place(high, share)]
    points.append(place(edges[-1], 0.0))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return tag("polyline", tag("title", role_title(role)), class_=f"g-steps-shape g-role-{role}", points=path)


def _cut(limit: int, place: _Place) -> Markup:
    """Where texts are cut."""
    x = place(limit, 0)[0]
    told = say("doctor.cut", limit=limit)
    side, gap = ("end", -4) if x > WIDTH / 2 else ("start", 4)
    return tag("g", _line(x, TOP, x, HIGH - BOTTOM, "g-cut"), _text(x + gap, TOP + 9, told, side))


def _most(role: Role, found: Histogram) -> str:
    """In words: between which lengths most of a file's texts lie."""
    counts = found.counts[role]
    fullest = max(range(len(counts)), key=counts.__getitem__)
    low, high = found.edges[fullest], found.edges[fullest + 1]
    return say("doctor.most_between", title=role_title(role), low=f"{low:,}", high=f"{high:,}")


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [count / total for count in counts]


def _figure(figure: Markup, title: Markup, class_: str, *more: Markup | None) -> Markup:
    return tag("figure", tag("figcaption", title), figure, *more, class_=f"g-picture {class_}")


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=class_)


def _text(x: float, y: float, text: str, anchor: str, class_: str | None = None) -> Markup:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=class_)
