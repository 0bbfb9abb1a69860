"""The picture: every candidate on it, in its place, whatever it is called."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from export.speed.plot import LETTER, LINE, RADIUS, Dot, plot, svg
from export.speed.report import Candidate, SpeedReport
from export.speed.showing import picture


def drawn(*dots: Dot) -> ET.Element:
    return plot(
        dots,
        label="a <label>",
        across="ms",
        up="accuracy",
        value=lambda value: f"{value:.2f}",
        time=lambda time: f"{time:g}",
    )


def dots_of(tree: ET.Element) -> list[tuple[float, float]]:
    return [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in tree.iter("circle")]


def test_faster_is_further_left_and_better_is_higher() -> None:
    tree = drawn(Dot("int8", "onnx", 2, 0.84, "a"), Dot("torch", "torch", 12, 0.85, "b"))
    (left, low), (right, high) = dots_of(tree)
    assert left < right
    assert low > high
    wide, tall = map(float, tree.attrib["viewBox"].split()[2:])
    assert all(0 < x < wide and 0 < y < tall for x, y in dots_of(tree))


def test_labels_of_close_neighbours_stand_apart() -> None:
    names = ["torch", "torch.compile", "fp32", "O2", "int8", "int8-static"]
    tree = drawn(*(Dot(name, "onnx", 5 + 0.1 * number, 0.8, name) for number, name in enumerate(names)))
    labels = [text for text in tree.iter("text") if text.attrib.get("class") == "g-name"]
    boxes = [(float(text.attrib["x"]), float(text.attrib["y"]), LETTER * len(text.text or "")) for text in labels]
    assert len(boxes) == len(names)
    for (x, y, wide), (other_x, other_y, other_wide) in itertools.combinations(boxes, 2):
        assert abs(y - other_y) >= LINE or x > other_x + other_wide or other_x > x + wide


def test_no_label_lies_under_a_dot() -> None:
    tree = drawn(Dot("torch bf16", "torch", 4.7, 0.8, "a"), Dot("fp32", "onnx", 5.2, 0.8, "b"))
    for label in (text for text in tree.iter("text") if text.attrib.get("class") == "g-name"):
        left, line = float(label.attrib["x"]), float(label.attrib["y"])
        for x, y in dots_of(tree):
            assert not (left <= x <= left + LETTER * len(label.text or "") and abs(line - 3.5 - y) < RADIUS)


def test_one_candidate_alone_is_drawn_too() -> None:
    assert len(dots_of(drawn(Dot("int8", "onnx", 2, 0.0, "a")))) == 1


def test_names_are_never_markup_and_the_file_stands_alone() -> None:
    text = svg(drawn(Dot("<script>alert(1)</script>", "onnx", 2, 0.8, "x & y")))
    assert "<script" not in text
    root = ET.fromstring(text)  # noqa: S314 - it was made here
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "g-onnx" in (root[0].text or "")
    assert not re.search(r"href|url\(", text)


def test_a_measurement_is_drawn_if_its_accuracy_is_known(
    timed: Callable[..., Candidate], speed: Callable[..., SpeedReport]
) -> None:
    known = picture(speed(timed("torch", 12, 600), timed("int8", 2, 200), timed("O2", 3, 300, metric=None)))
    assert known is not None
    assert len(dots_of(known)) == 2
    assert picture(speed(timed("int8", 2, 200, metric=None))) is None
    assert picture(speed(timed("int8", 2, 200)).model_copy(update={"metric": None})) is None
