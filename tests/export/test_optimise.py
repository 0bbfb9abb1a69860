"""What was fused is counted in the graph, and what was not is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from export.optimise import LEVELS, attentions, fused_nodes, fusion_note, optimise
from export.predictor import Predictor
from pipeline.errors import ExportError
from pipeline.spec import ExportSpec


def test_the_table_holds_what_can_be_chosen():
    assert {"none", *LEVELS} == set(ExportSpec.model_fields["optimisation"].annotation.__args__)


def test_fused_nodes_are_counted_in_the_graph(exported: Path, tmp_path: Path):
    assert fused_nodes(exported / "fp32" / "model.onnx") == {}
    assert optimise(exported / "fp32", tmp_path / "o3", "O3")["FastGelu"] == 2


@pytest.mark.parametrize(
    ("level", "fused", "note"),
    [
        ("O1", {}, ""),
        ("O2", {"Attention": 6}, ""),
        ("O2", {"MultiHeadAttention": 6}, ""),
        ("O2", {"Attention": 4}, "4 of 6 attentions were fused; the others run node by node."),
        ("O3", {"BiasGelu": 6}, "0 of 6 attentions were fused; the others run node by node."),
    ],
)
def test_attention_that_was_not_fused_is_said(level: str, fused: dict[str, int], note: str):
    assert fusion_note(level, fused, there=6) == note


def test_attentions_are_counted_before_they_are_fused(exported: Path):
    assert attentions(exported / "fp32" / "model.onnx") == 2


def test_a_model_that_the_optimiser_does_not_know(exported: Path, tmp_path: Path):
    folder = shutil.copytree(exported / "fp32", tmp_path / "fp32")
    (folder / "config.json").write_text('{"model_type": "xlnet"}')
    with pytest.raises(ExportError, match="Export without optimisation"):
        optimise(folder, tmp_path / "o2", "O2")


def test_weights_beside_the_graph_stay_where_they_are(weights_beside: Path, exported: Path, tmp_path: Path):
    before = {path.name for path in weights_beside.iterdir()}
    optimise(weights_beside, tmp_path / "o2", "O2")
    assert {path.name for path in weights_beside.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"fp32", "o2"}
    text = ["the soup was tasty"]
    expected = Predictor(exported / "o2").logits(text)
    for folder in (weights_beside, tmp_path / "o2"):
        np.testing.assert_allclose(Predictor(folder).logits(text), expected, atol=1e-5)


def test_a_graph_with_branches(zoo, tmp_path: Path):
    """DeBERTa's: onnxruntime fuses what it can by itself, and can't approximate GELU."""
    folder = zoo.variants("deberta-v2", "text-classification") / "fp32"
    fused = optimise(folder, tmp_path / "o2", "O2")
    assert fused["BiasGelu"] == 2
    assert "Attention" not in fused
    with pytest.raises(ExportError, match=r"O3 is not to be had for a graph with branches\. Choose O2"):
        optimise(folder, tmp_path / "o3", "O3")
