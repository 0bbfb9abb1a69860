"""Trains a classifier on labelled texts; makes every one of a run's models.

Output: a Hugging Face folder, and ``training.json`` (seconds, steps).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import DataCollatorWithPadding, PreTrainedModel, set_seed

from pipeline import sources
from pipeline.parameters import FineTuningParameters
from pipeline.spec import FullFineTuning, LinearProbe
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer, save_model
from pipeline.stages.training import ParameterGroups, train


def run(context: Context[FineTuningParameters]) -> None:
    """Fine-tune from the source model, from a stage's output, or from random weights."""
    parameters = context.parameters
    folder = _start_folder(context, parameters)
    labels = read_json(context.inputs["data"] / "data.json")["labels"]
    set_seed(parameters.seed)  # the head, or everything, is drawn at random
    model = load_model(folder, parameters.task, labels, random=parameters.start == "random")
    tokenizer = load_tokenizer(folder, parameters.max_length)
    tuning = parameters.tuning
    dataset = tokenise(read_split(context.inputs["data"], parameters.split), tokenizer)
    seconds = train(
        model,
        dataset,
        DataCollatorWithPadding(tokenizer),
        TUNINGS[tuning.kind](model, tuning),
        epochs=tuning.epochs,
        batch_size=tuning.batch_size,
        warmup_ratio=tuning.warmup_ratio if isinstance(tuning, FullFineTuning) else 0.0,
        seed=parameters.seed,
        context=context,
    )
    save_model(model, tokenizer, context.out)
    context.write_json("training.json", {"seconds": seconds, "examples": len(dataset)})


def tokenise(texts: Dataset, tokenizer: Any) -> Dataset:
    """Texts as token ids, truncated to the tokenizer's limit; labels are kept, texts dropped."""
    encoded = texts.map(
        lambda batch: tokenizer(batch["text"], truncation=True),
        batched=True,
        remove_columns=["text"],
        load_from_cache_file=False,
        keep_in_memory=True,
    )
    return encoded.rename_column("label", "labels") if "label" in encoded.column_names else encoded


def full(model: PreTrainedModel, tuning: FullFineTuning) -> ParameterGroups:
    """Every weight; word embeddings at a rate of their own, no decay on biases and norms."""
    embeddings = {id(parameter) for parameter in model.get_input_embeddings().parameters()}
    embedding_rate = tuning.embedding_learning_rate
    if embedding_rate == 0:
        model.get_input_embeddings().requires_grad_(requires_grad=False)  # saves their gradients too
    rates = {True: tuning.learning_rate if embedding_rate is None else embedding_rate, False: tuning.learning_rate}
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for parameter in filter(lambda parameter: parameter.requires_grad, model.parameters()):
        groups.setdefault((id(parameter) in embeddings, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": members, "lr": rates[embedding], "weight_decay": tuning.weight_decay if decayed else 0.0}
        for (embedding, decayed), members in groups.items()
    ]


def probe(model: PreTrainedModel, tuning: LinearProbe) -> ParameterGroups:
    """The head alone; the encoder is frozen."""
    model.base_model.requires_grad_(requires_grad=False)
    head = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [{"params": head, "lr": tuning.learning_rate, "weight_decay": 0.0}]


#: Kind of fine-tuning → which weights learn, and how fast.
TUNINGS: dict[str, Callable[[PreTrainedModel, Any], ParameterGroups]] = {"full": full, "probe": probe}


def _start_folder(context: Context[FineTuningParameters], parameters: FineTuningParameters) -> Path:
    if parameters.start == "pretrained":
        return sources.resolve(parameters.source).path
    return context.inputs["model"]
