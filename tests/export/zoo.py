"""Tiny models of every family, task and kind, and their exports."""

from __future__ import annotations

import copy
import json
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, PreTrainedModel

from export.calibration import Ranges
from export.convert import convert
from export.half import HALF_LADDER, HalfRung
from export.optimise import LEVELS, halve, optimise
from export.predictor import Question
from export.quantise import LADDER, STATIC_LADDER, prepare, quantise
from export.reference import Reference
from pipeline.models.bridge import build_bridge
from pipeline.models.ensemble import build_ensemble
from pipeline.models.layers import encoder_layers
from pipeline.spec import AttentionBridge, LowRankAdaptation, Optimisation, TaskName, VariantName
from pipeline.stages.tunings import lora
from pipeline.tasks import TASKS

LABELS = ["O", "B-LOC", "I-LOC"]
#: Votes as bagging weighs them, and as boosting may.
EQUAL, ALPHAS = (1.0, 1.0, 1.0), (1.7, 0.9, 0.4)


class Zoo:
    """Tiny models of every family, task and kind, with wide random weights, so that their answers differ.

    Kinds are those of :data:`BUILDERS`.

    Args:
        family: Gives the folder of a tiny encoder.
        root: Where models and exports go.
        questions: Of each task, to calibrate on.
    """

    def __init__(
        self, family: Callable[[str], Path], root: Path, questions: Mapping[TaskName, Sequence[Question]]
    ) -> None:
        self._family, self._root, self._questions = family, root, questions

    def model(self, name: str, task: TaskName, kind: str = "plain") -> Path:
        """Its folder, as a run would have left it."""
        several = TASKS[task].labelling == "several"
        folder = self._root / "-".join((name, kind, TASKS[task].auto_class, str(several)))
        if not folder.exists():
            tokenizer = AutoTokenizer.from_pretrained(self._family(name))
            BUILDERS[kind](self._members(name, task)).save_pretrained(folder)
            tokenizer.save_pretrained(folder)
        return folder

    def variants(self, name: str, task: TaskName, kind: str = "plain") -> Path:
        """A folder with its exports ``fp32``, ``o2`` and ``int8``."""
        made = [self.variant(name, task, kind, variant) for variant in ("fp32", "O2", "int8")]
        return made[0].parent

    def variant(
        self,
        name: str,
        task: TaskName,
        kind: str = "plain",
        variant: VariantName = "fp32",
        level: Optimisation | None = None,
        *,
        rung: HalfRung = HALF_LADDER[0],
        gpu: bool = False,
    ) -> Path:
        """The folder of one variant; tasks with one kind of head share the graph.

        Args:
            name: Of the family.
            task: What the model does.
            kind: Of the model.
            variant: Which.
            level: Of the graph that fp16 is made of; None: the converted one.
            rung: What half precision leaves in float32.
            gpu: Whether a level in float32 is for a GPU; half precision always is.
        """
        model = self.model(name, task, kind)
        parts = [level, variant, str(HALF_LADDER.index(rung)) if rung.types else None, "gpu" if gpu else None]
        made, wanted = (
            model.with_name(f"{model.name}-{end}") / "-".join(filter(None, parts)).lower() for end in ("onnx", task)
        )
        if not (made / "model.onnx").exists():
            self._make(made, model, task, variant, level, rung=rung, gpu=gpu)
        if not wanted.exists():
            shutil.copytree(made, wanted)
            config = wanted / "config.json"
            config.write_text(json.dumps({**json.loads(config.read_text()), "graft_task": task}))
        return wanted

    def _make(
        self,
        out: Path,
        model: Path,
        task: TaskName,
        variant: VariantName,
        level: Optimisation | None,
        *,
        rung: HalfRung,
        gpu: bool,
    ) -> None:
        base = out.with_name("fp32")
        if not (base / "model.onnx").exists():
            with warnings.catch_warnings(action="ignore", category=torch.jit.TracerWarning):
                convert(Reference(model, task), base)
        prepared = out.with_name("prepared")
        if variant.startswith("int8") and not prepared.exists():
            prepare(base, prepared)
        if variant == "fp16":
            halve(base, out, level, rung)
        elif variant == "int8":
            quantise(prepared, out, LADDER[0])
        elif variant == "int8-static":
            ranges = Ranges(prepared / "model.onnx", Reference(model, task), self._questions[task][:8], "minmax")
            quantise(prepared, out, STATIC_LADDER[0], ranges)
        elif variant in LEVELS:
            optimise(base, out, variant, gpu=gpu or LEVELS[variant].half, rung=rung)

    def _members(self, name: str, task: TaskName) -> list[PreTrainedModel]:
        config = AutoConfig.from_pretrained(self._family(name), initializer_range=0.3)
        if TASKS[task].labelling != "none":
            config.id2label = dict(enumerate(LABELS))
            config.label2id = {label: number for number, label in config.id2label.items()}
        if TASKS[task].labelling == "several":
            config.problem_type = "multi_label_classification"
        torch.manual_seed(0)
        return [getattr(transformers, TASKS[task].auto_class).from_config(config) for _ in range(3)]


def _stir(model: torch.nn.Module, part: str = "") -> None:
    """Move its weights, or those that have a part of their name in common, as a training would."""
    for name, weight in model.named_parameters():
        if part in name:
            weight.data += 0.1 * torch.randn_like(weight)


def _lora(members: list[PreTrainedModel]) -> PreTrainedModel:
    tuned = lora(members[0], LowRankAdaptation())
    _stir(tuned.model, "lora_B")  # a new one adds nothing
    tuned.finish()
    return tuned.model


def _bridge(members: list[PreTrainedModel]) -> PreTrainedModel:
    bridge = build_bridge(members[0], AttentionBridge(bridged="multi", every=1))
    with torch.no_grad():
        for name, gate in bridge.named_parameters():
            if name.endswith("gate"):
                gate.fill_(0.5)  # a new one is shut
    return bridge


def _bridges(members: list[PreTrainedModel], votes: Sequence[float]) -> PreTrainedModel:
    """Members that look at one source."""
    bridges = [_bridge(members) for _ in members]
    for bridge in bridges:
        _stir(bridge.target)
    return build_ensemble(bridges, votes)


def _sharing(members: list[PreTrainedModel], votes: Sequence[float]) -> PreTrainedModel:
    """Members that were trained from one model with the lower layer frozen, and with it, as it happens, the pooler."""
    members = [copy.deepcopy(members[0]) for _ in members]
    for member in members:
        _stir(encoder_layers(member)[1])
    return build_ensemble(members, votes, shared_layers=1)


#: Kind → what makes it of three models with random weights.
BUILDERS: dict[str, Callable[[list[PreTrainedModel]], PreTrainedModel]] = {
    "plain": lambda members: members[0],
    "lora": _lora,
    "bridge": _bridge,
    "ensemble": lambda members: build_ensemble(members, EQUAL),
    "shared": lambda members: _sharing(members, EQUAL),
    "bridges": lambda members: _bridges(members, EQUAL),
    "boosted": lambda members: build_ensemble(members, ALPHAS),
    "boosted-shared": lambda members: _sharing(members, ALPHAS),
    "boosted-bridges": lambda members: _bridges(members, ALPHAS),
}
