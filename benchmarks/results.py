"""The table of a benchmark: one line a row, and what each was to reach.

What a row found is recorded as its report without the texts, so that rows measured on different days make one table.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.goals import GOALS, SPLITS, SPLITS_LEAST, leading
from benchmarks.rows import ROWS
from pipeline.report import CurvePoint, ModelReport, Report, Spread

MODELS = ("source-only", "target-only", "classical", "transferred", "same-compute", "seed-ensemble")


def write(found: dict[str, Report], folder: Path, *, quick: bool) -> str:
    """Record what rows found, beside what was recorded of the others before, and write the table of them all.

    Args:
        found: Row → its report.
        folder: Where ``transfer.json`` and ``transfer.md`` lie (``transfer-quick`` for the short form).
        quick: Whether the rows ran in the short form.

    Returns:
        The table, in Markdown.
    """
    name = "transfer-quick" if quick else "transfer"
    reports = _recorded(folder / f"{name}.json") | {
        row: report.model_copy(update={"examples": []}) for row, report in found.items()
    }
    reports = {row: reports[row] for row in ROWS if row in reports}
    record(name, {row: report.model_dump(mode="json") for row, report in reports.items()}, table(reports), folder)
    return table(reports)


def record(name: str, figures: dict[str, Any], told: str, folder: Path) -> None:
    """Keep what a benchmark found: its figures for programs, and the same for people, in Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(told + "\n", encoding="utf-8")


def _recorded(path: Path) -> dict[str, Report]:
    if not path.exists():
        return {}
    return {row: Report.model_validate(figures) for row, figures in json.loads(path.read_text()).items()}


def table(reports: dict[str, Report]) -> str:
    """Markdown: what every model of every row scored, then the goals."""
    lines = ["| Row | Metric | " + " | ".join(MODELS) + " |", "| --- | --- |" + " --- |" * len(MODELS)]
    lines += [_line(row, report) for row, report in reports.items()]
    curves = [f"- {ROWS[row].title}: {_curve(report)}" for row, report in reports.items() if report.curve]
    goals = [f"- {ROWS[row].title}: {line}" for row, report in reports.items() for line in _goals(row, report)]
    if all(split in reports for split in SPLITS):
        found = mean(leading(reports[split]) for split in SPLITS)
        goals.append(f"- EPRSTMT, 32 labels, mean of five: {_judged(found, SPLITS_LEAST)}")
    parts = ["\n".join(lines)]
    parts += ["Learning curves (transferred / target-only / classical):\n\n" + "\n".join(curves)] if curves else []
    parts += ["Goals:\n\n" + "\n".join(goals)] if goals else []
    return "\n\n".join(parts)


def _line(row: str, report: Report) -> str:
    metric = next(iter(report.models[0].metrics))
    cells = [_cell(report.model(name)) if report.has(name) else "" for name in MODELS]
    return f"| {ROWS[row].title} | {metric} | " + " | ".join(cells) + " |"


def _cell(model: ModelReport) -> str:
    name, interval = next(iter(model.metrics.items()))
    if name in model.seeds:
        return _spread(model.seeds[name])
    return f"{100 * interval.value:.1f} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def _curve(report: Report) -> str:
    points = report.curve.points if report.curve else []
    return "; ".join(f"{point.labels} labels {' / '.join(_values(point))}" for point in points)


def _values(point: CurvePoint) -> list[str]:
    """What the three models score at one number of labels."""
    values = {"transferred": point.transferred, "target-only": point.target_only, "classical": point.classical}
    return [
        "–" if value is None else _spread(point.seeds[name]) if name in point.seeds else f"{100 * value:.1f}"
        for name, value in values.items()
    ]


def _spread(spread: Spread) -> str:
    return f"{100 * spread.mean:.1f} ± {100 * spread.deviation:.1f}"


def _goals(row: str, report: Report) -> list[str]:
    goals = GOALS.get(row, ())
    return [
        f"{goal.said}: {_judged(found, goal.least)}" for goal in goals if (found := goal.figure(report)) is not None
    ]


def _judged(found: float, least: float) -> str:
    word = "reached" if found >= least else "missed"
    return f"{100 * found:.1f}, goal {100 * least:.1f}: {word}"
