"""What a model says of texts, whatever the task."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.scores import Scores
from pipeline.spec import TaskName
from pipeline.stages.encoding import ANSWERS, Collate
from pipeline.stages.heads import HEADS, encode
from pipeline.stages.models import device, length_batches
from pipeline.tasks import TASKS


def predict(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    dataset: Dataset,
    task: TaskName,
    progress: Callable[[int], None] = lambda _: None,
) -> Scores:
    """What a model says of a frozen split, in its order; ``progress`` is told how many texts are done."""
    questions = encode(dataset.select_columns(list(TASKS[task].columns)), tokenizer, task, [])
    return answers(model, questions, HEADS[task].collate(tokenizer), task, progress)


@torch.inference_mode()
def answers(
    model: PreTrainedModel,
    rows: Dataset,
    collate: Collate,
    task: TaskName,
    progress: Callable[[int], None] = lambda _: None,
) -> Scores:
    """What a model says of encoded rows, batched by length so that little padding is computed.

    Args:
        model: With the task's head; comes back in evaluation mode.
        rows: As :func:`encode` gives them.
        collate: Makes batches of them.
        task: Row of :data:`~pipeline.stages.heads.HEADS`.
        progress: Told how many rows are done.
    """
    place, head = device(), HEADS[task]
    model.to(place).eval()
    found: list[np.ndarray] = [np.empty(0)] * len(rows)
    done = 0
    for batch in length_batches([len(ids) for ids in rows["input_ids"]], head.batch_tokens):
        asked = rows.__getitems__(batch)
        inputs = {
            name: value.to(place) for name, value in collate(asked).items() if name in head.asks or name not in ANSWERS
        }
        for index, answer in zip(batch, head.answer(model, inputs, asked), strict=True):
            found[index] = answer
        done += len(batch)
        progress(done)
    offsets = np.cumsum([0, *map(len, found)], dtype=np.int64)
    width = 2 if head.asks else model.config.num_labels
    return Scores(np.concatenate([np.empty((0, width), np.float32), *found]).astype(np.float32), offsets)
