"""Accuracy against latency as a picture, for the page and for a file alike.

It is a tree of SVG elements with classes, drawn once: the page dresses it by its own style sheet, and a file that
stands alone brings the few rules that it needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

WIDTH, HEIGHT = 480.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 24.0, 16.0, 42.0
LETTER, LINE = 5.6, 12.0  # how wide a letter of a label is, and how high its line
RADIUS = 4.5
MARKS = (1, 2, 5)  # of a scale by powers of ten

STYLE = """
svg { font: 10px system-ui, sans-serif; background: #fff; }
text { fill: #555; } .g-name { fill: #111; }
.g-grid { stroke: #ddd; } .g-onnx { fill: #0b7a6b; } .g-torch { fill: #c2571a; } .g-missed { fill: #fff; stroke: #999; }
"""


@dataclass(frozen=True)
class Dot:
    """One candidate."""

    name: str
    kind: str  # onnx, torch or missed
    time: float  # milliseconds
    value: float
    told: str  # when it is pointed at


def plot(
    dots: Sequence[Dot],
    *,
    label: str,
    across: str,
    up: str,
    value: Callable[[float], str],
    time: Callable[[float], str],
) -> Element:
    """The picture; time is by its logarithm.

    Args:
        dots: At least one.
        label: The whole picture in words.
        across: What stands below it, of time.
        up: What stands above it, of accuracy.
        value: Writes an accuracy.
        time: Writes a time.
    """
    low, high = _between([dot.value for dot in dots])
    first, last = (math.log10(limit) for limit in _between([dot.time for dot in dots], by_share=True))

    def place(took: float, reached: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(took) - first) / (last - first),
            TOP + (HEIGHT - TOP - BOTTOM) * (high - reached) / (high - low),
        )

    drawn = Element("svg", {"viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}", "role": "img", "aria-label": label})
    for reached in (low + (high - low) * share for share in (0.1, 0.5, 0.9)):
        y = place(10**first, reached)[1]
        _line(drawn, LEFT, y, WIDTH - RIGHT, y)
        _text(drawn, LEFT - 6, y + 3.5, value(reached), anchor="end")
    for took in _marks(first, last):
        x = place(took, low)[0]
        _line(drawn, x, TOP, x, HEIGHT - BOTTOM)
        _text(drawn, x, HEIGHT - BOTTOM + 14, time(took), anchor="middle")
    _text(drawn, WIDTH - RIGHT, HEIGHT - 8, across, anchor="end")
    _text(drawn, LEFT, TOP - 5, up)
    # Left, right and height of what no label may cover: the dots, and the labels that stand.
    spots = [place(dot.time, dot.value) for dot in dots]
    taken = [(x - RADIUS, x + RADIUS, y + 3.5) for x, y in spots]
    for dot in sorted(dots, key=lambda dot: dot.time):
        x, y = place(dot.time, dot.value)
        circle = SubElement(
            drawn, "circle", {"class": f"g-{dot.kind}", "cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{RADIUS:g}"}
        )
        SubElement(circle, "title").text = dot.told
        _text(drawn, *_beside(taken, x, y, dot.name), dot.name, class_="g-name")
    return drawn


def svg(drawn: Element) -> str:
    """The picture as a file that stands alone."""
    whole = ET.fromstring(ET.tostring(drawn))  # noqa: S314 - it was made here
    whole.set("xmlns", "http://www.w3.org/2000/svg")
    style = Element("style")
    style.text = STYLE
    whole.insert(0, style)
    return ET.tostring(whole, encoding="unicode") + "\n"


def _between(values: Sequence[float], *, by_share: bool = False) -> tuple[float, float]:
    """Limits with some air around the values."""
    low, high = min(values), max(values)
    if by_share:
        return low / 1.3, high * 1.5
    air = (high - low) * 0.25 or abs(high) * 0.02 or 0.01
    return low - air, high + air


def _marks(first: float, last: float) -> list[float]:
    powers = range(math.floor(first), math.ceil(last) + 1)
    return [mark * 10.0**power for power in powers for mark in MARKS if first <= math.log10(mark * 10.0**power) <= last]


def _beside(taken: list[tuple[float, float, float]], x: float, y: float, name: str) -> tuple[float, float]:
    """Where a label finds room: beside its dot, or some lines above or below."""
    wide = LETTER * len(name)
    left = x + 8 if x + 8 + wide < WIDTH else x - 8 - wide
    for offset in (0.0, *(sign * step * LINE for step in range(1, 9) for sign in (-1, 1))):
        line = y + 3.5 + offset
        free = all(
            line - LINE >= at or line + LINE <= at or left > end or left + wide < start for start, end, at in taken
        )
        if free and TOP + 4 <= line <= HEIGHT - BOTTOM:
            break
    taken.append((left, left + wide, line))
    return left, line


def _line(drawn: Element, x1: float, y1: float, x2: float, y2: float) -> None:
    places = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    SubElement(drawn, "line", {"class": "g-grid", **{name: f"{place:.1f}" for name, place in places.items()}})


def _text(drawn: Element, x: float, y: float, text: str, *, anchor: str = "start", class_: str = "") -> None:
    given = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, **({"class": class_} if class_ else {})}
    SubElement(drawn, "text", given).text = text
