"""Pictures hold together at their edges."""

import re

from pipeline.report import Interval
from ui.views.charts import HIGH, WIDTH, Line, interval_bar, learning_chart, probability_bars


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
    lines = [Line("transferred", "T", [(0, 0.5), (10, 0.7), (1000, 0.9)]), Line("target-only", "O", [(10, 0.2)])]
    page = learning_chart(lines, lambda value: f"{value:.2f}")
    xs, ys = numbers(page, r'cx="([\d.-]+)"'), numbers(page, r'cy="([\d.-]+)"')
    assert len(xs) == 4
    assert xs[0] < xs[1] < xs[2]
    assert all(0 < x < WIDTH for x in xs)
    assert all(0 < y < HIGH for y in ys)
    assert ">1,000<" in page
    assert ">0.90<" in page


def test_a_curve_of_one_point_is_drawn_too() -> None:
    assert "nan" not in learning_chart([Line("transferred", "T", [(5, 0.5)])], str)
