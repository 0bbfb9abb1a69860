"""What a training tells of its steps, drawn."""

from __future__ import annotations

import math
import re

import pytest

from pipeline.events import MEASURES, Measure, Progress, StageProgress
from ui.views.curves import POINTS, Curve, curve_chart, curves, measured

HOSTILE = "<script>alert('x')</script>\"&"


def test_a_long_curve_is_thinned_and_keeps_its_last_point() -> None:
    points = [(step, 1 + 1 / step) for step in range(1, 5_001)]
    page = curve_chart(Curve("a", "A", points, 5_000))
    for line in re.findall(r'points="([^"]*)"', page):
        assert len(line.split()) <= POINTS + 1
        assert line.split()[-1].startswith("392.0,")
    assert "5,000" in page


def test_a_loss_that_is_no_number_is_left_out() -> None:
    assert curve_chart(Curve("a", "A", [(1, math.nan), (2, math.inf)], 2)) == ""
    page = curve_chart(Curve("a", "A", [(1, 0.0), (2, math.nan)], 0))
    assert "nan" not in page


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        ("loss", 0.25, "now 0.250"),
        ("dev_score", 0.8125, "now 0.812"),
        ("learning_rate", 2e-5, "now 2.00e-05"),
        ("tokens_per_second", 12_345.6, "now 12,346"),
    ],
)
def test_every_measure_is_told_as_people_read_it(measure: Measure, value: float, words: str) -> None:
    page = curve_chart(Curve("a", "A", [(1, value), (2, value)], 2), measure)
    assert words in page
    assert ("g-raw" in page) is (measure in ("loss", "tokens_per_second"))
    ticks = re.findall(r'text-anchor="end">([^<]*)<', page)
    assert all(len(tick) <= 7 for tick in ticks)


def progress_of(**points: dict[Measure, list[tuple[int, float]]]) -> Progress:
    names = {name.replace("_", "-"): found for name, found in points.items()}
    stages = {name: StageProgress(name=name, title=f"{name} {HOSTILE}", cost=1, total=9) for name in names}
    return Progress(stages=stages, curves=names)


def test_only_what_was_told_is_drawn() -> None:
    progress = progress_of(source_only={"loss": [(1, 2.0)]}, transferred={"loss": [(1, 1.0)], "dev_score": [(1, 0.5)]})
    assert measured(progress) == ["loss", "dev_score"]
    assert curves(progress).count("<figure") == 2
    assert curves(progress, "dev_score").count("<figure") == 1
    assert "<script" not in curves(progress)
    assert curves(Progress()) == ""


@pytest.mark.parametrize("measure", MEASURES)
def test_what_nobody_told_is_said(measure: Measure) -> None:
    told: Measure = "dev_score" if measure != "dev_score" else "loss"
    page = curves(progress_of(a={told: [(1, 0.5)]}), measure)
    assert "<svg" not in page
    assert "No stage has told" in page


def test_a_repetition_is_told_by_what_is_different() -> None:
    progress = Progress()
    for name in ("transferred@20-labels", "transferred@seed-3", "transferred@20-labels@seed-3"):
        progress.stages[name] = StageProgress(name=name, title="Train", cost=1)
        progress.curves[name] = {"loss": [(1, 1.0)]}
    page = curves(progress)
    assert "Train (20 labels)" in page
    assert "Train (seed 3)" in page
    assert "Train (20 labels, seed 3)" in page
    assert page.count("g-curve g-transferred") == 3
