"""The classical model: sparse features and a logistic regression, for every task that has labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from pipeline.classical.features import Columns, Features, NGrams
from pipeline.classical.regression import Linear, Targets, fit_one, fit_several
from pipeline.classical.tagging import WordFeatures
from pipeline.scores import Scores, as_table
from pipeline.spec.base import TaskName
from pipeline.tasks import TASKS

#: Of the fit to words: there are thousands of them, and nothing to choose.
TAGGING_STRENGTH = 5.0


class ClassicalModel:
    """Learns from a frozen split in seconds, and answers as a network does.

    * One label a text or pair: TF-IDF of n-grams and logistic regression.
    * Several labels: the same, each label against the rest.
    * Tags: logistic regression over each word and its neighbours, every word by itself.

    The same texts give the same model.
    """

    def __init__(self, task: TaskName, labels: list[str]) -> None:
        self.task, self.labels = task, labels
        self.labelling = TASKS[task].labelling
        tags = self.labelling == "tags"
        self.features: Features = WordFeatures() if tags else NGrams(TASKS[task].columns)
        self.linear = Linear(np.zeros((len(labels), 0), np.float32), np.zeros(len(labels), np.float32))

    @classmethod
    def fit(cls, task: TaskName, labels: list[str], columns: Columns, seed: int = 0) -> ClassicalModel:
        """Learn.

        Args:
            task: Row of ``pipeline.tasks.TASKS``, one with labels.
            labels: The run's labels.
            columns: Of at least one labelled text, as in a frozen split; where a text has one label, maybe
                ``probabilities`` in its place; maybe ``weight``.
            seed: Of the folds by which the strength of the fit is chosen.
        """
        model = cls(task, labels)
        rows = model.features.fit(columns)
        texts = len(columns[TASKS[task].columns[0]])
        weights = np.asarray(columns.get("weight", np.ones(texts)), np.float64)
        if model.labelling == "several":
            model.linear = fit_several(rows, as_table(columns["labels"], texts, len(labels)), weights, seed)
        elif model.labelling == "tags":
            words = [len(tags) for tags in columns["tags"]]
            targets = Targets.hard(np.concatenate([*columns["tags"]]), np.repeat(weights, words))
            model.linear = fit_one(rows, targets, len(labels), seed, TAGGING_STRENGTH)
        else:
            soft = "probabilities" in columns
            given = np.asarray(columns["probabilities" if soft else "label"])
            targets = (Targets.soft if soft else Targets.hard)(given, weights)
            model.linear = fit_one(rows, targets, len(labels), seed)
        return model

    def scores(self, columns: Columns) -> Scores:
        """What the model says of texts, in their order.

        Log-probabilities; where a text may have several labels, the log-odds of each. A label that was never
        seen has a very low score.
        """
        texts = columns[TASKS[self.task].columns[0]]
        units = np.array([len(words) for words in texts] if self.labelling == "tags" else [1] * len(texts), np.int64)
        offsets = np.concatenate([[0], units.cumsum()]).astype(np.int64)
        if not offsets[-1]:
            return Scores(np.empty((0, len(self.labels)), np.float32), offsets)
        rows = self.features.transform(columns)
        values = (self.linear.scores if self.labelling == "several" else self.linear.log_probabilities)(rows)
        return Scores(values.astype(np.float32), offsets)

    def save(self, folder: Path) -> None:
        """Write ``vocabulary.json`` and ``weights.safetensors``; no pickle, so that nothing in them can run."""
        state, arrays = self.features.state()
        told = {"task": self.task, "labels": self.labels, "features": state}
        (folder / "vocabulary.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        save_file(
            arrays | {"weights": self.linear.weights, "offsets": self.linear.offsets}, folder / "weights.safetensors"
        )

    @classmethod
    def load(cls, folder: Path) -> ClassicalModel:
        """Read what :meth:`save` wrote."""
        told: dict[str, Any] = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        arrays = load_file(folder / "weights.safetensors")
        model = cls(told["task"], told["labels"])
        model.linear = Linear(arrays.pop("weights"), arrays.pop("offsets"))
        model.features.restore(told["features"], arrays)
        return model
