"""What a source model makes of texts, before any training. Loads torch; only ``python -m pipeline rank`` does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from transformers import PreTrainedModel

from pipeline.ranking.sampling import Sample
from pipeline.stages.data import freeze
from pipeline.stages.encoding import ANSWERS, WORD_STARTS, Collate
from pipeline.stages.heads import HEADS, encode
from pipeline.stages.models import device, load_model, load_tokenizer, parameter_count
from pipeline.stages.reading import BATCH_TOKENS, in_batches
from pipeline.stages.rows import lengths
from pipeline.tasks import TASKS


def features(folder: Path, sample: Sample, max_length: int) -> tuple[np.ndarray, int]:
    """The encoder's last layer: the mean over a text's tokens, or of a word its first token.

    Args:
        folder: Of the source model.
        sample: The texts.
        max_length: Tokens kept of each.

    Returns:
        float ``[texts or words, hidden size]``, and how many parameters the encoder has. A word beyond the
        limit is nan.

    Raises:
        SourceError: The model can't be used.
    """
    tokenizer = load_tokenizer(folder, max_length)
    model = load_model(folder, sample.task, sample.labels).base_model.to(device()).eval()
    rows = encode(freeze(sample.texts, [], sample.task, labelled=False), tokenizer, sample.task, [])
    of_words = TASKS[sample.task].labelling == "tags"
    found = _read(model, rows, HEADS[sample.task].collate(tokenizer), of_words=of_words)
    return np.concatenate(found), parameter_count(model.parameters())


@torch.inference_mode()
def _read(model: PreTrainedModel, rows: Dataset, collate: Collate, *, of_words: bool) -> list[np.ndarray]:
    """For each row float ``[1 or words, hidden size]``, in the rows' order."""
    found: list[np.ndarray] = [np.empty(0)] * len(rows)

    def ask(batch: list[int]) -> list[np.ndarray]:
        asked = rows.__getitems__(batch)
        inputs = {name: value.to(device()) for name, value in collate(asked).items() if name not in ANSWERS}
        hidden = model(**inputs).last_hidden_state.float()
        if not of_words:
            mask = inputs["attention_mask"][..., None].float()
            return list(((hidden * mask).sum(1) / mask.sum(1)).cpu().numpy()[:, None])
        starts, unseen = (np.array(row[WORD_STARTS], np.int64) for row in asked), np.float32(np.nan)
        return [
            np.where(first[:, None] >= 0, state[first], unseen)
            for first, state in zip(starts, hidden.cpu().numpy(), strict=True)
        ]

    for batch, states in in_batches(lengths(rows), BATCH_TOKENS, ask):
        for place, state in zip(batch, states, strict=True):
            found[place] = state
    return found
