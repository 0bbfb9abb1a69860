"""Fine-tunings as tests of stages ask for them, and what they leave in their folders."""

import json

import torch

from pipeline.parameters import FineTuningParameters
from pipeline.spec import (
    AttentionBridge,
    EmbeddedSource,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
)
from pipeline.stages.data import read_split
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.models import load_model, load_tokenizer

FULL = {"epochs": 6, "batch_size": 8, "learning_rate": 5e-3, "warmup_ratio": 0.1}
TUNINGS = {
    "probe": LinearProbe(**FULL | {"learning_rate": 1e-2}),
    "gradual": GradualUnfreezing(**FULL, layer_decay=0.9),
    "lora": LowRankAdaptation(**FULL | {"learning_rate": 1e-2}, rank=4, train_embeddings=True),
    "bridge": AttentionBridge(**FULL, target_layers=1),
}


def parameters(task="text-classification", **options):
    """Of a fine-tuning on the target's texts; options are its other fields."""
    usual = {
        "start": "given",
        "source": EmbeddedSource(),
        "source_hash": "",
        "max_length": 32,
        "seed": 0,
        "split": "target_train",
        "tuning": FullFineTuning(),
    }
    return FineTuningParameters(task=task, **usual | options)


def loss(folder, context):
    """Mean loss of a model on the stage's training texts."""
    task, labels = context.parameters.task, labels_of(context)
    torch.manual_seed(0)
    model, tokenizer = load_model(folder, task, labels).eval(), load_tokenizer(folder, 32)
    rows = encode(read_split(context.inputs["data"], "target_train"), tokenizer, task, labels)
    with torch.no_grad():
        total, units = objective(task)(model, HEADS[task].collate(tokenizer)(rows.to_list()))
    return (total / units).item()


def weights(context):
    return load_model(context.out, context.parameters.task, labels_of(context)).state_dict()


def labels_of(context):
    return json.loads((context.inputs["data"] / "data.json").read_text())["labels"]


def training(context):
    return json.loads((context.out / "training.json").read_text())


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[name]) for name, value in first.items())


def notes(context):
    return [event["text"] for event in context.events.read()[0] if event["kind"] == "note"]
