"""Masked-LM adaptation on target text: new embeddings first, with the body frozen, then all.

The model keeps its classification head; a masked-LM head, tied to the embeddings, is put on
the encoder for the time being. Sources: Gururangan et al. 2020 (adaptive pretraining), Artetxe
et al. 2020 (embeddings of a new language under a frozen body).

Output: a Hugging Face folder, and ``adaptation.json`` (seconds, held-out perplexity before and after).
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from datasets import Dataset, concatenate_datasets
from transformers import AutoModelForMaskedLM, DataCollatorForLanguageModeling, PreTrainedModel, set_seed

from pipeline.parameters import AdaptationParameters
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.fine_tuning import tokenise
from pipeline.stages.models import device, load_model, load_tokenizer, save_model
from pipeline.stages.training import steps_of, train

HELD_OUT = 0.05  # share of the texts on which perplexity is measured


def run(context: Context[AdaptationParameters]) -> None:
    """Train the encoder to guess masked tokens of target text."""
    parameters = context.parameters
    options = parameters.adaptation
    data = context.inputs["data"]
    tokenizer = load_tokenizer(context.inputs["model"], parameters.max_length)
    texts = [read_split(data, split).select_columns(["text"]) for split in ("target_train", "unlabelled")]
    tokenised = tokenise(concatenate_datasets(texts), tokenizer)
    split = tokenised.train_test_split(test_size=max(1, round(HELD_OUT * len(tokenised))), seed=parameters.seed)
    model = _masked_lm(context.inputs["model"], parameters.seed)
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=options.mask_probability)
    before = perplexity(model, split["test"], collate, parameters.seed)

    learners = {id(parameter) for parameter in model.get_input_embeddings().parameters()}
    head = [parameter for name, parameter in model.named_parameters() if not name.startswith(model.base_model_prefix)]
    learners |= {id(parameter) for parameter in head}
    phases = [
        ("embeddings", options.embedding_epochs, options.embedding_learning_rate),
        ("all", options.epochs, options.learning_rate),
    ]
    phases = [phase for phase in phases if phase[1] > 0]
    lengths = [steps_of(len(split["train"]), epochs, options.batch_size) for _, epochs, _ in phases]
    seconds = 0.0
    for number, (name, epochs, rate) in enumerate(phases):
        for parameter in model.parameters():
            parameter.requires_grad = name == "all" or id(parameter) in learners
        seconds += train(
            model,
            split["train"],
            collate,
            [{"params": [p for p in model.parameters() if p.requires_grad], "lr": rate, "weight_decay": 0.01}],
            epochs=epochs,
            batch_size=options.batch_size,
            seed=parameters.seed,
            context=context,
            phase=name,
            steps_before=sum(lengths[:number]),
            steps_after=sum(lengths[number + 1 :]),
        )
    after = perplexity(model, split["test"], collate, parameters.seed)
    context.note(f"Perplexity on held-out target text went from {before:,.0f} to {after:,.0f}.")

    labels = read_json(data / "data.json")["labels"]
    classifier = load_model(context.inputs["model"], parameters.task, labels)
    classifier.base_model.load_state_dict(model.to("cpu").base_model.state_dict(), strict=False)
    save_model(classifier, tokenizer, context.out)
    context.write_json("adaptation.json", {"seconds": seconds, "before": before, "after": after})


def _masked_lm(folder: Path, seed: int) -> PreTrainedModel:
    """The encoder under a masked-LM head; a head that the folder does not hold is drawn at random."""
    set_seed(seed)
    model = AutoModelForMaskedLM.from_pretrained(folder, use_safetensors=True, trust_remote_code=False)
    model.tie_weights()
    return model


@torch.inference_mode()
def perplexity(model: PreTrainedModel, texts: Dataset, collate: DataCollatorForLanguageModeling, seed: int) -> float:
    """Exponential of the mean loss over masked tokens; the same tokens are masked at every call."""
    set_seed(seed)
    place = device()
    model.to(place).eval()
    loss, tokens = 0.0, 0
    for start in range(0, len(texts), 32):
        batch = collate([texts[index] for index in range(start, min(start + 32, len(texts)))]).to(place)
        masked = int((batch["labels"] != -100).sum())
        if masked:
            loss += model(**batch).loss.item() * masked
            tokens += masked
    return math.exp(min(loss / tokens, 50)) if tokens else math.nan
