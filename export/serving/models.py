"""The models that are served. A reload opens the new generation beside the old one, which ends what it has taken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tokenizers import Encoding

from export.choosing import chosen
from export.predictor import PROVIDERS, Predictor, PredictorError, Question, Tokens, verify
from export.serving.answers import ModelInfo
from export.serving.batcher import Batch, Batcher
from export.serving.metrics import Metrics
from export.serving.questions import FIELDS, Questions, read
from export.serving.refusals import Refusal
from export.serving.settings import ServeSettings
from pipeline.errors import ExportError
from pipeline.messages import Message

logger = logging.getLogger(__name__)

FILLING = "language-modelling"
#: What a new model is asked before anybody else asks it.
WARM_UP = ("Warm up.", "Warm up. " * 40)


class Item(NamedTuple):
    """A question and its tokens."""

    question: Question
    encoding: Encoding


class Generation:
    """A model as it was loaded once.

    Args:
        name: Of the model.
        folder: Of one exported variant.
        number: How often the model was loaded.
        settings: How it is served.
        metrics: Told of each batch.

    Raises:
        PredictorError: A file is missing, another one than was exported, or can't be read.
    """

    def __init__(self, name: str, folder: Path, number: int, settings: ServeSettings, metrics: Metrics) -> None:
        self.folder, self.number, self._settings = folder, number, settings
        self.verified = verify(folder)
        if not self.verified:
            logger.warning("%s has no checksums; its files are taken as they are", folder)
        self.predictor = Predictor(
            folder, threads=settings.threads, batch_tokens=settings.max_batch_tokens, callers=settings.at_once
        )
        self.task = self.predictor.task
        for text in WARM_UP:
            self._warm(text)

        def observe(batch: Batch) -> None:
            metrics.batch(name, batch)

        # Not a method of this one: what refers to itself is not gone when the last request is answered, but some time.
        self.batcher = Batcher(
            partial(_computed, self.predictor),
            batch_tokens=self.predictor.batch_tokens,
            overhead=PROVIDERS[self.predictor.provider].overhead,
            wait=settings.max_wait_ms / 1000,
            size=settings.queue_size,
            at_once=self.predictor.callers,
            name=f"{name}-{number}",
            observe=observe,
        )
        self.loaded = datetime.now(UTC)

    def read(self, body: bytes) -> Questions:
        """The questions in a request's body.

        Raises:
            Refusal: They can't be asked.
            PredictorError: A text has not exactly one mask.
        """
        asked = read(
            body,
            task=self.task,
            longest=self.predictor.longest,
            most_texts=self._settings.max_texts,
            most_characters=self._settings.max_text_length,
        )
        if self.task != FILLING:
            return asked
        return asked._replace(questions=[self.predictor.masked(str(text)) for text in asked.questions])

    def prepared(self, asked: Questions) -> tuple[list[Item], list[int]]:
        """The questions with their tokens, and how many these are."""
        encodings = self.predictor.encode(asked.questions)
        items = [Item(*pair) for pair in zip(asked.questions, encodings, strict=True)]
        return items, [len(encoding) for encoding in encodings]

    def answers(self, asked: Questions, units: Sequence[np.ndarray]) -> list[Any]:
        """The answers, from what the batcher computed.

        Raises:
            PredictorError: A mask lies beyond what the model reads.
        """
        pairs = zip(asked.questions, units, strict=True)
        if self.task == FILLING:
            return [self.predictor.fillings(str(text), each, asked.top) for text, each in pairs]
        return [self.predictor.answer(*pair) for pair in pairs]

    def _warm(self, text: str) -> None:
        if self.task == FILLING:
            self.predictor.fill(f"{self.predictor.mask} {text}")
        else:
            self.predictor.predict([(text, text) if "pair" in FIELDS[self.task] else text])


def _computed(predictor: Predictor, items: Sequence[Item]) -> list[np.ndarray]:
    outputs = predictor.batch([Tokens(item.encoding.ids, item.encoding.type_ids) for item in items])
    return [predictor.units(*item, logits) for item, logits in zip(items, outputs, strict=True)]


class Model:
    """A model by its name.

    Args:
        name: In the URL.
        source: The folder that was named: an export's, or a variant's.
        settings: How it is served.
        metrics: Told of batches and reloads.

    Attributes:
        generation: That answers now.

    Raises:
        ExportError, PredictorError, OSError: It can't be served.
    """

    def __init__(self, name: str, source: Path, settings: ServeSettings, metrics: Metrics) -> None:
        self.name, self._source, self._settings, self._metrics = name, source, settings, metrics
        self._reloading = threading.Lock()
        self.generation = self._open(1)
        metrics.waiting.labels(name).set_function(lambda: self.generation.batcher.waiting)

    def reload(self) -> Generation:
        """Load the folder anew, as it is now, and let the new generation answer; until then the old one does.

        Raises:
            ExportError, PredictorError, OSError: It can't be served; the old generation stays.
        """
        with self._reloading:
            old = self.generation
            try:
                new = self._open(old.number + 1)
            except Exception:
                self._metrics.reloads.labels(self.name, "failed").inc()
                raise
            self.generation = new
            old.batcher.close()
        self._metrics.reloads.labels(self.name, "done").inc()
        logger.info("%s: generation %d answers, from %s", self.name, new.number, new.folder)
        return new

    def info(self) -> ModelInfo:
        """What is told of it."""
        now = self.generation
        return ModelInfo(
            name=self.name,
            task=now.task,
            labels=now.predictor.labels,
            fields=list(FIELDS[now.task]),
            variant=now.folder.resolve().name,
            provider=now.predictor.provider,
            longest=now.predictor.longest,
            batch_tokens=now.predictor.batch_tokens,
            verified=now.verified,
            generation=now.number,
            loaded=now.loaded,
            waiting=now.batcher.waiting,
        )

    def _open(self, number: int) -> Generation:
        folder = chosen(self._source, allow_failed=self._settings.allow_failed)
        try:
            return Generation(self.name, folder, number, self._settings, self._metrics)
        except (PredictorError, OSError):
            raise
        except Exception as error:  # a graph that can be opened and not asked: as many kinds as there are graphs
            raise PredictorError(
                "{folder} can't be served: {fault}. Export anew.", folder=str(folder), fault=str(error)
            ) from error


class Models:
    """All models that are served, by name."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = {model.name: model for model in models}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def get(self, name: str) -> Model:
        """One of them.

        Raises:
            Refusal: There is none of that name.
        """
        if name not in self._models:
            raise Refusal("unknown_model", "No model {name!r} is served.", name=name, names=", ".join(self._models))
        return self._models[name]

    @property
    def alive(self) -> bool:
        """Whether all that computes for them works."""
        return all(model.generation.batcher.alive for model in self)

    @classmethod
    def opened(cls, folders: Mapping[str, Path], settings: ServeSettings, metrics: Metrics) -> Models:
        """The models of these folders.

        Raises:
            ExportError: A folder can't be served.
        """
        try:
            return cls([Model(name, folder, settings, metrics) for name, folder in folders.items()])
        except PredictorError as error:
            raise ExportError(Message(error.template, error.values)) from error

    def close(self) -> None:
        """Let all answer what they have taken, and end."""
        for model in self:
            model.generation.batcher.close()
        for model in self:
            model.generation.batcher.join(timeout=10)
