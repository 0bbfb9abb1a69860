"""What members share, each of their nodes reads for itself; a Gemm has a weight of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

from export.weights import nodes, settle

SQUARE = np.array([[1, 2], [3, 4]], np.float32)


def _model(path: Path) -> Path:
    """Two Gemms and a product, of which the second and third read the first one's weight through an Identity."""
    graph = helper.make_graph(
        [
            helper.make_node("Identity", ["w"], ["again"], name="again"),
            helper.make_node("Gemm", ["x", "w"], ["a"], name="first", transB=1),
            helper.make_node("Gemm", ["a", "again"], ["b"], name="second", transB=1),
            helper.make_node("MatMul", ["b", "again"], ["y"], name="third"),
        ],
        "shared",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 2])],
        [numpy_helper.from_array(SQUARE, "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_every_node_reads_a_weight(tmp_path: Path):
    path = _model(tmp_path / "model.onnx")
    x = np.array([[1, -1]], np.float32)
    settle(path)
    graph = onnx.load(path).graph
    assert [node.op_type for node in graph.node] == ["Gemm", "Gemm", "MatMul"]
    assert [node.input[1] for node in graph.node] == ["w", "w/second", "w"]
    (said,) = ort.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})
    np.testing.assert_array_equal(said, x @ SQUARE.T @ SQUARE.T @ SQUARE)


def test_nodes_in_branches_are_found():
    inner = helper.make_node("Neg", ["x"], ["z"], name="inner")
    branch = helper.make_graph([inner], "branch", [], [helper.make_tensor_value_info("z", 1, [1])])
    outer = helper.make_node("If", ["c"], ["y"], name="outer", then_branch=branch, else_branch=branch)
    graph = helper.make_graph([outer], "whole", [], [helper.make_tensor_value_info("y", 1, [1])])
    assert [node.name for node in nodes(graph)] == ["outer", "inner", "inner"]
