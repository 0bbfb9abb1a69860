"""What is known of a graph's values before it runs: their sizes, and those that are numbers."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

#: Sizes of a value's axes: a number, or the name of what is only known when the graph runs; None: nothing is known.
Sizes = list[int | str | None]


def sizes_of(proto: onnx.ModelProto) -> dict[str, Sizes]:
    """Value → its sizes, as far as ONNX can tell; those that follow from a shape which is computed are told, too."""
    graph = onnx.shape_inference.infer_shapes(proto, data_prop=True).graph
    found: dict[str, Sizes] = {}
    for value in (*graph.input, *graph.value_info, *graph.output):
        kind = value.type.tensor_type
        if kind.HasField("shape"):
            found[value.name] = [
                size.dim_value if size.HasField("dim_value") else size.dim_param or None for size in kind.shape.dim
            ]
    return found


def constants_of(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Value → whole numbers that are in the graph; weights are of no interest, and may lie elsewhere."""
    tensors = {weight.name: weight for weight in graph.initializer}
    tensors |= {
        node.output[0]: attribute.t
        for node in graph.node
        if node.op_type == "Constant"
        for attribute in node.attribute
        if attribute.name == "value"
    }
    return {
        name: numpy_helper.to_array(tensor)
        for name, tensor in tensors.items()
        if tensor.data_type == TensorProto.INT64 and tensor.data_location != TensorProto.EXTERNAL
    }
