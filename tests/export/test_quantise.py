"""Every rung of the ladder gives a graph that runs, with the products it promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from export.predictor import Predictor
from export.quantise import LADDER, Rung, quantise


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.title)
def test_every_rung_runs_and_labels_alike(exported: Path, tmp_path: Path, rung: Rung, texts: list[tuple[str, str]]):
    method = quantise(exported / "fp32", tmp_path / "int8", rung)
    assert rung.title in method
    words = [text for text, _ in texts]
    labels = [Predictor(folder).logits(words).argmax(axis=1) for folder in (exported / "fp32", tmp_path / "int8")]
    np.testing.assert_array_equal(*labels)


@pytest.mark.parametrize(
    ("rung", "products", "embeddings"),
    [
        (Rung("all", 0, 0, embeddings=True, seven_bits=False), 12, True),
        (Rung("half", 0.5, 0, embeddings=False, seven_bits=True), 10, False),
        (Rung("attention", 1, 0.5, embeddings=False, seven_bits=False), 4, False),
    ],
)
def test_a_rung_quantises_what_it_says(exported: Path, tmp_path: Path, rung: Rung, products: int, embeddings: bool):
    method = quantise(exported / "fp32", tmp_path / "int8", rung)
    assert f"{products} of 12 weight products" in method
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    assert sum(node.op_type == "MatMulInteger" for node in graph.node) == products
    assert any("word_embeddings.weight_quantized" in weight.name for weight in graph.initializer) is embeddings


def test_the_kept_products_are_the_first_feed_forward_ones(exported: Path, tmp_path: Path):
    quantise(exported / "fp32", tmp_path / "int8", Rung("half", 0.5, 0, embeddings=True, seven_bits=False))
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    weights = {weight.name for weight in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMul" and "encoder" in node.name]
    kept = [node.name for node in products if node.input[1] in weights]
    assert kept == [f"/bert/encoder/layer.0/{part}/dense/MatMul" for part in ("intermediate", "output")]


def test_a_ladder_ends_with_what_is_nearest_to_float32():
    assert [rung.kept_feed_forward for rung in LADDER] == sorted(rung.kept_feed_forward for rung in LADDER)
