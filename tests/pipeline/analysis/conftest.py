"""Reports with nothing in them but what models said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.report import Example, Report

ReportOf = Callable[..., Report]


@pytest.fixture
def report_of() -> ReportOf:
    """Makes a report of rows ``(text, label, {model: (label, probabilities)})``."""

    def make(rows: list[tuple[str, Any, dict[str, tuple[Any, list[float]]]]], **fields: Any) -> Report:
        tagging = fields.get("task") in ("part-of-speech", "entity-recognition")
        examples = [
            Example(
                text=text,
                tokens=text.split() if tagging else [],
                label=label,
                predictions={model: said for model, (said, _) in models.items()},
                probabilities={model: shares for model, (_, shares) in models.items() if shares},
            )
            for text, label, models in rows
        ]
        found = {"task": "text-classification", "labels": ["bad", "good"], **fields}
        return Report.model_construct(examples=examples, **found)

    return make


@pytest.fixture
def reviews(report_of: ReportOf) -> Report:
    """Six reviews: ``first`` is right on the first four, ``second`` on the last four."""

    def said(label: str, *, right: bool, sure: float) -> tuple[str, list[float]]:
        answer = label if right else {"bad": "good", "good": "bad"}[label]
        return answer, [sure, 1 - sure] if answer == "bad" else [1 - sure, sure]

    texts = [
        "slow",
        "tasty food",
        "cold food again",
        "very good value",
        "rude and slow staff",
        "fresh Food every day",
    ]
    rows = []
    for number, text in enumerate(texts):
        label = "bad" if number % 2 == 0 else "good"
        models = {
            "first": said(label, right=number < 4, sure=0.55 + 0.08 * number),
            "second": said(label, right=number > 1, sure=0.9),
        }
        rows.append((text, label, models))
    return report_of(rows)
