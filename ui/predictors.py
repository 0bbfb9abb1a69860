"""Exported models that are open, so that a second question is answered at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pipeline.errors import ExportError
from pipeline.messages import Message
from ui.text import say


class Predictor(Protocol):
    """An opened model; see :class:`export.predictor.Predictor`."""

    @property
    def provider(self) -> str:
        """Name of the execution provider that computes."""

    @property
    def unfit(self) -> str:
        """Why the variant is not made for it; empty if it is."""

    def predict(self, questions: list[Any]) -> list[Any]:
        """One answer a question; its form depends on the task."""

    def fill(self, text: str, top: int = 5) -> list[Any]:
        """The likeliest tokens in the place of the mask."""

    def explain(self, question: Any, most: int) -> Any:
        """What the answer to a question rests on: at most so many parts of it."""


class Predictors:
    """The few models that were asked last.

    Args:
        size: How many stay open.
        open_folder: Opens an exported folder; the default loads onnxruntime when first asked.
    """

    def __init__(self, size: int = 4, open_folder: Callable[[Path], Predictor] | None = None) -> None:
        self._size = size
        self._open = open_folder or _Served
        self._kept: OrderedDict[tuple[str, int], Predictor] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, folder: Path, warm_up: Callable[[Predictor], object]) -> Predictor:
        """The model of this folder, as its file is now.

        Args:
            folder: Of one exported variant.
            warm_up: Asks a model that was just opened something, for the first answer is slow.

        Raises:
            ExportError: The folder can't be served from.
        """
        try:
            key = (str(folder), (folder / "model.onnx").stat().st_mtime_ns)
        except OSError as error:
            raise ExportError(say("export.no_model", name=folder.name), say("export.no_model_remedy")) from error
        with self._lock:
            if key not in self._kept:
                predictor = self._open(folder)
                warm_up(predictor)
                self._kept[key] = predictor
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return self._kept[key]


class _Served:
    """A model whose refusals are the page's kind of error."""

    def __init__(self, folder: Path) -> None:
        from export.predictor import Predictor as OnnxPredictor  # noqa: PLC0415 - onnxruntime; start-up need not wait
        from export.predictor import PredictorError, explain  # noqa: PLC0415

        self._refusal, self._explain = PredictorError, explain
        self._predictor = self._told(OnnxPredictor, folder)
        self.provider: str = self._predictor.provider
        self.unfit: str = self._predictor.unfit

    def predict(self, questions: list[Any]) -> list[Any]:
        return self._told(self._predictor.predict, questions)

    def fill(self, text: str, top: int = 5) -> list[Any]:
        return self._told(self._predictor.fill, text, top)

    def explain(self, question: Any, most: int) -> Any:
        return self._told(self._explain, self._predictor, question, most=most)

    def _told(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return call(*arguments, **options)
        except self._refusal as error:
            raise ExportError(Message(error.template, error.values)) from error
