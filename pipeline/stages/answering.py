"""What a model says of texts, whatever the task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.evaluation.answers import Truth
from pipeline.scores import Scores
from pipeline.spec import TaskName
from pipeline.stages.encoding import ANSWERS, Collate
from pipeline.stages.heads import HEADS, encode
from pipeline.stages.models import device
from pipeline.stages.reading import Tell, in_batches, logger
from pipeline.stages.rows import lengths, spans
from pipeline.tasks import TASKS


def predict(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    dataset: Dataset,
    task: TaskName,
    progress: Callable[[int], None] = lambda _: None,
    *,
    spare: Path | None = None,
    tell: Tell = logger.warning,
) -> Scores:
    """What a model says of a frozen split, in its order.

    Args:
        model: With the task's head.
        tokenizer: Of the model.
        dataset: The split.
        task: Row of :data:`~pipeline.stages.heads.HEADS`.
        progress: Told how many texts are done.
        spare: As :func:`~pipeline.stages.rows.mapped` takes it.
        tell: As :func:`~pipeline.stages.reading.in_batches` takes it.
    """
    questions = encode(dataset.select_columns(list(TASKS[task].columns)), tokenizer, task, [], spare)
    return answers(model, questions, HEADS[task].collate(tokenizer), task, progress, tell=tell)


@torch.inference_mode()
def answers(
    model: PreTrainedModel,
    rows: Dataset,
    collate: Collate,
    task: TaskName,
    progress: Callable[[int], None] = lambda _: None,
    *,
    tell: Tell = logger.warning,
) -> Scores:
    """What a model says of encoded rows, batched by length so that little padding is computed.

    Args:
        model: With the task's head; comes back in evaluation mode.
        rows: As :func:`encode` gives them.
        collate: Makes batches of them.
        task: Row of :data:`~pipeline.stages.heads.HEADS`.
        progress: Told how many rows are done.
        tell: As :func:`~pipeline.stages.reading.in_batches` takes it.
    """
    place, head = device(), HEADS[task]
    model.to(place).eval()
    said: list[tuple[np.ndarray, np.ndarray]] = []
    units = np.zeros(len(rows), np.int64)
    done = 0

    def ask(batch: list[int]) -> list[np.ndarray]:
        asked = rows.__getitems__(batch)
        inputs = {
            name: value.to(place) for name, value in collate(asked).items() if name in head.asks or name not in ANSWERS
        }
        return head.answer(model, inputs, asked)

    for batch, answered in in_batches(lengths(rows), head.batch_tokens, ask, tell):
        units[batch] = [len(each) for each in answered]
        said.append((np.array(batch, np.int32), np.concatenate(answered).astype(np.float32, copy=False)))
        done += len(batch)
        progress(done)
    offsets = np.concatenate([[0], units.cumsum()])
    values = np.empty((int(offsets[-1]), 2 if head.asks else model.config.num_labels), np.float32)
    while said:
        which, found = said.pop()
        values[spans(offsets[which], units[which])] = found
    return Scores(values, offsets)


def truth_in(task: TaskName, split: Dataset, labels: list[str]) -> Truth:
    """The true answers of a frozen split."""
    return Truth.read(task, {name: split[name] for name in split.column_names}, labels)
