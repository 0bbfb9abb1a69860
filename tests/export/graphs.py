"""Graphs to be rewritten: small ones made by hand, what they are asked, and what is in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper


def feeds_of(session: ort.InferenceSession, rows: int, tokens: int) -> dict[str, np.ndarray]:
    """Texts of different lengths, padded."""
    draw = np.random.default_rng(0)
    values = {
        "input_ids": draw.integers(5, 30, (rows, tokens)),
        "attention_mask": np.tril(np.ones((tokens, tokens), np.int64))[-rows:],
        "token_type_ids": np.zeros((rows, tokens), np.int64),
    }
    return {item.name: values[item.name] for item in session.get_inputs()}


def opened(model: Path) -> ort.InferenceSession:
    """A graph, ready to be asked."""
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"])


def assert_alike(model: Path, before: Path) -> None:
    """An encoder's graph answers as it did before, at every shape."""
    then, now = opened(before), opened(model)
    for shape in ((1, 4), (3, 7), (2, 12)):
        feeds = feeds_of(then, *shape)
        (expected,), (found,) = then.run(None, feeds), now.run(None, feeds)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, atol=1e-5)


def operators(model: Path) -> Counter[str]:
    """How many nodes it has of each type."""
    return Counter(node.op_type for node in onnx.load(model, load_external_data=False).graph.node)


def make_graph(
    path: Path, nodes: list[onnx.NodeProto], sizes: tuple[str | int, ...], **constants: np.ndarray | int | list[int]
) -> Path:
    """A graph from ``x`` to ``y``; constants are whole numbers, or weights."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sizes)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(value if isinstance(value, np.ndarray) else np.array(value, np.int64), name)
            for name, value in constants.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.save(model, path)
    return path


def answer_of(model: Path, shape: tuple[int, ...]) -> np.ndarray:
    """What a graph from ``x`` says of numbers that count up."""
    value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    return np.asarray(opened(model).run(None, {"x": value})[0])


def turn_round(path: Path) -> None:
    """Make a graph answer the opposite: turn its classifier's weights round."""
    model = onnx.load(path)
    for weight in model.graph.initializer:
        if weight.name == "classifier.weight":
            weight.CopyFrom(numpy_helper.from_array(-numpy_helper.to_array(weight), weight.name))
    onnx.save(model, path)
