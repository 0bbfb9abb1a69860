"""Puts the members of an ensemble together: one model that votes.

Output: a Hugging Face folder of type ``graft-ensemble``; ``training.json``, in which nothing was trained;
and ``facts.json``: how many members, the weights of their votes, how well they vote on the
training texts that each did not see (where they are judged so), and how often two of them agree.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from datasets import Dataset
from transformers import PreTrainedModel

from pipeline.models.ensemble import build_ensemble
from pipeline.parameters import EnsembleParameters
from pipeline.stages.answering import predict
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.judging import Judged, agreement, unseen_accuracy
from pipeline.stages.models import load_model, load_tokenizer, save_model
from pipeline.stages.sharing import delete_activations
from pipeline.tasks import TASKS

#: Texts on which the members' agreement is measured: enough for two digits.
AGREEMENT_TEXTS = 500


def run(context: Context[EnsembleParameters]) -> None:
    """Let the members vote as one model."""
    parameters = context.parameters
    data = context.inputs["data"]
    labels = read_json(data / "data.json")["labels"]
    roles = sorted((role for role in context.inputs if role.startswith("member-")), key=lambda role: int(role[7:]))
    folders = [context.inputs[role] for role in roles]
    tokenizer = load_tokenizer(folders[0])
    several = TASKS[parameters.task].labelling == "several"
    texts = _texts_to_agree_on(data)
    members: list[PreTrainedModel] = []
    predicted: list[np.ndarray] = []
    for number, folder in enumerate(folders, start=1):
        members.append(load_model(folder, parameters.task, labels))
        if len(texts):
            scores = predict(members[-1], tokenizer, texts, parameters.task, spare=context.spare, tell=context.note)
            predicted.append(scores.values > 0 if several else scores.predicted())
        context.step(number, len(folders))

    sampled = parameters.ensemble.kind != "none"  # the members of a seed ensemble all saw every text
    weights = [read_json(folder / "member.json")["weight"] for folder in folders] if sampled else [1.0] * len(folders)
    judged = [Judged.load(folder / "unseen.safetensors") for folder in folders] if sampled else []
    ensemble = build_ensemble(members, weights, getattr(parameters.ensemble, "shared_layers", 0))
    save_model(ensemble, tokenizer, context.out)
    context.write_json(
        "training.json", dict.fromkeys(("seconds", "tokens", "flops", "gemm_flops_per_second", "examples"), 0)
    )
    context.write_json("facts.json", _facts(weights, judged, predicted))
    delete_activations(folders)


def _texts_to_agree_on(data: Path) -> Dataset:
    """Texts that no member learned the labels of, and not the test set: of the development texts, else unlabelled."""
    dev = read_split(data, "dev")
    texts = dev if len(dev) else read_split(data, "unlabelled")
    return texts.select(range(min(AGREEMENT_TEXTS, len(texts))))


def _facts(weights: list[float], judged: list[Judged], predicted: list[np.ndarray]) -> dict[str, float | int | str]:
    facts: dict[str, float | int | str] = {
        "members": len(weights),
        "weights": ", ".join(f"{weight:.2f}" for weight in weights),
    }
    if judged and (unseen := unseen_accuracy(judged, weights)) is not None:
        facts["out_of_bag_accuracy"], facts["out_of_bag_texts"] = unseen
    if predicted:
        facts["agreement"] = agreement(predicted)
    return facts
