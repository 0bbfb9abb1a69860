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
from pipeline.stages.models import BATCH_TOKENS, device, length_batches, load_model, load_tokenizer, parameter_count
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
    for batch in length_batches(lengths(rows), BATCH_TOKENS):
        asked = rows.__getitems__(batch)
        inputs = {name: value.to(device()) for name, value in collate(asked).items() if name not in ANSWERS}
        hidden = model(**inputs).last_hidden_state.float()
        if of_words:
            states = hidden.cpu().numpy()
            for place, row, state in zip(batch, asked, states, strict=True):
                starts = np.array(row[WORD_STARTS], np.int64)
                found[place] = np.where(starts[:, None] >= 0, state[starts], np.float32(np.nan))
            continue
        mask = inputs["attention_mask"][..., None].float()
        means = ((hidden * mask).sum(1) / mask.sum(1)).cpu().numpy()
        for place, mean in zip(batch, means, strict=True):
            found[place] = mean[None]
    return found
