"""Where the things of a run lie.

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
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import RunError
from pipeline.events import EventLog


class RunFolders:
    """The folders of all runs below one, whether or not they exist."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()
        self.artifacts = self.root / "artifacts"
        self.uploads = self.root / "uploads"

    def folder(self, run_id: str) -> Path:
        """The folder of a run, whether or not it exists; an id is never a path.

        Raises:
            RunError: ``run_id`` has not the form of an id.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", run_id):
            raise RunError("{run!r} is not a run id.", "`python -m pipeline list` shows the ids.", run=run_id)
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
