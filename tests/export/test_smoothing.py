"""Outliers are moved into the weights: the graph computes the same, and what is rounded has no outliers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from export.calibration import Ranges
from export.predictor import Predictor
from export.quantise import ALL, quantise
from export.reference import Reference
from export.smoothing import SMOOTHED, read_by, smooth
from export.weighted import Weighted
from export.weights import beside
from tests.export.zoo import Zoo

TASK = "text-classification"


def _smoothed(zoo: Zoo, asked, folder: Path, family: str, kind: str = "plain") -> Ranges:
    """Smooth all products of a folder's graph, in place."""
    graph = onnx.load(folder / "model.onnx", load_external_data=False).graph
    weighted = Weighted.of(graph)
    products = weighted.feed_forward + weighted.others
    ranges = Ranges(folder / "model.onnx", Reference(zoo.model(family, TASK, kind), TASK), asked[TASK][:8], "minmax")
    smooth(folder, products, ranges.peaks(folder / "model.onnx", list(read_by(graph, products))))
    return ranges


@pytest.mark.parametrize(
    ("name", "kind"), [("bert", "plain"), ("deberta-v2", "plain"), ("roberta", "bridge"), ("bert", "shared")]
)
def test_a_smoothed_graph_computes_the_same(zoo: Zoo, asked, tmp_path: Path, name: str, kind: str):
    folder = shutil.copytree(zoo.variant(name, TASK, kind), tmp_path / "smoothed")
    before = Predictor(folder).logits(asked[TASK])
    _smoothed(zoo, asked, folder, name, kind)
    assert not (folder / "watched.onnx").exists()
    np.testing.assert_allclose(Predictor(folder).logits(asked[TASK]), before, atol=1e-4)
    found = [node.name for node in onnx.load(folder / "model.onnx").graph.node]
    assert sum(node.endswith(SMOOTHED) for node in found) > 4


def test_weights_beside_the_graph_stay_beside_it(zoo: Zoo, asked, tmp_path: Path):
    folder = shutil.copytree(zoo.variant("bert", TASK), tmp_path / "smoothed")
    model = onnx.load(folder / "model.onnx")
    onnx.save(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=0)
    before = Predictor(folder).logits(asked[TASK])
    _smoothed(zoo, asked, folder, "bert")
    assert len(beside(folder)) == 1
    np.testing.assert_allclose(Predictor(folder).logits(asked[TASK]), before, atol=1e-4)


def test_an_outlier_costs_less_once_it_is_smoothed(zoo: Zoo, asked, tmp_path: Path):
    """A channel of what the first narrowing product reads is made a hundred times as large, its weights a hundredth."""
    plain = shutil.copytree(zoo.variant("bert", TASK), tmp_path / "plain")
    model = onnx.load(plain / "model.onnx")
    name = Weighted.of(model.graph).narrowing[0]
    (product,) = (node for node in model.graph.node if node.name == name)
    weight = next(each for each in model.graph.initializer if each.name == product.input[1])
    rows = onnx.numpy_helper.to_array(weight).copy()
    factors = np.ones(len(rows), np.float32)
    factors[3] = 100
    weight.CopyFrom(onnx.numpy_helper.from_array(rows / factors[:, None], weight.name))
    model.graph.initializer.append(onnx.numpy_helper.from_array(factors, "factors"))
    place = [node.name for node in model.graph.node].index(name)
    model.graph.node.insert(place, onnx.helper.make_node("Mul", [product.input[0], "factors"], ["widened"]))
    product.input[0] = "widened"
    onnx.save(model, plain / "model.onnx")

    smoothed = shutil.copytree(plain, tmp_path / "smoothed")
    _smoothed(zoo, asked, smoothed, "bert")
    exact = Predictor(plain).logits(asked[TASK])
    errors = []
    for folder in (plain, smoothed):
        quantise(folder, folder.with_name(f"{folder.name}-int8"), ALL)
        errors.append(np.abs(Predictor(folder.with_name(f"{folder.name}-int8")).logits(asked[TASK]) - exact).mean())
    assert errors[1] < 0.7 * errors[0]
