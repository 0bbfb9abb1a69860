"""How exactly to count while training: in bf16 where the machine is faster at it, else in float32."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from pipeline.gemm import gemm_speed
from pipeline.stages import bf16
from pipeline.stages.context import Context
from pipeline.stages.models import device
from pipeline.stages.reading import BATCH_TOKENS
from pipeline.storage import write_atomically

SMALLEST = 128  # a smaller product takes no time worth saving

Name = Literal["fp32", "bf16"]
TYPES: dict[Name, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Precision:
    """How a training counts.

    Attributes:
        name: Of the type in which matrices are multiplied; weights and optimiser are float32.
        gemm_flops_per_second: What a lone matrix product of the model's shape reaches in it.
    """

    name: Name
    gemm_flops_per_second: float

    def autocast(self) -> torch.autocast:
        """Within it, matrices are multiplied in this precision."""
        return torch.autocast(device().type, torch.bfloat16, enabled=self.name == "bf16")


def choose(model: PreTrainedModel, tokens: int, context: Context[Any]) -> Precision:
    """The faster precision, or the one that ``GRAFT_PRECISION`` asks for; on one machine the same for each run.

    The choice is kept in the stage's work folder: a training that is resumed elsewhere goes on as it began. Of several
    machines at one training the first chooses.

    Args:
        model: Of whose widest layer it is measured how fast this machine is.
        tokens: About how many there are in a batch.
        context: Of the stage.
    """
    return context.team.told(lambda: _chosen(model, tokens, context))


def _chosen(model: PreTrainedModel, tokens: int, context: Context[Any]) -> Precision:
    kept = context.work / "precision.json"
    if kept.exists():
        return Precision(**json.loads(kept.read_text(encoding="utf-8")))
    shape = _shape(model, tokens)
    name: Name = "fp32"
    if context.settings.precision != "auto":
        name = context.settings.precision
    elif min(shape) >= SMALLEST and bf16.pays():
        name = "bf16"
    chosen = Precision(name, gemm_speed(shape, TYPES[name], device()))
    write_atomically(kept, json.dumps(asdict(chosen)))
    return chosen


def as_read(model: PreTrainedModel) -> Precision:
    """The precision in which a model reads without learning: float32."""
    return Precision("fp32", gemm_speed(_shape(model, BATCH_TOKENS), torch.float32, device()))


def _shape(model: PreTrainedModel, tokens: int) -> tuple[int, int, int]:
    """Of the widest product in the encoder."""
    linear = [module for module in model.base_model.modules() if isinstance(module, nn.Linear)]
    widest = max(linear, key=lambda module: module.weight.numel())
    return min(max(tokens, SMALLEST), BATCH_TOKENS), widest.in_features, widest.out_features
