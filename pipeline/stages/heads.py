"""What each task needs of a model to be learned and answered: one table, one row a task.

It is four things: rows of token ids, labels beside them, batches, and scores. Training and prediction are
the same for all tasks but for these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast
from typing_extensions import override

from pipeline.spec import TaskName
from pipeline.stages import encoding, losses
from pipeline.stages.encoding import ANSWERS, IGNORED, WORD_STARTS, Collate, Columns
from pipeline.stages.losses import Loss
from pipeline.stages.masked_lm import logits_at
from pipeline.stages.reading import BATCH_TOKENS
from pipeline.stages.rows import mapped
from pipeline.stages.soft_labels import certain
from pipeline.tasks import TASKS

#: Of the masks under which a language model is tested: the same for all models with one tokenizer.
MASK_SEED = 1
GIVEN = "given: "  # before the names of columns that are to be replaced

Batch = dict[str, torch.Tensor]
#: What a batch is learned by: the sum of its losses, and how many units are in it.
Objective = Callable[[PreTrainedModel, Batch], tuple[torch.Tensor, torch.Tensor]]


class Head(ABC):
    """What a kind of labelling needs of a model.

    Attributes:
        loss: A function of :mod:`pipeline.stages.losses`.
        batch_tokens: Padded tokens a batch when a model only reads.
        asks: What a question holds besides what the model reads.
    """

    loss: Loss
    batch_tokens = BATCH_TOKENS
    asks: tuple[str, ...] = ()

    def encode(self, columns: Columns, tokenizer: PreTrainedTokenizerFast) -> Columns:
        """Columns of a frozen split as columns that a model reads."""
        return encoding.encode_texts(columns, tokenizer)

    @abstractmethod
    def label(self, columns: Columns, encoded: Columns, labels: list[str]) -> list[Any] | None:
        """The column ``labels``, from a split, what :meth:`encode` made of it, and the run's labels."""

    def collate(self, tokenizer: PreTrainedTokenizerFast) -> Collate:
        """How batches are made of encoded rows."""
        return encoding.collate_texts(tokenizer)

    def logits(self, model: PreTrainedModel, inputs: Batch, labels: torch.Tensor) -> torch.Tensor:
        """What the loss is taken of."""
        return model(**inputs).logits

    @abstractmethod
    def answer(self, model: PreTrainedModel, batch: Batch, rows: list[dict[str, Any]]) -> list[np.ndarray]:
        """What a model says to a batch of rows: float32 ``[units, labels]`` for each."""


class OneLabel(Head):
    """A label a text, or a pair of texts."""

    loss = staticmethod(losses.one)

    @override
    def label(self, columns: Columns, encoded: Columns, labels: list[str]) -> list[Any]:
        return columns["probabilities"] if "probabilities" in columns else columns["label"]

    @override
    def answer(self, model: PreTrainedModel, batch: Batch, rows: list[dict[str, Any]]) -> list[np.ndarray]:
        return list(model(**batch).logits.float().cpu().numpy()[:, None])


class SeveralLabels(OneLabel):
    """Any number of labels a text."""

    loss = staticmethod(losses.several)

    @override
    def label(self, columns: Columns, encoded: Columns, labels: list[str]) -> list[Any]:
        if "probabilities" in columns:
            return columns["probabilities"]
        return [certain(given, "several", len(labels)) for given in columns["labels"]]


class Tags(Head):
    """A tag a word, at its first piece (Devlin et al. 2019)."""

    loss = staticmethod(losses.tags)

    @override
    def encode(self, columns: Columns, tokenizer: PreTrainedTokenizerFast) -> Columns:
        return encoding.encode_words(columns, tokenizer)

    @override
    def label(self, columns: Columns, encoded: Columns, labels: list[str]) -> list[Any]:
        if "probabilities" in columns:
            return encoding.align_distributions(encoded, columns["probabilities"])
        return encoding.align(encoded, columns["tags"])

    @override
    def collate(self, tokenizer: PreTrainedTokenizerFast) -> Collate:
        return encoding.collate_words(tokenizer)

    @override
    def answer(self, model: PreTrainedModel, batch: Batch, rows: list[dict[str, Any]]) -> list[np.ndarray]:
        logits = model(**batch).logits.float().cpu().numpy()
        starts = [np.array(row[WORD_STARTS], np.int64) for row in rows]
        unseen = np.float32(np.nan)
        return [np.where(first[:, None] >= 0, said[first], unseen) for first, said in zip(starts, logits, strict=True)]


class MaskedTokens(Head):
    """Nothing but the text: its masked tokens are to be guessed."""

    loss = staticmethod(losses.masked)
    batch_tokens = BATCH_TOKENS // 4  # a token has as many logits as the vocabulary has tokens
    asks = ("labels",)

    @override
    def encode(self, columns: Columns, tokenizer: PreTrainedTokenizerFast) -> Columns:
        return encoding.encode_for_masking(columns, tokenizer)

    @override
    def label(self, columns: Columns, encoded: Columns, labels: list[str]) -> None:
        """None: what is masked is drawn anew in each batch."""

    @override
    def collate(self, tokenizer: PreTrainedTokenizerFast) -> Collate:
        return encoding.collate_masked(tokenizer, seed=MASK_SEED)

    @override
    def logits(self, model: PreTrainedModel, inputs: Batch, labels: torch.Tensor) -> torch.Tensor:
        return logits_at(model, labels != IGNORED, inputs)

    @override
    def answer(self, model: PreTrainedModel, batch: Batch, rows: list[dict[str, Any]]) -> list[np.ndarray]:
        labels = batch.pop("labels")
        masked = labels != IGNORED
        true, logits = labels[masked], self.logits(model, batch, labels).float()
        surprise = functional.cross_entropy(logits, true, reduction="none")
        said = torch.stack([surprise, (logits.argmax(1) == true).float()], 1).cpu().numpy()
        return np.split(said, masked.sum(1).cumsum(0).cpu().numpy()[:-1])


HEADS: dict[TaskName, Head] = {
    "text-classification": OneLabel(),
    "multi-label-classification": SeveralLabels(),
    "sentence-pair-classification": OneLabel(),
    "entity-recognition": Tags(),
    "part-of-speech": Tags(),
    "language-modelling": MaskedTokens(),
}


def encode(
    dataset: Dataset,
    tokenizer: PreTrainedTokenizerFast,
    task: TaskName,
    labels: list[str],
    spare: Path | None = None,
) -> Dataset:
    """Texts as token ids, in their order, cut at the tokenizer's limit.

    Args:
        dataset: A frozen split, or texts with ``weight`` and, in place of a label, perhaps ``probabilities``.
        tokenizer: Of the model that is to read them.
        task: Row of :data:`HEADS`.
        labels: The run's labels.
        spare: As :func:`~pipeline.stages.rows.mapped` takes it.

    Returns:
        What the model reads, ``weight``, and ``labels`` if the texts have any: an index or a distribution, 0 and 1 or
        a probability for each label, a tag or :data:`~pipeline.stages.encoding.IGNORED` for each token, or a
        distribution for each word that has a token. In tagging also ``word_starts``.
    """
    head, given = HEADS[task], set(dataset.column_names)
    labelled = bool(given & {TASKS[task].label_column, "probabilities"})

    def encoded(given: Columns) -> Columns:
        columns = {name.removeprefix(GIVEN): values for name, values in given.items()}
        found = head.encode(columns, tokenizer)
        found["weight"] = columns.get("weight", [1.0] * len(found["input_ids"]))
        if labelled and (answers := head.label(columns, found, labels)) is not None:
            found["labels"] = answers
        return found

    if not len(dataset):
        return Dataset.from_dict({"input_ids": [], "labels": [], "weight": []})
    # Columns of new values under an old name would be cast to the old type.
    renamed = dataset.rename_columns({name: GIVEN + name for name in dataset.column_names})
    return mapped(renamed, encoded, spare)


def objective(task: TaskName, class_weights: torch.Tensor | None = None) -> Objective:
    """What training on a task makes small.

    Args:
        task: Row of :data:`HEADS`.
        class_weights: What each label counts, float ``[labels]``; None: all the same.
    """
    head = HEADS[task]

    def total(model: PreTrainedModel, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        labels, weight = batch["labels"], batch.get("weight")
        inputs = {name: value for name, value in batch.items() if name not in ANSWERS}
        logits = head.logits(model, inputs, labels).float()
        weights = None if class_weights is None else class_weights.to(logits.device)
        found, units = head.loss(logits, labels, weights)
        return (found if weight is None else found * weight).sum(), units.sum()

    return total
