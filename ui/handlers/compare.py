"""A finished run's report."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from pydantic import ValidationError

from pipeline.errors import RunError, SpecError
from pipeline.report import Report
from pipeline.spec import Origin, TaskName
from pipeline.tasks import TASKS, Task
from ui.access import reader_of
from ui.kept import Kept
from ui.services import Services
from ui.text import say

#: A file, and when it was written.
Stamp = tuple[str, int]
_read: Kept[Report] = Kept(48)


def report_of(services: Services, visitor: str | None, run_id: str) -> Report | None:
    """The report of a run, or None while it has none.

    Raises:
        RunError: There is no such run for this visitor, or an older Graft wrote its report.
    """
    reader_of(services, visitor, run_id)
    path = report_path(services, run_id)
    try:
        return _read.get(stamp(path), lambda: Report.read(path))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise RunError(say("compare.old_report"), say("compare.old_report_remedy")) from error


def whole_report(services: Services, visitor: str | None, run_id: str) -> Report:
    """The report of a run that has one.

    Raises:
        RunError: It has none.
    """
    report = report_of(services, visitor, run_id)
    if report is None:
        raise RunError(say("compare.empty"))
    return report


def origins_of(services: Services, visitor: str | None, run_id: str) -> list[tuple[str, Origin]]:
    """Which of a run's files are from a data set of the Hub: by the run's own spec, for stages are shared.

    Raises:
        RunError: There is no such run for this visitor.
    """
    reader_of(services, visitor, run_id)
    try:
        return services.store.spec(run_id).data.origins
    except SpecError:  # an older or a newer Graft wrote it; the report can be read all the same
        return []


def report_path(services: Services, run_id: str) -> Path:
    """Where a run's report lies."""
    return services.store.folder(run_id) / "report.json"


def stamp(path: Path) -> Stamp:
    """What tells a file from what it was before.

    Raises:
        FileNotFoundError: There is none.
    """
    return str(path), path.stat().st_mtime_ns


def task_of(report: Report) -> Task:
    """What the report's models were trained to do."""
    return TASKS[cast("TaskName", report.task)]
