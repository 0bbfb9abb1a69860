"""A finished run's report, and the test texts that a filter leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from pydantic import ValidationError

from pipeline.errors import RunError
from pipeline.report import Example, Report
from pipeline.spec import TaskName
from pipeline.tasks import TASKS, Task
from ui.access import run_of
from ui.services import Services
from ui.text import say

PAGE_SIZE = 10

FilterName = Literal["disagree", "fixed", "broke", "all"]
FILTER_NAMES: tuple[FilterName, ...] = get_args(FilterName)


def _right(example: Example, model: str) -> bool:
    return example.predictions.get(model) == example.label


#: Filter → whether it keeps a test text.
FILTERS: dict[FilterName, Callable[[Example], bool]] = {
    "disagree": lambda example: example.disagreement,
    "fixed": lambda example: _right(example, "transferred") and not _right(example, "source-only"),
    "broke": lambda example: _right(example, "source-only") and not _right(example, "transferred"),
    "all": lambda _: True,
}


@dataclass(frozen=True)
class ExamplePage:
    """Some test texts, with their numbers in the report."""

    examples: Sequence[tuple[int, Example]]
    first: int  # counted from 0, of those that the filter leaves
    total: int

    @property
    def has_next(self) -> bool:
        """Whether there are more."""
        return self.first + len(self.examples) < self.total


def report_of(services: Services, visitor: str | None, run_id: str) -> Report | None:
    """The report of a run, or None while it has none.

    Raises:
        RunError: There is no such run for this visitor, or an older Graft wrote its report.
    """
    run_of(services, visitor, run_id)
    path = services.store.folder(run_id) / "report.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise RunError(say("compare.old_report"), say("compare.old_report_remedy")) from error


def task_of(report: Report) -> Task:
    """What the report's models were trained to do."""
    return TASKS[cast("TaskName", report.task)]


def whole_report(services: Services, visitor: str | None, run_id: str) -> Report:
    """The report of a run that has one.

    Raises:
        RunError: It has none.
    """
    report = report_of(services, visitor, run_id)
    if report is None:
        raise RunError(say("compare.empty"))
    return report


def example(report: Report, number: int) -> Example:
    """One of the test texts.

    Raises:
        RunError: The report has no such text.
    """
    if not 0 <= number < len(report.examples):
        raise RunError(say("compare.no_examples"))
    return report.examples[number]


def examples(report: Report, chosen: FilterName, first: int) -> ExamplePage:
    """One page of the test texts that a filter leaves; ``first`` is brought into range."""
    kept = [(number, found) for number, found in enumerate(report.examples) if FILTERS[chosen](found)]
    last_start = max(0, (len(kept) - 1) // PAGE_SIZE * PAGE_SIZE)
    first = min(max(0, first), last_start)
    return ExamplePage(kept[first : first + PAGE_SIZE], first, len(kept))


def counts(report: Report) -> dict[FilterName, int]:
    """How many test texts each filter leaves."""
    return {name: sum(map(keeps, report.examples)) for name, keeps in FILTERS.items()}


@lru_cache(maxsize=8)
def _read(path: Path, _modified: int) -> Report:
    return Report.model_validate_json(path.read_bytes())
