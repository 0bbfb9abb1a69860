"""The evaluation stage at work on folders that are made up for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from pipeline.events import EventLog
from pipeline.parameters import EvaluationParameters
from pipeline.report import Report
from pipeline.scores import Scores
from pipeline.settings import Settings
from pipeline.stages import evaluation
from pipeline.stages.context import Context
from pipeline.tasks import TASKS

COLUMNS: dict[str, Callable[[int], list[Any]]] = {
    "text": lambda count: [f"good soup {number}" for number in range(count)],
    "second": lambda count: ["bad"] * count,
    "tokens": lambda count: [["good", "qqq", "soup"]] * count,
    "label": lambda count: [number % 2 for number in range(count)],
    "labels": lambda count: [[number % 2] for number in range(count)],
    "tags": lambda count: [[1, 2, 0]] * count,
}
LABELS = {"tags": ["O", "B-X", "I-X"], "none": []}


class Bench:
    """A stage at work on folders made up for it."""

    def __init__(self, folder: Path, task: str, texts: int = 40, source_texts: int = 20) -> None:
        self.folder, self.task, self.row = folder, task, TASKS[task]
        self.labels = LABELS.get(self.row.labelling, ["bad", "good"])
        self.inputs: dict[str, Path] = {"data": folder / "data"}
        self.counts = {"test": texts, "source_test": source_texts}
        names = [*self.row.columns, *filter(None, [self.row.label_column])]
        for split, count in self.counts.items():
            columns = {name: COLUMNS[name](count) for name in names}
            Dataset.from_dict(columns).save_to_disk(str(folder / "data" / split))
        others = {"source_train": 9, "target_train": 8, "dev": 0, "unlabelled": 0, "dictionary": 0}
        self.write("data", "data.json", {"labels": self.labels, "counts": self.counts | others, "notes": ["a note"]})

    def write(self, role: str, name: str, value: Any) -> None:
        """A JSON file of a finished stage."""
        folder = self.inputs.setdefault(role, self.folder / role)
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(value), encoding="utf-8")

    def scores(self, skill: float, split: str) -> Scores:
        """What a model says that is right on the first texts and wrong on all others."""
        count = self.counts[split]
        right = np.arange(count) < skill * count
        if self.row.labelling == "none":
            rows = np.stack([np.where(right, 1.0, 3.0), right], axis=1)
            return Scores.of_texts(rows)
        if self.row.labelling == "tags":
            tags = np.where(right[:, None], [[1, 2, 0]], [[0, 0, 0]])
            return Scores(np.eye(3, dtype=np.float32)[tags.ravel()], np.arange(count + 1) * 3)
        said = np.where(right, np.arange(count) % 2, 1 - np.arange(count) % 2)
        return Scores.of_texts(np.eye(2)[said] * 2 - 1)

    def run(self, parameters: EvaluationParameters, *, cancelled: bool = False) -> Report:
        """Carry out the stage."""
        out, events = self.folder / "out", EventLog(self.folder / "events.jsonl")
        out.mkdir()
        context = Context(
            name="report",
            title="Compare",
            parameters=parameters,
            inputs=self.inputs,
            out=out,
            work=self.folder,
            run_folder=self.folder,
            settings=Settings(runs_dir=self.folder),
            events=events,
            cancel_requested=lambda: cancelled,
        )
        evaluation.run(context)
        self.steps = [event for event in events.read()[0] if event["kind"] == "step"]
        return Report.model_validate_json((out / "report.json").read_text(encoding="utf-8"))
