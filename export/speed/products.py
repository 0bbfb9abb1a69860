"""The matrix products of a graph: what bounds its speed, whatever else it does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import onnx

from export.fusion import PATTERNS
from export.pooling import FIRST
from export.speed.ways import Precision
from export.weights import nodes

#: Types of weights that products are computed in, the narrowest first.
NARROW: dict[int, Precision] = {onnx.TensorProto.INT8: "int8", onnx.TensorProto.FLOAT16: "float16"}
#: Type of a node → which of its inputs is the weight.
WEIGHT = {
    **dict.fromkeys(("MatMul", "FusedMatMul", "Gemm", "FusedGemm", "MatMulInteger", "Attention"), 1),
    **dict.fromkeys(("DynamicQuantizeMatMul", "MatMulIntegerToFloat", "QAttention"), 1),
    "QLinearMatMul": 3,
}
#: What hands a weight on under another name.
HANDING_ON = frozenset({"DequantizeLinear", "Identity", "Cast", "Transpose"})
#: Mark products with one row a text rather than one a token, in a node's type, or in its name.
OF_TEXTS = ("Gemm", FIRST)


@dataclass(frozen=True)
class Products:
    """What a graph multiplies.

    Attributes:
        weights: ``[inputs, outputs]`` of a weight, and whether it meets texts rather than tokens → how many of them.
        attentions: Whether one token of a text attends to all, rather than each → how often.
        width: Of what they attend with, all heads together.
    """

    weights: dict[tuple[int, int, bool], int]
    attentions: dict[bool, int]
    width: int

    def shapes(self, batch: int, length: int) -> dict[tuple[int, int, int], int]:
        """Each product ``(rows, inputs, outputs)`` of a batch of texts, with its number."""
        found: Counter[tuple[int, int, int]] = Counter()
        for (inputs, outputs, of_texts), count in self.weights.items():
            found[batch if of_texts else batch * length, inputs, outputs] += count
        return dict(found)

    def operations(self, batch: int, length: int) -> float:
        """Floating-point operations of a batch: products with weights, and of tokens with tokens."""
        weighted = sum(2 * m * k * n * count for (m, k, n), count in self.shapes(batch, length).items())
        attending = sum(count * (1 if of_texts else length) for of_texts, count in self.attentions.items())
        return weighted + 4.0 * batch * attending * length * self.width


def precision(model: Path) -> Precision:
    """What the products of a file's graph are computed in: the narrowest type of a weight that is a matrix."""
    weights = onnx.load(model, load_external_data=False).graph.initializer
    types = {weight.data_type for weight in weights if len(weight.dims) == 2}
    return next((name for kind, name in NARROW.items() if kind in types), "float32")


def products(model: Path, width: int) -> Products:
    """What the graph of a file multiplies.

    Args:
        model: ``model.onnx``, at whatever level.
        width: Of the encoder's layers, as its config says.
    """
    graph = onnx.load(model, load_external_data=False).graph
    shapes = {weight.name: tuple(weight.dims) for weight in graph.initializer if len(weight.dims) == 2}
    weights: Counter[tuple[int, int, bool]] = Counter()
    attentions: Counter[bool] = Counter()
    attending = {*PATTERNS["attention"].marks, *PATTERNS["attention"].fused}
    for node in nodes(graph):
        if node.op_type in HANDING_ON and node.input and node.input[0] in shapes:
            known = shapes[node.input[0]]
            shapes[node.output[0]] = known[::-1] if node.op_type == "Transpose" else known
        of_texts = any(mark in f"{node.op_type} {node.name}" for mark in OF_TEXTS)
        if node.op_type in attending:
            attentions[of_texts] += 1
        place = WEIGHT.get(node.op_type)
        if place is None or len(node.input) <= place or node.input[place] not in shapes:
            continue
        inputs, outputs = shapes[node.input[place]]
        if any(attribute.name == "transB" and attribute.i for attribute in node.attribute):
            inputs, outputs = outputs, inputs
        weights[inputs, outputs, of_texts] += 1
    return Products(dict(weights), dict(attentions), width)
