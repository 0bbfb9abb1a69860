"""What the benchmark of training makes of its trainings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from benchmarks import training
from benchmarks.speed_goals import TRAINING, judged

TRAININGS: dict[tuple[str, int], dict[str, Any]] = {
    ("graft", 0): {"seconds": 10.0, "examples": 600, "accuracy": 0.80, "gemm_share": 0.4, "precision": "bf16"},
    ("run_glue", 0): {"seconds": 60.0, "examples": 600, "accuracy": 0.81},
    ("graft", 1): {"seconds": 10.0, "examples": 600, "accuracy": 0.84, "gemm_share": 0.5, "precision": "bf16"},
    ("run_glue", 1): {"seconds": 80.0, "examples": 600, "accuracy": 0.82},
}
BAGS = {name: {"seconds": seconds, "accuracy": 0.8} for name, seconds in (("one", 4.0), ("bag-4", 9.0), ("bag-5", 7.0))}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The trainings that were asked for, which are made up."""
    order: list[tuple[str, int]] = []

    def measured(side: str, files: list[Path], seed: int) -> dict[str, Any]:
        order.append((side, seed))
        return BAGS if side == "ensemble" else TRAININGS[side, seed]

    monkeypatch.setattr(training, "_measure", measured)
    return order


def test_both_sides_take_turns_with_each_seed(asked: list[tuple[str, int]]) -> None:
    found = training.compared([], 2)
    assert asked == [("graft", 0), ("run_glue", 0), ("graft", 1), ("run_glue", 1), ("ensemble", 0)]
    assert found["ratio"] == pytest.approx(7)  # the median of 6 and 8
    assert found["ahead"] == pytest.approx(0.5)  # the mean of -1 and 2 points
    assert found["gemm"] == pytest.approx(0.45)
    assert found["members"] == pytest.approx(1.75)


def test_each_figure_has_a_goal_and_a_line(asked: list[tuple[str, int]]) -> None:
    found = {name: training.compared([], 2) for name in training.SETS}
    figures = {f"{name}-{figure}": values[figure] for name, values in found.items() for figure in training.FIGURES}
    assert figures.keys() == TRAINING.keys()
    page = judged(TRAINING, figures)
    assert "| SST-2: examples a second against run_glue's defaults | 7.00 × | ≥ 6.00 × | reached |" in page
    assert "| SST-2: share of the rate of its matrix products | 45.0% | ≥ 80.0% | missed |" in page
    assert "| sst2 | graft | 60.0 | 82.0 ± 2.8 | bf16 | 45% |" in training.told(found)
    assert "| sst2 | five members, 5 of six layers shared | 7.0 | 1.75 × | 80.0 |" in training.told(found)
    assert "| shop | run_glue | 8.8 | 81.5 ± 0.7 | fp32 |  |" in training.told(found)


def test_the_sets_are_cut_and_never_overlap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(training, "TESTED", 4)
    drawn = tmp_path / "drawn"
    drawn.mkdir()
    rows = [(f"review {number}", str(int(number >= 10))) for number in range(20)]
    with open(drawn / "source.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("review", "label"), *rows])
    monkeypatch.setattr(training, "draw", lambda pair, data, out: drawn)
    train, test = training.sets("shop", tmp_path, tmp_path / "out", 6)
    read = [list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in (train, test)]
    assert [len(part) for part in read] == [6, 4]
    assert not {row["text"] for row in read[0]} & {row["text"] for row in read[1]}
    assert {row["label"] for row in read[1]} == {"0", "1"}  # both labels, though the file is sorted by them
