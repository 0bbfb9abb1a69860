"""Loading, saving and running encoders; safetensors only, no code of a model's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, DataCollatorWithPadding, PreTrainedModel, PreTrainedTokenizerFast

from pipeline.errors import SourceError
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

BATCH_TOKENS = 8192  # padded tokens a batch when a model only reads


def device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def bf16_pays() -> bool:
    """Whether to train in bf16: on a GPU that has it.

    On CPUs it is left alone: even with AVX512_BF16 it was measured at half the speed of float32
    on one machine and twice the speed on another.
    """
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported()


def load_tokenizer(folder: Path, max_length: int | None = None) -> PreTrainedTokenizerFast:
    """A model's tokenizer, padding on the right as the exported graphs need.

    Raises:
        SourceError: It has no fast form, so it can be neither transplanted nor served.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise SourceError(f"{folder} has no fast tokenizer.", "Choose a model with a tokenizer.json.")
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    if max_length is not None:
        tokenizer.model_max_length = min(max_length, tokenizer.model_max_length)
    return tokenizer


def load_model(folder: Path, task: TaskName, labels: list[str], *, random: bool = False) -> PreTrainedModel:
    """An encoder with the task's head for ``labels``; with ``random``, its shape but not its weights."""
    auto_class = getattr(transformers, TASKS[task].auto_class)
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: index for index, label in enumerate(labels)}
    if random:
        return auto_class.from_config(config)
    return auto_class.from_pretrained(folder, config=config, use_safetensors=True, trust_remote_code=False)


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write an ordinary Hugging Face folder: float32 safetensors, tokenizer, config."""
    model.to("cpu").float().save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)


@torch.inference_mode()
def predict_logits(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: list[str],
    progress: Callable[[int], None] = lambda _: None,
) -> torch.Tensor:
    """Logits of a classifier, float32 ``[texts, labels]``, in the order of ``texts``.

    Texts are batched by length, so that little padding is computed. ``progress`` is told how
    many texts are done.
    """
    place = device()
    model.to(place).eval()
    collate = DataCollatorWithPadding(tokenizer)
    encoded = tokenizer(texts, truncation=True)
    names = [name for name in tokenizer.model_input_names if name in encoded]
    logits: torch.Tensor | None = None
    done = 0
    for batch in length_batches([len(ids) for ids in encoded["input_ids"]], BATCH_TOKENS):
        inputs = collate([{name: encoded[name][index] for name in names} for index in batch]).to(place)
        output = model(**inputs).logits.float().cpu()
        if logits is None:
            logits = torch.empty(len(texts), output.shape[1])
        logits[batch] = output
        done += len(batch)
        progress(done)
    return logits if logits is not None else torch.empty(0, model.config.num_labels)


def length_batches(lengths: list[int], budget: int) -> Iterator[list[int]]:
    """Indices in order of length, cut where a batch's padded tokens would exceed ``budget``."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[index] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def parameter_count(parameters: Iterable[Any]) -> int:
    """How many numbers the parameters hold."""
    return sum(parameter.numel() for parameter in parameters)
