"""The table of the benchmark of transfer: of full rows, of rows in the short form, and of what is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.goals import GOALS, SPLITS
from benchmarks.results import table, write
from benchmarks.rows import ROWS
from pipeline.report import CurvePoint, Interval, LearningCurve, Report, Spread
from tests.ui.conftest import make_report

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"


def report(**accuracies: float) -> Report:
    """A report in which models, named with underscores, have these accuracies."""
    made = make_report()
    models = []
    for name, value in accuracies.items():
        accuracy = Interval(value=value, low=value - 0.02, high=value + 0.02)
        update = {"name": name.replace("_", "-"), "metrics": {"accuracy": accuracy}, "seeds": {}}
        models.append(made.models[0].model_copy(update=update))
    return made.model_copy(update={"models": models, "curve": None})


def curve(**values: float) -> LearningCurve:
    points = [
        CurvePoint(labels=int(labels[1:]), transferred=value, target_only=None, classical=0.5)
        for labels, value in values.items()
    ]
    return LearningCurve(points=points, labels_saved=None, sentence="so it goes")


def lines(told: str, start: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith(start)]


def test_a_row_has_its_models_with_intervals_or_the_deviation_of_its_seeds() -> None:
    made = report(source_only=0.5, transferred=0.9, target_only=0.7)
    spread = Spread(values=[0.89, 0.91], mean=0.9, deviation=0.0141)
    several = made.models[1].model_copy(update={"seeds": {"accuracy": spread}})
    made = made.model_copy(update={"models": [made.models[0], several, made.models[2]]})
    (line,) = lines(table({"questions": made}), f"| {ROWS['questions'].title} |")
    assert line.endswith("| accuracy | 50.0 [48.0, 52.0] | 70.0 [68.0, 72.0] |  | 90.0 ± 1.4 |  |  |")


def test_goals_are_judged_by_points_of_the_curve_and_by_leads() -> None:
    found = report(source_only=0.5, transferred=0.9, target_only=0.7, classical=0.86)
    told = table({"shopping": found.model_copy(update={"curve": curve(n0=0.85, n200=0.9)})})
    title = ROWS["shopping"].title
    assert lines(told, f"- {title}") == [
        f"- {title}: 0 labels 85.0 / – / 50.0; 200 labels 90.0 / – / 50.0",
        f"- {title}: no labels: 85.0, goal 80.0: reached",
        f"- {title}: ahead of target-only: 20.0, goal 5.0: reached",
        f"- {title}: ahead of classical: 4.0, goal 5.0: missed",
    ]


def test_a_point_of_several_seeds_has_their_deviation() -> None:
    found = report(source_only=0.5, transferred=0.9, target_only=0.7, classical=0.86)
    spread = Spread(values=[0.84, 0.86], mean=0.85, deviation=0.0141)
    points = [curve(n0=0.85).points[0].model_copy(update={"seeds": {"transferred": spread}})]
    told = table(
        {"shopping": found.model_copy(update={"curve": LearningCurve(points=points, labels_saved=None, sentence="")})}
    )
    assert lines(told, f"- {ROWS['shopping'].title}")[0].endswith("0 labels 85.0 ± 1.4 / – / 50.0")


def test_the_short_form_has_no_curve_and_is_judged_by_the_rest(tmp_path: Path) -> None:
    found = {"waimai": report(source_only=0.5, transferred=0.8, target_only=0.7)}
    told = write(found, tmp_path, quick=True)
    assert "Learning curves" not in told
    assert lines(told, "- ") == [f"- {ROWS['waimai'].title}: 1,000 labels: 80.0, goal 89.0: missed"]
    assert (tmp_path / "transfer-quick.md").read_text(encoding="utf-8") == told + "\n"


@pytest.mark.parametrize("name", GOALS)
def test_every_goal_is_judged(name: str) -> None:
    row, made = ROWS[name], report(source_only=0.5, transferred=0.9, target_only=0.7, classical=0.8)
    if row.curve:
        made = made.model_copy(update={"curve": curve(**{f"n{labels}": 0.9 for labels in row.curve})})
    told = lines(table({name: made}), f"- {row.title}: ")
    assert sum("goal" in line for line in told) == len(GOALS[name])


def test_the_five_splits_are_told_by_their_mean() -> None:
    found = {split: report(transferred=0.71 + 0.05 * number) for number, split in enumerate(SPLITS)}
    assert lines(table(found), "- EPRSTMT") == ["- EPRSTMT, 32 labels, mean of five: 81.0, goal 80.0: reached"]
    del found[SPLITS[0]]
    assert "mean of five" not in table(found)


def test_rows_found_join_those_recorded_before_without_their_texts(tmp_path: Path) -> None:
    write({"category-0": report(transferred=0.9)}, tmp_path, quick=False)
    write({"waimai-full": report(transferred=0.8)}, tmp_path, quick=False)
    told = write({"category-0": report(transferred=0.7)}, tmp_path, quick=False)
    kept = json.loads((tmp_path / "transfer.json").read_text(encoding="utf-8"))
    assert list(kept) == ["category-0", "waimai-full"]  # in the order of the table of rows
    assert all(figures["examples"] == [] for figures in kept.values())
    assert "| 70.0 [" in told
    assert "| 90.0 [" not in told


def test_the_recorded_table_is_that_of_the_recorded_figures() -> None:
    recorded = json.loads((RESULTS / "transfer.json").read_text(encoding="utf-8"))
    reports = {row: Report.model_validate(figures) for row, figures in recorded.items()}
    assert reports.keys() <= ROWS.keys()
    assert (RESULTS / "transfer.md").read_text(encoding="utf-8") == table(reports) + "\n"
