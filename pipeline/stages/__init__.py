"""How each kind of stage is carried out: one table, one row a kind.

Importing this loads torch; only the worker does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import datasets
import transformers

from pipeline.plan.stage import StageKind
from pipeline.stages import (
    adaptation,
    classical,
    data,
    ensemble,
    evaluation,
    export,
    fine_tuning,
    pseudo_labels,
    speed,
    vocabulary,
)
from pipeline.stages.context import Context

STAGES: dict[StageKind, Callable[[Context[Any]], None]] = {
    "data": data.run,
    "fine-tuning": fine_tuning.run,
    "vocabulary": vocabulary.run,
    "adaptation": adaptation.run,
    "pseudo-labels": pseudo_labels.run,
    "ensemble": ensemble.run,
    "classical": classical.run,
    "evaluation": evaluation.run,
    "export": export.run,
    "speed": speed.run,
}


def quieten() -> None:
    """Leave the log to what people need: no bars, no notice that a new head is new."""
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
