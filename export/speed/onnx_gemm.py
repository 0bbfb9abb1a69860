"""How fast onnxruntime multiplies matrices on a CPU: graphs of one product. Loads onnxruntime."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper, numpy_helper

from export.speed.ways import Precision
from pipeline.gemm import fastest

OPSET = 17  # which the oldest onnxruntime that is asked for knows


class Operator(NamedTuple):
    """What multiplies in a precision: its name, and the types of what comes in, of the weight and of what comes out."""

    name: str
    left: type[np.generic]
    weight: type[np.generic]
    result: int


#: The operators that graphs come down to; dynamic int8 besides rounds what comes in and scales what comes out.
OPERATORS: dict[Precision, Operator] = {
    "float32": Operator("MatMul", np.float32, np.float32, TensorProto.FLOAT),
    "int8": Operator("MatMulInteger", np.uint8, np.int8, TensorProto.INT32),
}


def onnx_gemm_speed(shape: tuple[int, int, int], precision: Precision, threads: int | None) -> float:
    """Operations a second of a product ``[m, k] × [k, n]`` with a weight that is constant, the best of several.

    Args:
        shape: ``m, k, n``.
        precision: One of :data:`OPERATORS`.
        threads: Of the CPU; None: as onnxruntime chooses.
    """
    m, k, n = shape
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    graph = _graph(shape, OPERATORS[precision]).SerializeToString()
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    fed = {"left": _drawn((m, k), OPERATORS[precision].left)}
    return 2 * m * k * n / fastest(lambda: session.run(None, fed))


def _graph(shape: tuple[int, int, int], operator: Operator) -> ModelProto:
    m, k, n = shape
    left = helper.np_dtype_to_tensor_dtype(np.dtype(operator.left))
    graph = helper.make_graph(
        [helper.make_node(operator.name, ["left", "weight"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", left, [m, k])],
        [helper.make_tensor_value_info("product", operator.result, [m, n])],
        [numpy_helper.from_array(_drawn((k, n), operator.weight), "weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _drawn(shape: tuple[int, int], dtype: type[np.generic]) -> np.ndarray:
    """Numbers of all sizes that a type has, or around zero."""
    draw = np.random.default_rng(0)
    if issubclass(dtype, np.integer):
        ends = np.iinfo(dtype)
        return draw.integers(ends.min, ends.max, shape, dtype, endpoint=True)
    return draw.standard_normal(shape).astype(dtype)
