"""Run folders and the index of them.

A run's folder is whole in itself::

    <root>/<run id>/
        spec.json      what was asked for
        state.json     where it stands (a RunRecord)
        events.jsonl   what happened, line by line
        worker.log     everything the worker printed
        report.json    what was found, once it is done
        models/        ordinary Hugging Face folders
        exports/       ONNX folders, by model and variant
    <root>/artifacts/  finished stages, shared by all runs (see pipeline.artifacts)
    <root>/uploads/    files that people brought

Every change of ``state.json`` happens under a lock file and by atomic replacement, so that
several processes (page, command line, worker) may look after one root.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import spec as specs
from pipeline.errors import RunError
from pipeline.events import EventLog
from pipeline.report import Report
from pipeline.spec import RunSpec


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its worker died without a word

    @property
    def active(self) -> bool:
        """Whether the run is still to end by itself."""
        return self in (RunState.QUEUED, RunState.RUNNING)


#: From which states each state may be reached.
TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED}),
    RunState.RUNNING: frozenset({RunState.QUEUED}),
    RunState.DONE: frozenset({RunState.RUNNING}),
    RunState.FAILED: frozenset({RunState.RUNNING}),
    RunState.CANCELLED: frozenset({RunState.QUEUED, RunState.RUNNING}),
    RunState.INTERRUPTED: frozenset({RunState.RUNNING}),
}


class RunRecord(BaseModel):
    """A run's line in the index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    state: RunState
    owner: str = ""
    created: float
    changed: float
    pid: int | None = None
    error: str = ""


class RunStore:
    """All runs below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()
        self.artifacts = self.root / "artifacts"
        self.uploads = self.root / "uploads"

    # ── places ──────────────────────────────────────────────────────────────────────

    def folder(self, run_id: str) -> Path:
        """The folder of a run, whether or not it exists; an id is never a path.

        Raises:
            RunError: ``run_id`` has not the form of an id.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", run_id):
            raise RunError(f"{run_id!r} is not a run id.", "`python -m pipeline list` shows the ids.")
        return self.root / run_id

    def events(self, run_id: str) -> EventLog:
        """The run's event log."""
        return EventLog(self.folder(run_id) / "events.jsonl")

    def log_path(self, run_id: str) -> Path:
        """Where the worker's output goes."""
        return self.folder(run_id) / "worker.log"

    def model_folder(self, run_id: str, model: str) -> Path:
        """Where a finished run keeps one of its models."""
        return self.folder(run_id) / "models" / model

    def export_folder(self, run_id: str, model: str) -> Path:
        """Where a run keeps the ONNX variants of one of its models."""
        return self.folder(run_id) / "exports" / model

    # ── the index ───────────────────────────────────────────────────────────────────

    def create(self, spec: RunSpec, owner: str = "") -> RunRecord:
        """Make a run folder, queued. The id can't be guessed: it is also the key to a shared run."""
        slug = re.sub(r"[^a-z0-9]+", "-", spec.name.lower()).strip("-")[:40] or "run"
        run_id = f"{slug}-{secrets.token_hex(8)}"
        now = time.time()
        record = RunRecord(id=run_id, name=spec.name, state=RunState.QUEUED, owner=owner, created=now, changed=now)
        folder = self.folder(run_id)
        folder.mkdir(parents=True)
        write_atomically(folder / "spec.json", spec.model_dump_json(indent=2))
        write_atomically(folder / "state.json", record.model_dump_json(indent=2))
        return record

    def get(self, run_id: str) -> RunRecord:
        """The record of a run.

        Raises:
            RunError: There is no such run.
        """
        try:
            return RunRecord.model_validate_json((self.folder(run_id) / "state.json").read_bytes())
        except FileNotFoundError:
            raise RunError(
                f"There is no run {run_id!r} in {self.root}.", "`python -m pipeline list` shows them."
            ) from None
        except ValidationError as error:
            raise RunError(
                f"state.json of run {run_id!r} is damaged.", "Delete its folder, or repair the file."
            ) from error

    def find(self, prefix: str) -> RunRecord:
        """The one run whose id begins with ``prefix``.

        Raises:
            RunError: No run does, or several do.
        """
        matches = [record for record in self.list() if record.id.startswith(prefix)]
        if len(matches) == 1 or any(record.id == prefix for record in matches):
            return next((record for record in matches if record.id == prefix), matches[0])
        if not matches:
            raise RunError(f"There is no run {prefix!r} in {self.root}.", "`python -m pipeline list` shows them.")
        names = ", ".join(record.id for record in matches)
        raise RunError(f"{prefix!r} fits several runs: {names}.", "Give more of the id.")

    def list(self, owner: str | None = None) -> list[RunRecord]:
        """Runs, newest first; of one owner, if one is given. A damaged folder is passed over."""
        records = []
        for path in self.root.glob("*/state.json"):
            try:
                record = RunRecord.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
            if owner is None or record.owner == owner:
                records.append(record)
        return sorted(records, key=lambda record: record.created, reverse=True)

    def move(self, run_id: str, state: RunState, *, pid: int | None = None, error: str = "") -> RunRecord:
        """Bring a run into another state.

        Raises:
            RunError: The present state does not allow it; nothing was changed.
        """
        with self.locked(run_id):
            record = self.get(run_id)
            if record.state not in TRANSITIONS[state]:
                raise RunError(f"Run {run_id} is {record.state}; it can't become {state}.")
            record = record.model_copy(update={"state": state, "pid": pid, "error": error, "changed": time.time()})
            write_atomically(self.folder(run_id) / "state.json", record.model_dump_json(indent=2))
        return record

    @contextmanager
    def locked(self, run_id: str) -> Iterator[None]:
        """Hold the run's lock against other processes and threads."""
        if not self.folder(run_id).is_dir():
            raise RunError(f"There is no run {run_id!r} in {self.root}.", "`python -m pipeline list` shows them.")
        with FileLock(self.folder(run_id) / ".lock", timeout=30):
            yield

    # ── contents ────────────────────────────────────────────────────────────────────

    def spec(self, run_id: str) -> RunSpec:
        """What the run was asked to do."""
        self.get(run_id)
        return specs.load(self.folder(run_id) / "spec.json")

    def revise(self, run_id: str, spec: RunSpec) -> None:
        """Replace a resting run's spec: what it shares with the old one is not computed again.

        Raises:
            RunError: The run is queued or running.
        """
        with self.locked(run_id):
            if self.get(run_id).state.active:
                raise RunError(f"Run {run_id} is still at work.", "Wait for its end, or cancel it.")
            write_atomically(self.folder(run_id) / "spec.json", spec.model_dump_json(indent=2))

    def report(self, run_id: str) -> Report | None:
        """What the run found, or None while it has not."""
        try:
            return Report.model_validate_json((self.folder(run_id) / "report.json").read_bytes())
        except FileNotFoundError:
            return None

    # ── cancelling: a file, so that it reaches a worker on any machine ────────────────

    def request_cancel(self, run_id: str) -> None:
        """Ask the run's worker to save and stop."""
        self.get(run_id)
        (self.folder(run_id) / "cancel").touch()

    def cancel_requested(self, run_id: str) -> bool:
        """Whether somebody asked the run to stop."""
        return (self.folder(run_id) / "cancel").exists()

    def clear_cancel(self, run_id: str) -> None:
        """Forget the request; a resumed run begins without it."""
        (self.folder(run_id) / "cancel").unlink(missing_ok=True)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a reader, or a crash, sees the old text or the new one, never half."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def link_tree(source: Path, destination: Path) -> None:
    """Put a folder of files at ``destination`` too, replacing what is there.

    Hard links where they work, copies elsewhere: a run's folder is whole in itself at no cost in disk.
    """
    partial = destination.with_name(f".{destination.name}.{secrets.token_hex(4)}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, partial, copy_function=_link_or_copy)
    if destination.exists():
        shutil.rmtree(destination)
    os.replace(partial, destination)


def _link_or_copy(source: str, destination: str) -> str:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)
    return destination
