"""A run at work: read what is new, cancel, resume."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import RunError
from pipeline.events import Progress
from pipeline.runs import RunRecord, RunState
from ui.access import readable_runs, run_of, visible_runs
from ui.services import Services

LOG_BYTES = 12_000


@dataclass(frozen=True, eq=False)  # told apart by identity: Gradio hashes what a session keeps
class Watch:
    """What a watcher has seen of one run: read on from ``offset``.

    ``pictures`` are what was drawn of it, so that what looks the same is not sent again.
    """

    record: RunRecord
    cancelling: bool = False
    offset: int = 0
    progress: Progress = field(default_factory=Progress)
    pictures: tuple[str, ...] = ()

    @property
    def may_cancel(self) -> bool:
        """Whether there is something to cancel."""
        return self.record.state.active and not self.cancelling

    @property
    def may_resume(self) -> bool:
        """Whether the run ended before it was done."""
        return self.record.state in (RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED)


def watch(services: Services, visitor: str | None, run_id: str) -> Watch:
    """All that is known of a run now.

    Raises:
        RunError: There is no such run for this visitor.
    """
    return _read(services, Watch(run_of(services, visitor, run_id)))


def news(services: Services, visitor: str | None, run_id: str, seen: Watch | None) -> Watch | None:
    """As :func:`watch`, reading on from what was seen; None if there is nothing new.

    Raises:
        RunError: There is no such run for this visitor.
    """
    record = run_of(services, visitor, run_id)
    if seen is None or seen.record.id != run_id:
        return _read(services, Watch(record))
    now = _read(services, replace(seen, record=record))
    same = now.offset == seen.offset and record == seen.record and now.cancelling == seen.cancelling
    return None if same else now


def cancel(services: Services, visitor: str | None, run_id: str) -> None:
    """Ask a run to stop."""
    run_of(services, visitor, run_id)
    services.supervisor.cancel(run_id)


def resume(services: Services, visitor: str | None, run_id: str) -> None:
    """Let a run that ended early go on."""
    run_of(services, visitor, run_id)
    services.pace.spend("starts", visitor)
    services.supervisor.resume(run_id)


def log_tail(services: Services, visitor: str | None, run_id: str) -> str:
    """The end of what the worker printed, from the start of a line."""
    run_of(services, visitor, run_id)
    text = _tail(services.store.log_path(run_id))
    return text.partition("\n")[2] if len(text.encode()) >= LOG_BYTES else text


def choose_run(services: Services, visitor: str | None, run_id: str | None, *, finished: bool = False) -> str | None:
    """The run that a tab shows: the one asked for if it fits, else the newest that does.

    Args:
        services: The page's services.
        visitor: Who asks.
        run_id: The one asked for, if any.
        finished: Only runs with a report fit.
    """
    found = readable_runs(services, visitor) if finished else visible_runs(services, visitor)
    runs = [record.id for record in found if not finished or has_report(services, record.id)]
    if run_id in runs:
        return run_id
    return runs[0] if runs else None


def has_report(services: Services, run_id: str) -> bool:
    """Whether the run has been evaluated; its exports may still be going on."""
    return (services.store.folder(run_id) / "report.json").is_file()


def requested_run(services: Services, visitor: str | None, run_id: str | None) -> str | None:
    """The run that a link names, if this visitor may see it."""
    if not run_id:
        return None
    try:
        return run_of(services, visitor, run_id).id
    except RunError:
        return None


def _read(services: Services, seen: Watch) -> Watch:
    run_id = seen.record.id
    events, offset = services.store.events(run_id).read(seen.offset)
    cancelling = seen.record.state.active and services.store.cancel_requested(run_id)
    return Watch(seen.record, cancelling, offset, seen.progress.add(events))


def _tail(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_BYTES))
            return file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
