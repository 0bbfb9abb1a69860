"""What a token of a node's output depends on: on one token of its inputs, as in a layer norm, or on others, too.

A layer computes token by token, but for its attention: there a token's query meets the keys and values of all, and
yet no other query. So whoever wants one token of what an attention gives needs one query, and all keys and values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper

from export.sizes import Sizes, constants_of, sizes_of

#: Of a node's output one token is wanted: place of an input of which one is enough → the axis of its tokens. Other
#: inputs are read whole.
OneEach = dict[int, int]


@dataclass(frozen=True)
class Known:
    """What is known of a graph's values before it runs.

    Attributes:
        sizes: Value or weight → sizes of its axes.
        numbers: Value → whole numbers that are in the graph.
    """

    sizes: Mapping[str, Sizes]
    numbers: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, proto: onnx.ModelProto, converted: onnx.ModelProto | None = None) -> Known:
        """Of a graph; what it was optimised from tells of values that kept their names and ONNX knows nothing of."""
        sizes = sizes_of(converted) if converted else {}
        weights: dict[str, Sizes] = {weight.name: list(weight.dims) for weight in proto.graph.initializer}
        return cls(sizes | sizes_of(proto) | weights, constants_of(proto.graph))

    def axes(self, value: str) -> int:
        """How many axes a value has; 0 where nothing is known of it."""
        return len(self.sizes.get(value, []))


def one_each(node: onnx.NodeProto, axis: int, known: Known) -> OneEach | None:
    """Of which inputs one token is enough for one of the output; None: a token depends on more of each than that.

    Args:
        node: Of a graph.
        axis: Of the tokens in what it gives.
        known: Of the graph's values.
    """
    rule = RULES.get(node.op_type)
    return rule(node, axis, known) if rule else None


def behind(node: onnx.NodeProto, axis: int, known: Known) -> list[int] | None:
    """Sizes of the axes behind that of the tokens in what a Reshape gives; None: they aren't numbers, or not apart.

    They are apart if it joins or splits nothing but them. That the axes before stay as they were is taken for granted,
    where a Reshape leaves them as many: ONNX loses the names of sizes in an attention, and has others behind it.
    """
    read, made = (known.sizes.get(name, [])[axis + 1 :] for name in (node.input[0], node.output[0]))
    sizes = [size for size in made if isinstance(size, int)]
    if not sizes or len(sizes) < len(made) or not all(isinstance(size, int) for size in read):
        return None
    return sizes if np.prod(np.array(read, np.int64)) == np.prod(sizes) else None


def attributes_of(node: onnx.NodeProto) -> dict[str, Any]:
    """Attribute → its value, of those that are written down."""
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _elementwise(node: onnx.NodeProto, axis: int, known: Known) -> OneEach | None:
    """Inputs are broadcast: their last axes are the output's, and what has one token there has it for all."""
    read = {place: known.sizes.get(name) for place, name in enumerate(node.input) if name}
    sizes = {place: found for place, found in read.items() if found is not None}
    if len(sizes) < len(read):
        return None
    axes = max(map(len, sizes.values()))
    own = {place: axis - (axes - len(found)) for place, found in sizes.items()}
    return {place: its for place, its in own.items() if its >= 0 and sizes[place][its] != 1}


def _along_the_last(name: str | None = None, default: int | Sequence[int] = -1) -> Rule:
    """The rule of what computes along axes that an attribute or the second input names: let it be the last alone."""

    def rule(node: onnx.NodeProto, axis: int, known: Known) -> OneEach | None:
        given, last = attributes_of(node), known.axes(node.input[0]) - 1
        along = given.get(name, default) if name else default
        if name == "axes" and len(node.input) > 1:  # since ONNX's 18th version it is an input
            along = known.numbers.get(node.input[1], default)
        if axis >= last or np.ravel(along).tolist() not in ([-1], [last]) or not given.get("keepdims", 1):
            return None
        return _elementwise(node, axis, known)

    return rule


def _product(node: onnx.NodeProto, axis: int, known: Known) -> OneEach | None:
    """Rows of the first, each with all of the second, which is a weight or has what each row meets."""
    first, second = (known.axes(name) for name in node.input)
    if not first or not second or axis >= first - 1:
        return None
    return {0: axis} if second <= 2 or (second == first and axis == first - 2) else None


def _transposed(node: onnx.NodeProto, axis: int, _: Known) -> OneEach | None:
    order = attributes_of(node).get("perm")
    return {0: order[axis]} if order else None


def _reshaped(node: onnx.NodeProto, axis: int, known: Known) -> OneEach | None:
    return {0: axis} if behind(node, axis, known) else None


Rule = Callable[[onnx.NodeProto, int, Known], OneEach | None]
#: Type of a node → its rule. Of other types a token may depend on all.
RULES: dict[str, Rule] = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Pow", "Sum", "Identity", "Cast", "Sqrt", "Neg"), _elementwise),
    **dict.fromkeys(("Erf", "Tanh", "Relu", "Sigmoid", "Gelu", "BiasGelu", "FastGelu", "QuickGelu"), _elementwise),
    "LayerNormalization": _along_the_last("axis"),
    "SkipLayerNormalization": _along_the_last(),
    "Softmax": _along_the_last("axis"),
    "ReduceMean": _along_the_last("axes", []),
    "MatMul": _product,
    "Transpose": _transposed,
    "Reshape": _reshaped,
}
