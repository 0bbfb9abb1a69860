"""Every level that can be chosen is there, and what a graph can not become is said."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference

from export.fusion import fused_nodes
from export.half import HALF_LADDER
from export.optimise import LEVELS, halve, optimise
from export.predictor import Predictor
from export.weights import beside
from pipeline.errors import ExportError
from pipeline.spec import Optimisation


def test_the_table_holds_what_can_be_chosen():
    assert set(LEVELS) == set(get_args(Optimisation))


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


@pytest.mark.parametrize("level", [None, "O2"])
def test_half_the_weights_beside_the_graph_lie_beside_it_too(
    weights_beside: Path, exported: Path, tmp_path: Path, level: Optimisation | None
):
    before = {path.name: path.read_bytes() for path in weights_beside.iterdir()}
    halve(weights_beside, tmp_path / "fp16", level, HALF_LADDER[1])
    assert {path.name: path.read_bytes() for path in weights_beside.iterdir()} == before
    assert len(beside(tmp_path / "fp16")) == 1
    text = ["the soup was tasty"]
    np.testing.assert_allclose(
        Predictor(tmp_path / "fp16").logits(text), Predictor(exported / "fp32").logits(text), atol=2e-3
    )


@pytest.mark.parametrize("level", [name for name, level in LEVELS.items() if level.fuses])
def test_a_graph_with_branches(zoo, tmp_path: Path, level: Optimisation):
    """DeBERTa's: onnxruntime fuses what it can by itself, and GELUs are approximated after it."""
    optimise(zoo.variants("deberta-v2", "entity-recognition") / "fp32", tmp_path / "out", level)
    fused = fused_nodes(tmp_path / "out" / "model.onnx")
    exact, approximated = (2, 0) if LEVELS[level].exact else (0, 2)
    assert (fused.get("BiasGelu", 0), fused.get("FastGelu", 0)) == (exact, approximated)
    assert "Attention" not in fused


def test_what_the_optimiser_writes_of_a_failed_inference_does_not_stay(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(self: SymbolicShapeInference) -> None:
        raise TypeError("object of type 'NoneType' has no len()")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(SymbolicShapeInference, "_infer_impl", fails)
    optimise(exported / "fp32", Path("o2"), "O2")
    assert [path.name for path in tmp_path.iterdir()] == ["o2"]
    assert (tmp_path / "o2" / "model.onnx").is_file()
    assert Path.cwd() == tmp_path
