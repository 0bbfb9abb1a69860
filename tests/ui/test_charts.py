"""Pictures hold together at their edges."""

import re

import pytest

from pipeline.report import Interval
from ui.views.charts import HIGH, WIDTH, Line, Point, interval_bar, learning_chart, probability_bars


def numbers(page: str, pattern: str) -> list[float]:
    return [float(found) for found in re.findall(pattern, page)]


def test_whiskers_stay_on_their_track() -> None:
    page = interval_bar(Interval(value=1.0, low=0.9, high=1.0), 0.95, 1.0, "said")
    assert 'title="said"' in page
    assert all(0 <= place <= 100 for place in numbers(page, r"(?:left|width):([\d.]+)%"))
    interval_bar(Interval(value=0.5, low=0.5, high=0.5), 0.5, 0.5, "")


def test_the_most_probable_labels_come_first_and_few() -> None:
    page = probability_bars([(f"label {number}", number / 45) for number in range(10)], ["label 9"])
    assert page.count("<li") == 6
    assert page.index("label 9") < page.index("label 8")


def test_two_guesses_that_look_the_same_are_two_bars() -> None:
    assert probability_bars([("a", 0.5), ("a", 0.25)], []).count("<li") == 2


def test_a_learning_curve_stays_in_its_picture() -> None:
    points = [Point(0, 0.5, "half"), Point(10, 0.7, "more"), Point(1000, 0.9, "most")]
    lines = [Line("transferred", "T", points), Line("target-only", "O", [Point(10, 0.2, "little")])]
    page = learning_chart(lines, lambda value: f"{value:.2f}")
    xs, ys = numbers(page, r'cx="([\d.-]+)"'), numbers(page, r'cy="([\d.-]+)"')
    assert len(xs) == 4
    assert xs[0] < xs[1] < xs[2]
    assert all(0 < x < WIDTH for x in xs)
    assert all(0 < y < HIGH for y in ys)
    assert ">1,000<" in page
    assert ">0.90<" in page
    assert "g-deviation" not in page


def test_a_deviation_is_a_bar_about_its_point_and_stays_in_the_picture() -> None:
    points = [Point(0, 0.5, "half", 0.2), Point(10, 0.7, "more", 0.3)]
    page = learning_chart([Line("transferred", "T", points)], lambda value: f"{value:.2f}")
    bars = re.findall(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" class="g-deviation"', page)
    assert len(bars) == 2
    for (left, low, right, high), x, y in zip(
        bars, numbers(page, r'cx="([\d.]+)"'), numbers(page, r'cy="([\d.]+)"'), strict=True
    ):
        assert float(left) == float(right) == x
        assert HIGH > float(low) > y > float(high) > 0
        assert (float(low) + float(high)) / 2 == pytest.approx(y, abs=0.1)
    assert 'aria-label="Learning curve. T, 0 labels: half, T, 10 labels: more"' in page


def test_a_curve_of_one_point_is_drawn_too() -> None:
    assert "nan" not in learning_chart([Line("transferred", "T", [Point(5, 0.5, "half")])], str)
