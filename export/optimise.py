"""onnxruntime's graph optimisation through Optimum, and half precision for GPUs."""

from __future__ import annotations

import shutil
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from optimum.onnxruntime import AutoOptimizationConfig, OptimizationConfig, ORTConfig, ORTOptimizer

from export.apart import bring_together, set_apart
from export.fusion import FUSED_DOMAIN
from export.half import HALF_LADDER, HalfRung, to_half
from export.kinds import make_known
from export.lean import lighten
from export.pooling import pool_early
from export.weights import beside, nodes
from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.spec import Optimisation
from pipeline.storage import link_tree


@dataclass(frozen=True)
class Level:
    """What an optimisation level promises.

    Attributes:
        title: For people.
        fuses: Whether it replaces each layer's attention by one node.
        exact: Whether it computes the same function; if so its logits must be equal.
        half: Whether it computes in fp16.
    """

    title: Message
    fuses: bool
    exact: bool
    half: bool = False


LEVELS: dict[Optimisation, Level] = {
    "O1": Level(Message("constants folded, redundant nodes removed"), fuses=False, exact=True),
    "O2": Level(Message("the changes of O1, and attention, layer norms and GELU fused"), fuses=True, exact=True),
    "O3": Level(Message("the changes of O2, and GELU approximated by tanh"), fuses=True, exact=False),
    "O4": Level(Message("the changes of O3, in fp16"), fuses=True, exact=False, half=True),
}

#: Types of the nodes that stand for a whole GELU, as it is defined.
EXACT_GELUS = ("Gelu", "BiasGelu")


def optimise(
    onnx_folder: Path, out: Path, level: Optimisation, *, gpu: bool = False, rung: HalfRung = HALF_LADDER[0]
) -> None:
    """Write an optimised copy of a converted folder.

    Args:
        onnx_folder: What :func:`export.convert.convert` made.
        out: Folder to make.
        level: How far to go.
        gpu: Whether it is for a GPU.
        rung: What a level in half precision leaves in float32.

    Raises:
        ExportError: onnxruntime's optimiser does not know this kind of model, or fails on it.
    """
    plain = LEVELS[level].fuses and _branches(onnx_folder / "model.onnx")
    try:
        config = _config(level, gpu=gpu, plain=plain)
        _write(onnx_folder, out, config, gpu=gpu)
        if LEVELS[level].half:
            _halve(out, rung, config)
    except Exception as error:  # its passes fail in as many ways as there are graphs
        raise ExportError(
            "{level} is not to be had for this model: {fault}.",
            "Export without optimisation.",
            level=level,
            fault=str(error),
        ) from error


def halve(onnx_folder: Path, out: Path, level: Optimisation | None, rung: HalfRung = HALF_LADDER[0]) -> None:
    """Write a copy of a converted folder in fp16, optimised as well; inputs and logits stay as they are.

    Args:
        onnx_folder: What :func:`export.convert.convert` made.
        out: Folder to make.
        level: Of the optimisation; None: the graph stays as it was converted.
        rung: What stays in float32.

    Raises:
        ExportError: onnxruntime can't convert this kind of model.
    """
    try:
        if level is None:
            shutil.copytree(onnx_folder, out)
            _halve(out, rung)
        else:
            plain = LEVELS[level].fuses and _branches(onnx_folder / "model.onnx")
            config = _config(level, gpu=True, plain=plain)
            _write(onnx_folder, out, config, gpu=True)
            _halve(out, rung, config)
    except Exception as error:  # as above
        raise ExportError(
            "fp16 is not to be had for this model: {fault}.", "Export without quantisation.", fault=str(error)
        ) from error


def _halve(folder: Path, rung: HalfRung, config: OptimizationConfig | None = None) -> None:
    """Bring an optimised folder to half precision, and what it says of how it was optimised."""
    to_half(folder, rung, fused=config is not None)
    if config is not None:
        config.fp16 = True
        ORTConfig(optimization=config, use_external_data_format=bool(beside(folder))).save_pretrained(folder)


def _config(level: Optimisation, *, gpu: bool, plain: bool) -> OptimizationConfig:
    """What Optimum is asked for, in float32: it can't be told what half precision is to leave as it is.

    Args:
        level: How far to go.
        gpu: Whether the graph is for a GPU. Without one at hand its fusions are those of the CPU, which
            are the same nodes; asking for CUDA would only print errors.
        plain: Whether to leave out Optimum's own fusions. In Python they infer the shapes anew in each branch:
            minutes for a DeBERTa, whose attention they do not know. What is left onnxruntime fuses by itself, and
            GELUs are approximated after it.
    """
    config = AutoOptimizationConfig.with_optimization_level("O3" if LEVELS[level].half else level)
    config.optimize_for_gpu = gpu and torch.cuda.is_available()
    if plain:
        config.enable_transformers_specific_optimizations = False
    return config


def _write(onnx_folder: Path, out: Path, config: OptimizationConfig, *, gpu: bool) -> None:
    # Of a model above 2 GB, whose weights lie beside the graph, the optimiser deletes the weights it has read.
    out = out.absolute()
    spare = out.with_name(f"{out.name}.read")
    make_known()
    link_tree(onnx_folder, spare)
    try:
        apart = config.enable_transformers_specific_optimizations and _set_apart(spare)
        # Where shapes can't be inferred, onnxruntime writes what it has of the model into the working folder.
        with chdir(spare):
            ORTOptimizer.from_pretrained(spare).optimize(config, save_dir=out, file_suffix="")
        if apart:
            bring_together(out / "model.onnx")
        if config.enable_gelu_approximation and not config.enable_transformers_specific_optimizations:
            _approximate(out / "model.onnx")
        relieve = pool_early if gpu else lighten
        relieve(out / "model.onnx", onnx_folder / "model.onnx")
    finally:
        shutil.rmtree(spare)


def _set_apart(folder: Path) -> bool:
    """See :func:`export.apart.set_apart`; the folder's graph is another folder's too, by a hard link."""
    own = folder / "own.onnx"
    shutil.copyfile(folder / "model.onnx", own)
    apart = set_apart(own)
    own.replace(folder / "model.onnx")
    return apart


def _approximate(model: Path) -> None:
    """Approximate the GELUs that onnxruntime fused by itself, in place, as Optimum's own fusions would."""
    proto = onnx.load(model, load_external_data=False)
    for node in nodes(proto.graph):
        if node.op_type in EXACT_GELUS:
            node.op_type, node.domain = "FastGelu", FUSED_DOMAIN
    onnx.save(proto, model)


def _branches(model: Path) -> bool:
    return any(node.op_type == "If" for node in onnx.load(model, load_external_data=False).graph.node)
