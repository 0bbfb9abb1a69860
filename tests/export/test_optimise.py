"""What was fused is counted in the graph, and what was not is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.optimise import LEVELS, fused_nodes, fusion_note, optimise
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
        ("O2", {"Attention": 4}, "The attention of 4 of 6 layers was fused; the others run node by node."),
        ("O3", {"BiasGelu": 6}, "The attention of 0 of 6 layers was fused; the others run node by node."),
    ],
)
def test_attention_that_was_not_fused_is_said(level: str, fused: dict[str, int], note: str):
    assert fusion_note(level, fused, layers=6) == note


def test_a_model_that_the_optimiser_does_not_know(exported: Path, tmp_path: Path):
    folder = tmp_path / "fp32"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "xlnet"}')
    with pytest.raises(ExportError, match="Export without optimisation"):
        optimise(folder, tmp_path / "o2", "O2")
