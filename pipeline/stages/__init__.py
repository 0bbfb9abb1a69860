"""How each kind of stage is carried out: one table, one row a kind.

Importing this loads torch; only the worker does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import datasets
import transformers

from pipeline.stages import adaptation, data, evaluation, export, fine_tuning, vocabulary
from pipeline.stages.context import Context

STAGES: dict[str, Callable[[Context[Any]], None]] = {
    "data": data.run,
    "fine-tuning": fine_tuning.run,
    "vocabulary": vocabulary.run,
    "adaptation": adaptation.run,
    "evaluation": evaluation.run,
    "export": export.run,
}


def quieten() -> None:
    """Leave the log to what people need: no bars, no notice that a new head is new."""
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
