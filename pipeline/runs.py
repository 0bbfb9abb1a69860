"""The index of all runs, and what changes in their folders.

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

from filelock import FileLock
from pydantic import ValidationError

from pipeline import spec as specs
from pipeline.errors import RunError, system_fault
from pipeline.folders import RunFolders
from pipeline.messages import Message
from pipeline.report import Report
from pipeline.spec import RunSpec
from pipeline.states import STATES, TRANSITIONS, RunRecord, RunState
from pipeline.storage import write_atomically

__all__ = ["RunRecord", "RunState", "RunStore"]

#: From a worker's last word to the end of its process, at most.
LEAVING_SECONDS = 30.0


class RunStore(RunFolders):
    """All runs below one folder."""

    # ── the index ───────────────────────────────────────────────────────────────────

    def make(self) -> None:
        """Make the folder of all runs, if it is not there yet.

        Raises:
            RunError: The system does not let it.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                "{folder} can't be made: {fault}.",
                "Choose another folder for the runs with --runs-dir or GRAFT_RUNS_DIR.",
                folder=self.root,
                fault=system_fault(error),
            ) from None

    def create(self, spec: RunSpec, owner: str = "") -> RunRecord:
        """Make a run folder, queued. The id can't be guessed: it is also the key to a shared run."""
        slug = re.sub(r"[^a-z0-9]+", "-", spec.name.lower()).strip("-")[:40] or "run"
        run_id = f"{slug}-{secrets.token_hex(8)}"
        now = time.time()
        record = RunRecord(id=run_id, name=spec.name, state=RunState.QUEUED, owner=owner, created=now, changed=now)
        folder = self.folder(run_id)
        folder.mkdir(parents=True)
        write_atomically(folder / "spec.json", spec.model_dump_json(indent=2))
        write_atomically(folder / "state.json", record.as_json())
        return record

    def get(self, run_id: str) -> RunRecord:
        """The record of a run.

        Raises:
            RunError: There is no such run.
        """
        try:
            return RunRecord.model_validate_json((self.folder(run_id) / "state.json").read_bytes())
        except FileNotFoundError:
            raise self._unknown(run_id) from None
        except ValidationError as error:
            raise RunError(
                "state.json of run {run!r} is damaged.", "Delete its folder, or repair the file.", run=run_id
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
            raise self._unknown(prefix)
        names = ", ".join(record.id for record in matches)
        raise RunError("{prefix!r} fits several runs: {names}.", "Give more of the id.", prefix=prefix, names=names)

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
        told = error.kept if isinstance(error, Message) else None
        with self.locked(run_id):
            present = self.get(run_id).state
            if present not in TRANSITIONS[state]:
                raise RunError(
                    "Run {run} is {state}; it can't become {wanted}.",
                    run=run_id,
                    state=STATES[present],
                    wanted=STATES[state],
                )
            return self._amend(run_id, state=state, pid=pid, error=str(error), told=told, changed=time.time())

    def rename(self, run_id: str, name: str) -> RunRecord:
        """Call a run something else; its id stays.

        Raises:
            RunError: The name is empty or longer than a spec's may be.
        """
        limit = 80
        if not 0 < len(name.strip()) <= limit:
            raise RunError("A run's name has 1 to {limit} characters.", "Choose another name.", limit=limit)
        with self.locked(run_id):
            return self._amend(run_id, name=name.strip())

    def give(self, run_id: str, owner: str) -> RunRecord:
        """Make a run somebody else's."""
        with self.locked(run_id):
            return self._amend(run_id, owner=owner)

    def _amend(self, run_id: str, **changes: object) -> RunRecord:
        """Change a run's record; whoever calls holds its lock."""
        record = self.get(run_id).model_copy(update=changes)
        write_atomically(self.folder(run_id) / "state.json", record.as_json())
        return record

    def delete(self, run_id: str) -> None:
        """Delete a run's folder: first out of sight, then for good.

        Raises:
            RunError: The run is queued or running.
        """
        with self._resting(run_id):
            hidden = self.root / f".deleted-{run_id}-{secrets.token_hex(4)}"
            os.replace(self.folder(run_id), hidden)
        shutil.rmtree(hidden, ignore_errors=True)

    @contextmanager
    def locked(self, run_id: str) -> Iterator[None]:
        """Hold the run's lock against other processes and threads."""
        if not self.folder(run_id).is_dir():
            raise self._unknown(run_id)
        with FileLock(self.folder(run_id) / ".lock", timeout=30):
            yield

    def at_work(self, run_id: str, seconds: float) -> FileLock:
        """The lock that the one worker of a run holds; taking it raises ``filelock.Timeout`` while another does.

        A run can be resumed or extended the moment it has ended, while its process still gives back its memory:
        the next worker waits :data:`LEAVING_SECONDS` for that.

        Args:
            run_id: Which run.
            seconds: How long to wait.
        """
        return FileLock(self.folder(run_id) / ".worker.lock", timeout=seconds)

    @contextmanager
    def _resting(self, run_id: str) -> Iterator[None]:
        """Hold the lock of a run that is neither queued nor running."""
        with self.locked(run_id):
            if self.get(run_id).state.active:
                raise RunError("Run {run} is still at work.", "Wait for its end, or cancel it.", run=run_id)
            yield

    def _unknown(self, given: str) -> RunError:
        return RunError(
            "There is no run {run!r} in {folder}.",
            "`python -m pipeline list` shows them.",
            run=given,
            folder=str(self.root),
        )

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
        with self._resting(run_id):
            write_atomically(self.folder(run_id) / "spec.json", spec.model_dump_json(indent=2))

    def report(self, run_id: str) -> Report | None:
        """What the run found, or None while it has not."""
        try:
            return Report.read(self.folder(run_id) / "report.json")
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
