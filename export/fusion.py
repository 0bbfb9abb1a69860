"""Proof of what was fused: nodes that stand for several are counted, and held against what there was to fuse."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime as ort

from export.report import Fusion, FusionKind
from export.weights import nodes
from pipeline.messages import Message, Template, series

#: Where onnxruntime's own nodes live; each of them stands for several standard ones.
FUSED_DOMAIN = "com.microsoft"


#: Types of the nodes that a layer norm begins with.
NORMS = frozenset({"LayerNormalization", "ReduceMean"})
PRODUCTS = frozenset({"Gemm", "MatMul"})


@dataclass(frozen=True)
class Pattern:
    """One kind of what can be fused.

    Attributes:
        fused: Types of the nodes that stand for a whole one.
        marks: Types of the nodes by which a whole one is known before it is fused: so many of them → one.
        title: For people, with how many were fused and how many there were.
        constant: Whether one may be of weights alone, as DeBERTa's norm of positions is, and be computed once and for
            all; it is not counted then.
        sums: Whether it is known by a sum that a norm reads. Those of embeddings are not counted before, for they are
            fused in few families; where they are, they count as fused and as there. Sums that are kept apart on
            purpose (:mod:`export.lean`) are not to be fused, and don't count.
    """

    fused: tuple[str, ...]
    marks: dict[str, int]
    title: Template
    constant: bool = False
    sums: bool = False


PATTERNS: dict[FusionKind, Pattern] = {
    # An attention weighs by a softmax, and nothing else does.
    "attention": Pattern(
        ("Attention", "MultiHeadAttention", "PackedAttention", "PackedMultiHeadAttention"),
        {"Softmax": 1},
        Template("{fused} of {there} attentions"),
    ),
    # A layer norm subtracts a mean, and divides by the root of another.
    "layer-norm": Pattern(
        ("LayerNormalization", "SkipLayerNormalization", "EmbedLayerNormalization"),
        {"ReduceMean": 2, "LayerNormalization": 1},
        Template("{fused} of {there} layer norms"),
        constant=True,
    ),
    # Known by the sum: of what came through a layer and what went by it.
    "skip-layer-norm": Pattern(
        ("SkipLayerNormalization",), {}, Template("{fused} of {there} norms with the sum before"), sums=True
    ),
    "gelu": Pattern(("Gelu", "BiasGelu", "FastGelu"), {"Erf": 1, "Gelu": 1}, Template("{fused} of {there} GELUs")),
}


def fused_nodes(model: Path) -> dict[str, int]:
    """How many nodes of a graph stand for several, by type."""
    graph = onnx.load(model, load_external_data=False).graph
    return dict(Counter(node.op_type for node in nodes(graph) if node.domain == FUSED_DOMAIN))


def fusions(converted: Path, optimised: Path) -> list[Fusion]:
    """What was fused of what there was, by kind; kinds that the model has none of are left out.

    Args:
        converted: The graph as it was converted.
        optimised: What became of it.
    """
    graph = onnx.load(converted, load_external_data=False).graph
    before, after = Counter(node.op_type for node in nodes(graph)), _kinds(optimised)
    found = []
    for kind, pattern in PATTERNS.items():
        there = sum(before[mark] // parts for mark, parts in pattern.marks.items())
        fused = sum(after[name] for name in pattern.fused)
        if pattern.constant:
            left = (after[mark] // parts for mark, parts in pattern.marks.items() if mark not in pattern.fused)
            there = min(there, fused + sum(left))
        if pattern.sums:
            there = max(fused, _sums(graph) - after["Sum"])
        if there:
            found.append(Fusion(kind=kind, fused=fused, there=there))
    return found


def fusions_when_loaded(converted: Path, model: Path) -> list[Fusion]:
    """What onnxruntime fuses by itself of a graph when it loads it on a CPU, of what there was.

    Args:
        converted: The graph as it was converted.
        model: What is loaded.
    """
    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors; it warns that what it writes is for this machine
    with tempfile.TemporaryDirectory() as place:
        options.optimized_model_filepath = str(Path(place) / model.name)
        # A graph of more than 2 GB can't hold its weights.
        options.add_session_config_entry("session.optimized_model_external_initializers_file_name", "weights")
        ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return fusions(converted, Path(options.optimized_model_filepath))


FUSED = Template("Fused: {parts}.")
FUSED_WHEN_LOADED = Template("Fused when it is loaded: {parts}.")


def told(found: list[Fusion], sentence: Template = FUSED) -> Message:
    """What was fused, in words; empty if nothing was to be counted."""
    if not found:
        return Message("")
    parts = [Message(PATTERNS[each.kind].title, fused=each.fused, there=each.there) for each in found]
    return Message(sentence, parts=series(parts))


def missing(found: list[Fusion]) -> Message:
    """A sentence if an attention, layer norm or GELU was left as it was by a level that fuses; else empty."""
    parts = [
        Message(PATTERNS[each.kind].title, fused=each.fused, there=each.there) for each in found if not each.complete
    ]
    if not parts:
        return Message("")
    return Message("Only {parts} were fused; the others run node by node.", parts=series(parts))


def _sums(graph: onnx.GraphProto) -> int:
    """How many sums of two computed values a layer norm reads, one of them behind a product."""
    weights = {weight.name for weight in graph.initializer}
    behind: set[str] = set()
    read = {name for node in graph.node if node.op_type in NORMS for name in node.input}
    found = 0
    for node in graph.node:
        after = any(name in behind for name in node.input)
        if after or node.op_type in PRODUCTS:
            behind.update(node.output)
        if node.op_type == "Add" and after and node.output[0] in read:
            found += not any(name in weights for name in node.input)
    return found


def _kinds(model: Path) -> Counter[str]:
    """How many nodes of each type a graph has, in its branches too."""
    return Counter(node.op_type for node in nodes(onnx.load(model, load_external_data=False).graph))
