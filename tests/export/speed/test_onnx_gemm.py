"""onnxruntime's products: what is asked of it, and rates that can be."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest

from export.speed import onnx_gemm
from export.speed.onnx_gemm import OPERATORS, onnx_gemm_speed
from export.speed.ways import Precision

SHAPE = (3, 8, 5)


@pytest.mark.parametrize("precision", OPERATORS)
def test_a_product_is_computed_in_its_precision_and_is_the_product(precision: Precision) -> None:
    operator = OPERATORS[precision]
    graph = onnx_gemm._graph(SHAPE, operator)
    left = onnx_gemm._drawn((3, 8), operator.left)
    weight = onnx_gemm._drawn((8, 5), operator.weight)
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    (product,) = session.run(None, {"left": left})
    assert [node.op_type for node in graph.graph.node] == [operator.name]
    assert product.dtype == (np.int32 if precision == "int8" else np.float32)
    wanted = left.astype(np.float64) @ weight.astype(np.float64)
    assert product == pytest.approx(wanted, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("precision", OPERATORS)
def test_the_rate_is_plausible_and_counts_each_multiplication_and_addition(
    precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 1e6 < onnx_gemm_speed((128, 64, 64), precision, threads=1) < 1e15
    monkeypatch.setattr(onnx_gemm, "fastest", lambda multiply: (multiply(), 0.5)[1])
    assert onnx_gemm_speed(SHAPE, precision, threads=1) == 2 * 3 * 8 * 5 / 0.5


def test_as_many_threads_work_as_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = ort.InferenceSession

    def session(graph: bytes, options: ort.SessionOptions, providers: list[str]) -> ort.InferenceSession:
        asked.append(options.intra_op_num_threads)
        assert providers == ["CPUExecutionProvider"]
        return real(graph, options, providers=providers)

    monkeypatch.setattr(onnx_gemm.ort, "InferenceSession", session)
    monkeypatch.setattr(onnx_gemm, "fastest", lambda _: 1.0)
    for threads in (1, None):
        onnx_gemm_speed(SHAPE, "float32", threads=threads)
    assert asked == [1, 0], "0: as onnxruntime chooses"


def test_whole_numbers_are_drawn_from_all_that_a_type_has() -> None:
    drawn = onnx_gemm._drawn((300, 300), np.int8)
    assert (drawn.min(), drawn.max()) == (-128, 127)
