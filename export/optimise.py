"""onnxruntime's graph optimisation through Optimum, and proof of what it fused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import onnx
from optimum.onnxruntime import AutoOptimizationConfig, ORTOptimizer

from pipeline.errors import ExportError

LevelName = Literal["O1", "O2", "O3"]

#: Where onnxruntime's own nodes live; each of them stands for several standard ones.
FUSED_DOMAIN = "com.microsoft"
ATTENTION = ("Attention", "MultiHeadAttention")


@dataclass(frozen=True)
class Level:
    """What an optimisation level promises.

    Attributes:
        title: For people.
        fuses: Whether it replaces each layer's attention by one node.
        exact: Whether it computes the same function; if so its logits must be equal.
    """

    title: str
    fuses: bool
    exact: bool


LEVELS: dict[LevelName, Level] = {
    "O1": Level("constants folded, redundant nodes removed", fuses=False, exact=True),
    "O2": Level("the changes of O1, and attention, layer norms and GELU fused", fuses=True, exact=True),
    "O3": Level("the changes of O2, and GELU approximated by tanh", fuses=True, exact=False),
}


def optimise(onnx_folder: Path, out: Path, level: LevelName) -> dict[str, int]:
    """Write an optimised copy of a converted folder.

    Args:
        onnx_folder: What :func:`export.convert.convert` made.
        out: Folder to make.
        level: How far to go.

    Returns:
        How many fused nodes the graph has, by type.

    Raises:
        ExportError: onnxruntime's optimiser does not know this kind of model.
    """
    try:
        ORTOptimizer.from_pretrained(onnx_folder).optimize(
            AutoOptimizationConfig.with_optimization_level(level), save_dir=out, file_suffix=""
        )
    except (KeyError, NotImplementedError, ValueError) as error:
        raise ExportError(
            f"{level} is not to be had for this model: {error}.", "Export without optimisation."
        ) from error
    return fused_nodes(out / "model.onnx")


def fused_nodes(model: Path) -> dict[str, int]:
    """How many nodes of a graph stand for several, by type."""
    nodes = onnx.load(model, load_external_data=False).graph.node
    return dict(Counter(node.op_type for node in nodes if node.domain == FUSED_DOMAIN))


def fusion_note(level: LevelName, fused: dict[str, int], layers: int) -> str:
    """A sentence if a level that should fuse the attention of every layer did not; else empty.

    Args:
        level: The level that was applied.
        fused: What :func:`optimise` counted.
        layers: How many layers with attention the model has.
    """
    found = sum(fused.get(kind, 0) for kind in ATTENTION)
    if not LEVELS[level].fuses or found >= layers:
        return ""
    return f"The attention of {found} of {layers} layers was fused; the others run node by node."
