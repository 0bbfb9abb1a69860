"""Every rung of the ladder gives a graph that runs, with the products it promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export.calibration import Ranges, ranges_of
from export.predictor import Predictor
from export.quantise import LADDER, SMOOTHED, STATIC_LADDER, Rung, quantise
from export.reference import Reference
from export.remainder import SECOND
from export.weights import beside
from pipeline.errors import ExportError


@pytest.fixture
def ranges(exported: Path, model_folder: Path, texts: list[tuple[str, str]]) -> Ranges:
    reference = Reference(model_folder, "text-classification")
    return Ranges(exported / "fp32" / "model.onnx", reference, [text for text, _ in texts[:16]], "minmax")


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.title)
def test_every_rung_runs_and_labels_alike(
    exported: Path, tmp_path: Path, rung: Rung, texts: list[tuple[str, str]], ranges: Ranges
):
    method = quantise(exported / "fp32", tmp_path / "int8", rung, ranges)
    assert rung.title in method
    assert [path.name for path in tmp_path.iterdir()] == ["int8"]
    words = [text for text, _ in texts]
    labels = [Predictor(folder).logits(words).argmax(axis=1) for folder in (exported / "fp32", tmp_path / "int8")]
    np.testing.assert_array_equal(*labels)
    assert ranges_of(tmp_path / "int8" / "model.onnx") == (("calibration",) if rung.static else ("batch",))


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


def test_of_an_ensemble_the_first_layers_of_all_members_are_kept(zoo, tmp_path: Path):
    folder = zoo.variants("bert", "multi-label-classification", "ensemble") / "fp32"
    quantise(folder, tmp_path / "int8", Rung("half", 0.5, 0, embeddings=True, seven_bits=False))
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    kept = [node.name for node in graph.node if node.op_type == "MatMul" and "/encoder/" in node.name]
    dense = [name for name in kept if name.endswith("dense/MatMul")]
    assert sorted(dense) == [
        f"/members.{member}/bert/encoder/layer.0/{part}/dense/MatMul"
        for member in range(3)
        for part in ("intermediate", "output")
    ]


@pytest.mark.parametrize(
    ("task", "kept"),
    [
        ("text-classification", ["/bert/pooler/dense/MatMul", "/classifier/MatMul"]),
        ("part-of-speech", ["/classifier/MatMul"]),
    ],
)
def test_heads_stay_in_float32(zoo, task: str, kept: list[str]):
    graph = onnx.load(zoo.variants("bert", task) / "int8" / "model.onnx").graph
    floats = {weight.name for weight in graph.initializer if weight.data_type == onnx.TensorProto.FLOAT}
    products = [node.name for node in graph.node if node.op_type == "MatMul" and node.input[1] in floats]
    assert [name.replace("Gemm_", "") for name in products] == kept


def test_a_static_language_models_head_rounds_by_the_batch(zoo):
    assert ranges_of(zoo.variant("bert", "language-modelling", variant="int8-static") / "model.onnx") == (
        "batch",
        "calibration",
    )


@pytest.mark.parametrize("embeddings", [True, False])
def test_a_language_models_head_goes_with_its_embeddings(zoo, tmp_path: Path, embeddings: bool):
    folder = zoo.variants("bert", "language-modelling") / "fp32"
    quantise(folder, tmp_path / "int8", Rung("all", 0, 0, embeddings=embeddings, seven_bits=False))
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    rounded = [node.name for node in graph.node if node.op_type == "MatMulInteger"]
    assert any("decoder" in name for name in rounded) is embeddings
    assert any("transform" in name for name in rounded)


def test_weights_beside_the_graph(weights_beside: Path, exported: Path, tmp_path: Path):
    quantise(weights_beside, tmp_path / "int8", LADDER[0])
    text = ["the soup was tasty"]
    expected = Predictor(exported / "int8").logits(text)
    np.testing.assert_allclose(Predictor(tmp_path / "int8").logits(text), expected, atol=1e-5)


@pytest.mark.parametrize("rung", [SMOOTHED, STATIC_LADDER[0]], ids=lambda rung: rung.title)
def test_of_weights_beside_the_graph_only_those_that_it_reads_are_kept(
    weights_beside: Path, tmp_path: Path, rung: Rung, ranges: Ranges
):
    quantise(weights_beside, tmp_path / "int8", rung, ranges)
    (file,) = beside(tmp_path / "int8")
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    held = sum(numpy_helper.to_array(weight).nbytes for weight in graph.initializer)
    assert file.stat().st_size <= held + 4096 * len(graph.initializer)  # each may begin at a page of its own
    assert file.stat().st_size < sum(path.stat().st_size for path in beside(weights_beside))


def test_a_rung_that_fails_leaves_nothing_behind(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(folder: Path, *_: object) -> None:
        raise ValueError(f"no product in {folder.name}")

    monkeypatch.setattr("export.quantise._smooth", fails)
    with pytest.raises(ExportError, match="int8 is not to be had for this model: no product in int8"):
        quantise(exported / "fp32", tmp_path / "int8", SMOOTHED, Ranges(tmp_path, None, ["one"], "minmax"))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_what_is_smoothed_computes_a_third_of_what_reads_the_outliers_twice(
    exported: Path, tmp_path: Path, ranges: Ranges
):
    method = quantise(exported / "fp32", tmp_path / "int8", SMOOTHED, ranges)
    assert "smoothed by 16 target training texts" in method
    graph = onnx.load(tmp_path / "int8" / "model.onnx").graph
    floats = {weight.name for weight in graph.initializer if weight.data_type == onnx.TensorProto.FLOAT}
    products = [node.name for node in graph.node if node.op_type == "MatMul" and node.input[1] in floats]
    assert not [name for name in products if "/encoder/" in name]
    whole = [node.name for node in graph.node if node.op_type == "MatMulInteger"]
    assert [name for name in whole if SECOND in name] == [f"/bert/encoder/layer.0/output/dense/MatMul{SECOND}_quant"]
    # In each of two layers: what query, key and value read, the attention's output, and what the others read; but for
    # what is read twice.
    smoothed = [node.name for node in graph.node if node.name.endswith("_smoothed")]
    assert len(smoothed) == 2 * 4 - 1
    assert not [name for name in smoothed if "layer.0/intermediate/" in name]


def test_a_ladder_ends_with_what_is_nearest_to_float32():
    assert [rung.kept_feed_forward for rung in LADDER] == sorted(rung.kept_feed_forward for rung in LADDER)
