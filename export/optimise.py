"""onnxruntime's graph optimisation through Optimum, and proof of what it fused."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import onnx
from optimum.onnxruntime import AutoOptimizationConfig, ORTOptimizer

from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.storage import link_tree

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

    title: Message
    fuses: bool
    exact: bool


LEVELS: dict[LevelName, Level] = {
    "O1": Level(Message("constants folded, redundant nodes removed"), fuses=False, exact=True),
    "O2": Level(Message("the changes of O1, and attention, layer norms and GELU fused"), fuses=True, exact=True),
    "O3": Level(Message("the changes of O2, and GELU approximated by tanh"), fuses=True, exact=False),
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
        ExportError: onnxruntime's optimiser does not know this kind of model, or fails on it.
    """
    config = AutoOptimizationConfig.with_optimization_level(level)
    if LEVELS[level].fuses and _branches(onnx_folder / "model.onnx"):
        if not LEVELS[level].exact:
            raise ExportError("{level} is not to be had for a graph with branches.", "Choose O2.", level=level)
        # Optimum's fusions, in Python, infer the shapes anew in each branch: minutes for a DeBERTa, whose
        # attention they do not know. What is left to fuse onnxruntime fuses by itself.
        config.enable_transformers_specific_optimizations = False
    # Of a model above 2 GB, whose weights lie beside the graph, the optimiser deletes the weights it has read.
    spare = out.with_name(f"{out.name}.read")
    link_tree(onnx_folder, spare)
    try:
        ORTOptimizer.from_pretrained(spare).optimize(config, save_dir=out, file_suffix="")
    except Exception as error:  # its passes fail in as many ways as there are graphs
        raise ExportError(
            "{level} is not to be had for this model: {fault}.",
            "Export without optimisation.",
            level=level,
            fault=str(error),
        ) from error
    finally:
        shutil.rmtree(spare)
    return fused_nodes(out / "model.onnx")


def fused_nodes(model: Path) -> dict[str, int]:
    """How many nodes of a graph stand for several, by type."""
    nodes = onnx.load(model, load_external_data=False).graph.node
    return dict(Counter(node.op_type for node in nodes if node.domain == FUSED_DOMAIN))


def attentions(model: Path) -> int:
    """How many attentions a converted graph has: each weighs by a softmax, and nothing else does."""
    return _kinds(model)["Softmax"]


def _branches(model: Path) -> bool:
    return _kinds(model)["If"] > 0


def _kinds(model: Path) -> Counter[str]:
    """How many nodes of each type a graph has."""
    return Counter(node.op_type for node in onnx.load(model, load_external_data=False).graph.node)


def fusion_note(level: LevelName, fused: dict[str, int], there: int) -> Message:
    """A sentence if a level that should fuse every attention did not; else empty.

    Args:
        level: The level that was applied.
        fused: What :func:`optimise` counted.
        there: How many attentions the model has.
    """
    found = sum(fused.get(kind, 0) for kind in ATTENTION)
    if not LEVELS[level].fuses or found >= there:
        return Message("")
    return Message("{found} of {there} attentions were fused; the others run node by node.", found=found, there=there)
