"""The labelled texts that sources are compared on. Free of torch."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from pipeline.data.labellings import Label
from pipeline.data.labels import sorted_labels
from pipeline.data.texts import Texts, read_texts
from pipeline.errors import DataError
from pipeline.ranking.records import Side
from pipeline.settings import Settings
from pipeline.spec import RunSpec, TaskName
from pipeline.tasks import TASKS

MOST_TEXTS = 300


@dataclass(frozen=True)
class Sample:
    """Texts with labels.

    Attributes:
        task: What they are for.
        side: The file that they are of.
        texts: At most :data:`MOST_TEXTS`, in the order of the file.
        labels: All labels among them, in order.
    """

    task: TaskName
    side: Side
    texts: Texts
    labels: list[str]

    @property
    def known(self) -> np.ndarray:
        """What is known of each text: float ``[texts, labels]``, or for tags ``[words, labels]``, 1 or 0."""
        number = {label: place for place, label in enumerate(self.labels)}
        units: list[Label] = [*(self.texts.labels or ())]
        if TASKS[self.task].labelling == "tags":
            units = [tag for tags in units for tag in tags]
        found = np.zeros((len(units), len(self.labels)))
        for row, unit in enumerate(units):
            found[row, [number[name] for name in ((unit,) if isinstance(unit, str) else unit)]] = 1
        return found


def draw(spec: RunSpec, settings: Settings) -> Sample:
    """Draw texts of the target, or of the source where the target has no labels; never of a test file.

    Raises:
        DataError: There are no labels to compare sources by, or the file can't be used.
    """
    side: Side = "source" if spec.data.target is None else "target"
    dataset = spec.data.target or spec.data.source
    if dataset is None or TASKS[spec.task].label_column is None:
        raise DataError(
            "Sources are ranked by how well they tell labels apart, and there are no labels.",
            "Give labelled texts, and choose a task that learns from them.",
        )
    texts, _ = read_texts(dataset, settings, labelled=True, task=spec.task)
    drawn = random.Random(spec.seed).sample(range(len(texts)), min(len(texts), MOST_TEXTS))
    chosen = texts.at(sorted(drawn))
    tagged = TASKS[spec.task].labelling == "tags"  # tags are what a model answers, not the entities that they spell
    names = {tag for tags in chosen.labels or () for tag in tags} if tagged else chosen.names(spec.task)
    return Sample(spec.task, side, chosen, sorted_labels(names))
