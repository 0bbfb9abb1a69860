"""The table of a benchmark: one line a row, and what each was to reach."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean

from benchmarks.goals import GOALS, SPLITS, SPLITS_LEAST, leading
from benchmarks.rows import ROWS
from pipeline.report import ModelReport, Report
from pipeline.runs import RunStore

MODELS = ("source-only", "target-only", "classical", "transferred", "same-compute", "seed-ensemble")


def write(store: RunStore, runs: dict[str, str], folder: Path, *, quick: bool) -> None:
    """Write the table as Markdown, and its figures as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "transfer-quick" if quick else "transfer"
    (folder / f"{name}.md").write_text(table(store, runs) + "\n", encoding="utf-8")
    figures = {row: _figures(report) for row, report in _reports(store, runs).items()}
    (folder / f"{name}.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(store: RunStore, runs: dict[str, str]) -> str:
    """Markdown: what every model of every finished row scored, then the goals."""
    reports = _reports(store, runs)
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


def _reports(store: RunStore, runs: dict[str, str]) -> dict[str, Report]:
    found = {row: store.report(run) for row, run in runs.items()}
    return {row: report for row in ROWS if (report := found.get(row)) is not None}


def _line(row: str, report: Report) -> str:
    metric = next(iter(report.models[0].metrics))
    cells = [_cell(report.model(name)) if report.has(name) else "" for name in MODELS]
    return f"| {ROWS[row].title} | {metric} | " + " | ".join(cells) + " |"


def _cell(model: ModelReport) -> str:
    name, interval = next(iter(model.metrics.items()))
    if name in model.seeds:
        spread = model.seeds[name]
        return f"{100 * spread.mean:.1f} ± {100 * spread.deviation:.1f}"
    return f"{100 * interval.value:.1f} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def _curve(report: Report) -> str:
    def shown(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f}"

    points = report.curve.points if report.curve else []
    return "; ".join(
        f"{point.labels} labels {shown(point.transferred)} / {shown(point.target_only)} / {shown(point.classical)}"
        for point in points
    )


def _goals(row: str, report: Report) -> list[str]:
    return [f"{goal.said}: {_judged(goal.figure(report), goal.least)}" for goal in GOALS.get(row, ())]


def _judged(found: float, least: float) -> str:
    word = "reached" if found >= least else "missed"
    return f"{100 * found:.1f}, goal {100 * least:.1f}: {word}"


def _figures(report: Report) -> dict[str, object]:
    """What the table is made of, without the texts."""
    return {
        **report.model_dump(mode="json", include={"verdict", "curve", "facts", "data"}),
        "models": [model.model_dump(mode="json", exclude={"confusion"}) for model in report.models],
        "comparisons": [comparison.model_dump(mode="json") for comparison in report.comparisons],
    }
