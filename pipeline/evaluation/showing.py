"""A report as the command line prints it."""

from __future__ import annotations

from pipeline.evaluation.wording import MEASURES, number, shown
from pipeline.report import Report


def table(report: Report) -> str:
    """The models with their metrics and 95 % intervals; below it what to make of them."""
    width = max(len(model.title) for model in report.models) + 2
    metrics = [*dict.fromkeys(metric for model in report.models for metric in model.metrics)]
    lines = [f"{'model':<{width}}" + "".join(f"{MEASURES[metric].title:<26}" for metric in metrics)]
    for model in report.models:
        cells = [
            f"{shown(metric, found.value)} [{number(metric, found.low)}, {number(metric, found.high)}]"
            if (found := model.metrics.get(metric))
            else "–"
            for metric in metrics
        ]
        lines.append(f"{model.title:<{width}}" + "".join(f"{cell:<26}" for cell in cells))
    curve = [report.curve.sentence] if report.curve else []
    return "\n".join([*(line.rstrip() for line in lines), report.verdict.sentence, *report.verdict.remarks, *curve])
