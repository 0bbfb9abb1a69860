"""What two runs of one spec have in common."""

from __future__ import annotations

from typing import Any

from pipeline.report import Report


def lasting(report: Report | None) -> dict[str, Any]:
    """A report but for what training cost."""
    assert report is not None
    return report.model_dump(exclude={"models": {"__all__": {"cost"}}, "members": {"__all__": {"cost"}}})
