"""The visitor's runs: a page of them with their places in the queue, and what is done to one from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.runs import RunRecord, RunState
from pipeline.spec import RunSpec
from pipeline.spec.difference import Difference, differences
from ui.access import run_of, visible_runs
from ui.handlers.progress import has_report
from ui.services import Services

PAGE_SIZE = 6


@dataclass(frozen=True)
class Line:
    """One run of the list.

    Attributes:
        record: Its line in the index.
        place: In the queue, from 1; 0 if it does not wait.
        before: Names of the visitor's own runs that it waits for.
        others: How many of other visitors it waits for besides.
        reported: Whether there is something to compare.
    """

    record: RunRecord
    place: int = 0
    before: tuple[str, ...] = ()
    others: int = 0
    reported: bool = False


@dataclass(frozen=True)
class RunPage:
    """Some of the visitor's runs."""

    lines: tuple[Line, ...]
    first: int  # counted from 0
    total: int

    @property
    def has_next(self) -> bool:
        """Whether there are more."""
        return self.first + len(self.lines) < self.total


@dataclass(frozen=True)
class Comparison:
    """What two runs were asked to do differently."""

    names: tuple[str, str]
    specs: tuple[RunSpec, RunSpec]
    found: tuple[Difference, ...]


def page(services: Services, visitor: str | None, first: int, size: int = PAGE_SIZE) -> RunPage:
    """Runs from the ``first`` on, which is brought into range."""
    own = visible_runs(services, visitor)
    first = min(max(0, first), max(0, (len(own) - 1) // size * size))
    shown = own[first : first + size]
    return RunPage(tuple(_lines(services, shown, {record.id for record in own})), first, len(own))


def line(services: Services, visitor: str | None, record: RunRecord) -> Line:
    """One run as the list has it."""
    (found,) = _lines(services, [record], {own.id for own in visible_runs(services, visitor)})
    return found


def holding(services: Services, visitor: str | None, run_id: str | None) -> int:
    """The first run of the page that holds a run; 0 without one."""
    ids = [record.id for record in visible_runs(services, visitor)]
    return ids.index(run_id) // PAGE_SIZE * PAGE_SIZE if run_id in ids else 0


def rename(services: Services, visitor: str | None, run_id: str, name: str) -> RunRecord:
    """Call a run something else.

    Raises:
        RunError: There is no such run for this visitor, or the name is none.
    """
    run_of(services, visitor, run_id)
    return services.store.rename(run_id, name)


def delete(services: Services, visitor: str | None, run_id: str) -> None:
    """Delete a run for good.

    Raises:
        RunError: There is no such run for this visitor, or it is at work.
    """
    run_of(services, visitor, run_id)
    services.supervisor.delete(run_id)


def others(services: Services, visitor: str | None, run_id: str) -> list[RunRecord]:
    """The runs that a run can be held against, newest first."""
    return [record for record in visible_runs(services, visitor) if record.id != run_id]


def compare(services: Services, visitor: str | None, first: str, second: str) -> Comparison:
    """The differences between the specs of two runs.

    Raises:
        RunError: One of them is no run of this visitor.
        SpecError: A spec can't be read.
    """
    records = [run_of(services, visitor, run_id) for run_id in (first, second)]
    one, other = (services.store.spec(record.id) for record in records)
    return Comparison((records[0].name, records[1].name), (one, other), tuple(differences(one, other)))


def _lines(services: Services, records: Sequence[RunRecord], mine: set[str]) -> Iterator[Line]:
    # Whom a run waits for is the whole host's business, if only as a number.
    waits = any(record.state is RunState.QUEUED for record in records)
    active = [record for record in services.store.list() if record.state.active] if waits else []
    return (_line(services, record, active, mine) for record in records)


def _line(services: Services, record: RunRecord, active: list[RunRecord], mine: set[str]) -> Line:
    reported = has_report(services, record.id)
    if record.state is not RunState.QUEUED:
        return Line(record, reported=reported)
    queue = sorted((other for other in active if other.state is RunState.QUEUED), key=lambda other: other.changed)
    earlier = [other for other in queue if (other.changed, other.id) < (record.changed, record.id)]
    before = [*(other for other in active if other.state is RunState.RUNNING), *earlier]
    named = tuple(other.name for other in before if other.id in mine)
    return Line(record, len(earlier) + 1, named, len(before) - len(named), reported)
