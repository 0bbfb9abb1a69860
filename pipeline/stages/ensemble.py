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
from pipeline.spec import TaskName
from pipeline.stages.answering import predict
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.judging import Judged, agreement, out_of_bag
from pipeline.stages.models import load_model, load_tokenizer, save_model
from pipeline.stages.sharing import delete_activations
from pipeline.tasks import TASKS

#: Texts on which the members' agreement is measured: enough for two digits.
AGREEMENT_TEXTS = 500
#: A task's leading metric → the name of its out-of-bag estimate.
OUT_OF_BAG: dict[str, str] = {
    "accuracy": "out_of_bag_accuracy",
    "micro_f1": "out_of_bag_micro_f1",
    "entity_f1": "out_of_bag_entity_f1",
}


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
    context.write_json("facts.json", _facts(weights, predicted) | _estimate(judged, weights, parameters.task, labels))
    delete_activations(folders)


def _texts_to_agree_on(data: Path) -> Dataset:
    """Texts that no member learned the labels of, and not the test set: of the development texts, else unlabelled."""
    dev = read_split(data, "dev")
    texts = dev if len(dev) else read_split(data, "unlabelled")
    return texts.select(range(min(AGREEMENT_TEXTS, len(texts))))


def _facts(weights: list[float], predicted: list[np.ndarray]) -> dict[str, float | int | str]:
    facts: dict[str, float | int | str] = {
        "members": len(weights),
        "weights": ", ".join(f"{weight:.2f}" for weight in weights),
    }
    if predicted:
        facts["agreement"] = agreement(predicted)
    return facts


def _estimate(
    judged: list[Judged], weights: list[float], task: TaskName, labels: list[str]
) -> dict[str, float | int | str]:
    """How well they vote on what each did not see, in the task's leading metric."""
    found = out_of_bag(judged, weights, task, labels)
    if found is None:
        return {}
    facts: dict[str, float | int | str] = {OUT_OF_BAG[TASKS[task].metrics[0]]: found[0], "out_of_bag_texts": found[1]}
    return facts
