"""Tiny models of every family, task and kind, and their exports."""

from __future__ import annotations

import copy
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, PreTrainedModel

from export.convert import convert
from export.optimise import optimise
from export.quantise import LADDER, quantise
from export.reference import Reference
from pipeline.models.bridge import build_bridge
from pipeline.models.ensemble import build_ensemble
from pipeline.models.layers import encoder_layers
from pipeline.spec import AttentionBridge, TaskName
from pipeline.tasks import TASKS

LABELS = ["O", "B-LOC", "I-LOC"]


class Zoo:
    """Tiny models of every family, task and kind, with wide random weights, so that their answers differ.

    Kinds are ``plain``, ``bridge``, ``ensemble`` and ``shared``: an ensemble whose members share a layer.
    """

    def __init__(self, family: Callable[[str], Path], root: Path):
        self._family, self._root = family, root

    def model(self, name: str, task: TaskName, kind: str = "plain") -> Path:
        """Its folder, as a run would have left it."""
        several = TASKS[task].labelling == "several"
        folder = self._root / "-".join((name, kind, TASKS[task].auto_class, str(several)))
        if not folder.exists():
            tokenizer = AutoTokenizer.from_pretrained(self._family(name))
            config = AutoConfig.from_pretrained(self._family(name), initializer_range=0.3)
            if TASKS[task].labelling != "none":
                config.id2label = dict(enumerate(LABELS))
                config.label2id = {label: number for number, label in config.id2label.items()}
            if several:
                config.problem_type = "multi_label_classification"
            torch.manual_seed(0)
            members = [getattr(transformers, TASKS[task].auto_class).from_config(config) for _ in range(3)]
            BUILDERS[kind](members).save_pretrained(folder)
            tokenizer.save_pretrained(folder)
        return folder

    def variants(self, name: str, task: TaskName, kind: str = "plain") -> Path:
        """A folder with its exports ``fp32``, ``o2`` and ``int8``; tasks with one kind of head share the graphs."""
        model = self.model(name, task, kind)
        made, wanted = model.with_name(f"{model.name}-onnx"), model.with_name(f"{model.name}-{task}")
        if not made.exists():
            with warnings.catch_warnings(action="ignore", category=torch.jit.TracerWarning):
                convert(Reference(model, task), made / "fp32")
            optimise(made / "fp32", made / "o2", "O2")
            quantise(made / "fp32", made / "int8", LADDER[0])
        if not wanted.exists():
            shutil.copytree(made, wanted)
            for path in wanted.glob("*/config.json"):
                path.write_text(json.dumps({**json.loads(path.read_text()), "graft_task": task}))
        return wanted


def _bridge(members: list[PreTrainedModel]) -> PreTrainedModel:
    bridge = build_bridge(members[0], AttentionBridge(bridged="multi", every=1))
    with torch.no_grad():
        for name, gate in bridge.named_parameters():
            if name.endswith("gate"):
                gate.fill_(0.5)  # a new one is shut
    return bridge


def _sharing(members: list[PreTrainedModel]) -> PreTrainedModel:
    """Members that were trained from one model with the lower layer frozen, and with it, as it happens, the pooler."""
    members = [copy.deepcopy(members[0]) for _ in members]
    for member in members:
        for weight in encoder_layers(member)[1].parameters():
            weight.data += 0.1 * torch.randn_like(weight)
    return build_ensemble(members, [3, 2, 1], shared_layers=1)


BUILDERS = {
    "plain": lambda members: members[0],
    "bridge": _bridge,
    "ensemble": lambda members: build_ensemble(members, [3, 2, 1]),
    "shared": _sharing,
}
