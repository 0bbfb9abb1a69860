"""Exported models that are open, so that a second question is answered at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pipeline.errors import ExportError

WARM_UP = "warm-up"  # the first answer of a session pays for its buffers; nobody waits for this one


class Prediction(Protocol):
    """The answer to one text; see :class:`export.predictor.Prediction`."""

    @property
    def label(self) -> str:
        """The most probable label."""

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of every label."""


class Predictor(Protocol):
    """An opened model; see :class:`export.predictor.Predictor`."""

    @property
    def provider(self) -> str:
        """Name of the execution provider that computes."""

    def predict(self, texts: list[str]) -> list[Any]:
        """One :class:`Prediction` a text."""


class Predictors:
    """The few models that were asked last.

    Args:
        size: How many stay open.
        open_folder: Opens an exported folder; the default loads onnxruntime when first asked.
    """

    def __init__(self, size: int = 4, open_folder: Callable[[Path], Predictor] | None = None) -> None:
        self._size = size
        self._open = open_folder or _open
        self._kept: OrderedDict[tuple[str, int], Predictor] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, folder: Path) -> Predictor:
        """The model of this folder, as its file is now.

        Raises:
            ExportError: The folder can't be served from.
        """
        try:
            key = (str(folder), (folder / "model.onnx").stat().st_mtime_ns)
        except OSError as error:
            raise ExportError(f"{folder.name} holds no model.onnx.", "Export the model anew.") from error
        with self._lock:
            if key not in self._kept:
                predictor = self._open(folder)
                predictor.predict([WARM_UP])
                self._kept[key] = predictor
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return self._kept[key]


def _open(folder: Path) -> Predictor:
    from export.predictor import Predictor as OnnxPredictor  # noqa: PLC0415 - onnxruntime; start-up need not wait
    from export.predictor import PredictorError  # noqa: PLC0415

    try:
        opened: Predictor = OnnxPredictor(folder)
    except PredictorError as error:
        raise ExportError(str(error)) from error
    return opened
