"""Dynamic int8 with Optimum, and the ladder of repairs for a model that loses by it.

The converted graph is quantised, not the optimised one: onnxruntime gives the fused Attention
weights of 7 bits only, and fuses the quantised graph by itself when it loads it. Measured on
MiniLM, one text of 32 tokens on one thread: 3.2 ms from the converted graph, 3.9 ms from O2's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import QuantizationConfig


@dataclass(frozen=True)
class Rung:
    """One way to quantise; weights are always scaled per output channel.

    What costs accuracy is the range of the activations: one outlier widens the steps for all,
    and in the first layers the error travels through all that follow. So a repair leaves early
    products in float32, those of the feed-forward blocks first, where the outliers are.

    Attributes:
        title: For people.
        kept_feed_forward: Share of the feed-forward products left in float32, from the first on.
        kept_attention: Likewise of the other products.
        embeddings: Whether the embeddings are quantised too; that makes the file small, not fast.
        seven_bits: Weights of 7 bits: without VNNI, a processor's sums overflow with 8.
    """

    title: str
    kept_feed_forward: float
    kept_attention: float
    embeddings: bool
    seven_bits: bool


#: Fastest first; the first that passes the gate is taken. Beside each: label flips of MiniLM on the
#: 1,821 test texts of SST-2, milliseconds for 32 tokens on one thread (float32: 7.6), and megabytes.
LADDER = (
    Rung("everything in int8", 0, 0, embeddings=True, seven_bits=False),  # 27 · 3.4 · 24
    Rung("early feed-forward in float32", 0.5, 0, embeddings=True, seven_bits=False),  # 7 · 4.6 · 34
    Rung("early feed-forward and embeddings in float32", 0.5, 0, embeddings=False, seven_bits=True),  # 13 · 4.8 · 70
    Rung("early layers and embeddings in float32", 0.6, 0.6, embeddings=False, seven_bits=True),  # 4 · 5.8 · 78
)


def quantise(onnx_folder: Path, out: Path, rung: Rung) -> str:
    """Write a quantised copy of a converted folder.

    Args:
        onnx_folder: What :func:`export.convert.convert` made.
        out: Folder to make.
        rung: How to quantise.

    Returns:
        What was done, in words.
    """
    graph = onnx.load(onnx_folder / "model.onnx").graph
    feed_forward, others, lookups = _weighted(graph)
    products = _after(rung.kept_feed_forward, feed_forward) + _after(rung.kept_attention, others)
    config = QuantizationConfig(
        is_static=False,
        format=QuantFormat.QOperator,
        mode=QuantizationMode.IntegerOps,
        activations_dtype=QuantType.QUInt8,
        weights_dtype=QuantType.QInt8,
        per_channel=True,
        reduce_range=rung.seven_bits,
        nodes_to_quantize=products + (lookups if rung.embeddings else []),
        operators_to_quantize=["MatMul", "Gather"],
    )
    ORTQuantizer.from_pretrained(onnx_folder).quantize(quantization_config=config, save_dir=out, file_suffix="")
    total = len(feed_forward) + len(others)
    return f"dynamic int8 of the fp32 graph, {rung.title}: {len(products)} of {total} weight products quantised"


def _after(share: float, nodes: list[str]) -> list[str]:
    return nodes[round(len(nodes) * share) :]


def _weighted(graph: onnx.GraphProto) -> tuple[list[str], list[str], list[str]]:
    """Names of the nodes that read a weight, in graph order: feed-forward products, other products, embeddings.

    The head is no MatMul but a Gemm and stays in float32; it is small, and what it rounds nothing evens out.
    The products of a feed-forward block are known by weights that are not square, whatever a
    family of models calls them.
    """
    floats = (weight for weight in graph.initializer if weight.data_type == onnx.TensorProto.FLOAT)
    shapes = {weight.name: tuple(weight.dims) for weight in floats if len(weight.dims) == 2}
    square = {name: rows == columns for name, (rows, columns) in shapes.items()}
    products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in shapes]
    feed_forward = [node.name for node in products if not square[node.input[1]]]
    others = [node.name for node in products if square[node.input[1]]]
    lookups = [node.name for node in graph.node if node.op_type == "Gather" and node.input[0] in shapes]
    return feed_forward, others, lookups
