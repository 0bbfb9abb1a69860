"""A product that is computed twice adds nothing until it is rounded, and then loses less."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from export.calibration import Ranges
from export.predictor import Predictor
from export.quantise import LADDER, SMOOTHED, SMOOTHED_TWICE, quantise
from export.reference import Reference
from export.remainder import SECOND, refine
from export.weighted import Weighted
from export.weights import beside

TASK = "text-classification"


def _narrowing(folder: Path) -> list[str]:
    return Weighted.of(onnx.load(folder / "model.onnx", load_external_data=False).graph).narrowing


@pytest.mark.parametrize(
    ("name", "kind"), [("bert", "plain"), ("deberta-v2", "plain"), ("distilbert", "bridge"), ("roberta", "shared")]
)
def test_until_it_is_rounded_it_changes_next_to_nothing(zoo, asked, tmp_path: Path, name: str, kind: str):
    """The second product is of less than a step, and adds what the first, while it is not rounded, has already."""
    folder = shutil.copytree(zoo.variant(name, TASK, kind), tmp_path / "refined")
    products = _narrowing(folder)
    added = refine(folder, products)
    assert added == [product + SECOND for product in products]
    nodes = Counter(node.op_type for node in onnx.load(folder / "model.onnx").graph.node)
    assert nodes["DynamicQuantizeLinear"] == nodes["DequantizeLinear"] == len(products) > 1
    before = Predictor(zoo.variant(name, TASK, kind)).logits(asked[TASK])
    assert np.abs(Predictor(folder).logits(asked[TASK]) - before).mean() < 0.03 * before.std()


def test_a_product_without_a_bias_is_computed_twice_too(zoo, asked, tmp_path: Path):
    folder = shutil.copytree(zoo.variant("bert", TASK), tmp_path / "refined")
    model = onnx.load(folder / "model.onnx")
    name = _narrowing(folder)[0]
    (product,) = [node for node in model.graph.node if node.name == name]
    (bias,) = [node for node in model.graph.node if product.output[0] in node.input]
    product.output[0] = bias.output[0]
    model.graph.node.remove(bias)
    onnx.save(model, folder / "model.onnx")
    before = Predictor(folder).logits(asked[TASK])
    refine(folder, [name])
    np.testing.assert_allclose(Predictor(folder).logits(asked[TASK]), before, atol=0.1)


def test_weights_beside_the_graph_stay_beside_it(weights_beside: Path, exported: Path):
    refine(weights_beside, _narrowing(weights_beside))
    assert len(beside(weights_beside)) == 1
    text = ["the soup was tasty"]
    np.testing.assert_allclose(
        Predictor(weights_beside).logits(text), Predictor(exported / "fp32").logits(text), atol=0.1
    )


def test_rounded_it_loses_less_and_reads_the_same_weights(zoo, asked, tmp_path: Path):
    base = zoo.variant("bert", TASK)
    ranges = Ranges(base / "model.onnx", Reference(zoo.model("bert", TASK), TASK), asked[TASK][:8], "minmax")
    exact = Predictor(base).logits(asked[TASK])
    errors, sizes, integers = [], [], []
    for number, rung in enumerate((replace(SMOOTHED, twice=0), SMOOTHED_TWICE)):
        folder = tmp_path / str(number)
        said = quantise(base, folder, rung, ranges)
        assert "outliers smoothed" in said
        errors.append(np.abs(Predictor(folder).logits(asked[TASK]) - exact).mean())
        sizes.append((folder / "model.onnx").stat().st_size)
        nodes = onnx.load(folder / "model.onnx").graph.node
        integers.append(sum(node.op_type == "MatMulInteger" for node in nodes))
    assert errors[1] < errors[0]
    assert integers[1] == integers[0] + len(_narrowing(base))
    assert sizes[1] < 1.1 * sizes[0]


def test_the_ladder_tries_a_third_before_all():
    shares = [rung.twice for rung in LADDER if rung.smoothed]
    assert shares == sorted(shares)
    assert shares[0] > 0
