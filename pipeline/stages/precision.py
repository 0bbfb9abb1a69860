"""How exactly to count while training: in bf16 where the machine is faster at it, else in float32.

That a CPU has bf16 says little: one with AVX512_BF16 was measured at half its float32 speed, another at
four times. So it is measured, on a matrix product of the model's own shape.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from pipeline.gemm import cpu_has_bf16, gemm_speed
from pipeline.stages.context import Context
from pipeline.stages.models import device
from pipeline.stages.reading import BATCH_TOKENS
from pipeline.storage import write_atomically

PAYS = 1.5  # times float32's speed; below that the casts eat the gain
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
    """The faster precision, or the one that ``GRAFT_PRECISION`` asks for.

    The choice is kept in the stage's work folder: a resumed training goes on as it began. Of several machines at one
    training the first chooses.

    Args:
        model: Whose widest layer is measured.
        tokens: About how many there are in a batch.
        context: Of the stage.
    """
    return context.team.told(lambda: _chosen(model, tokens, context))


def _chosen(model: PreTrainedModel, tokens: int, context: Context[Any]) -> Precision:
    kept = context.work / "precision.json"
    if kept.exists():
        return Precision(**json.loads(kept.read_text(encoding="utf-8")))
    shape = _shape(model, tokens)
    asked = context.settings.precision
    candidates: list[Name] = ["fp32"] if asked == "auto" else [asked]
    if asked == "auto" and _has_bf16() and min(shape) >= SMALLEST:
        candidates.append("bf16")
    speeds = {name: gemm_speed(shape, TYPES[name], device()) for name in candidates}
    name: Name = "bf16" if speeds.get("bf16", 0) >= PAYS * speeds.get("fp32", 0) else "fp32"
    chosen = Precision(name, speeds[name])
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


def _has_bf16() -> bool:
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return cpu_has_bf16()
