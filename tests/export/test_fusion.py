"""What was fused is counted in the graph and held against what each family's layers promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.fusion import fused_nodes, fusions, fusions_when_loaded, missing, told
from export.optimise import optimise
from export.report import Fusion, read_report
from pipeline.spec import TaskName

LAYERS = 2
#: Family → layer norms beside two a layer, and whether onnxruntime knows its attention. Each layer has one of them, and
#: one GELU; a masked LM's head has one more of both norm and GELU.
FAMILIES = {
    "bert": (1, True),
    "minilm": (1, True),
    "distilbert": (1, True),
    "electra": (1, True),
    "roberta": (1, True),
    "xlm-roberta": (1, True),
    "deberta-v2": (1, False),
    "camembert": (1, True),
    "deberta": (1, False),
    "ernie": (1, True),
    "mpnet": (1, False),
}


@pytest.mark.parametrize("family_name", FAMILIES)
def test_each_layer_has_its_attention_fused_or_it_is_said(zoo, family_name: str):
    norms, known = FAMILIES[family_name]
    folder = zoo.variants(family_name, "part-of-speech")
    found = {each.kind: each for each in fusions(folder / "fp32" / "model.onnx", folder / "o2" / "model.onnx")}
    assert found["attention"].there == LAYERS
    assert found["attention"].fused == (LAYERS if known else 0)
    assert found["layer-norm"].there == 2 * LAYERS + norms
    assert found["gelu"].there == LAYERS
    assert found["gelu"].complete
    said = missing(list(found.values()))
    assert bool(said) is not known
    if not known:
        assert said.startswith("Only 0 of 2 attentions")
    else:
        assert found["layer-norm"].complete
    assert "skip-layer-norm" not in found  # kept apart on purpose


@pytest.mark.parametrize("family_name", [name for name, (_, known) in FAMILIES.items() if known])
def test_for_a_gpu_each_norm_is_fused_with_the_sum_before(zoo, tmp_path: Path, family_name: str):
    folder = zoo.variants(family_name, "part-of-speech")
    optimise(folder / "fp32", tmp_path / "o2", "O2", gpu=True)
    found = {each.kind: each for each in fusions(folder / "fp32" / "model.onnx", tmp_path / "o2" / "model.onnx")}
    # ERNIE's embeddings are a sum of which the norm is fused, too.
    sums = 2 * LAYERS + (family_name == "ernie")
    assert (found["skip-layer-norm"].fused, found["skip-layer-norm"].there) == (sums, sums)
    assert missing(list(found.values())) == ""


@pytest.mark.parametrize(
    ("name", "kind", "there"),
    [("bert", "ensemble", 6), *((name, "shared", 4) for name in ("bert", "roberta", "electra", "distilbert"))],
)
def test_of_an_ensemble_all_members_are_counted_and_shared_layers_once(zoo, name: str, kind: str, there: int):
    """What three members read at once is fused for each of them."""
    folder = zoo.variants(name, "text-classification", kind)
    found = fusions(folder / "fp32" / "model.onnx", folder / "o2" / "model.onnx")
    assert found[0] == Fusion(kind="attention", fused=there, there=there)
    assert missing(found) == ""


@pytest.mark.parametrize(("kind", "sums"), [("ensemble", 12), ("shared", 8)])
@pytest.mark.parametrize("task", ["text-classification", "multi-label-classification", "part-of-speech"])
def test_an_ensembles_vote_hinders_no_fusion(zoo, tmp_path: Path, task: TaskName, kind: str, sums: int):
    """Norms are fused with the sum before only in a graph all of whose shapes can be inferred."""
    folder = zoo.variants("bert", task, kind)
    optimise(folder / "fp32", tmp_path / "o2", "O2", gpu=True)
    found = {each.kind: each for each in fusions(folder / "fp32" / "model.onnx", tmp_path / "o2" / "model.onnx")}
    assert found["skip-layer-norm"] == Fusion(kind="skip-layer-norm", fused=sums, there=sums)


def test_sums_that_no_norm_was_fused_with_are_said(zoo, tmp_path: Path):
    folder = zoo.variants("deberta-v2", "part-of-speech")
    optimise(folder / "fp32", tmp_path / "o2", "O2", gpu=True)
    found = fusions(folder / "fp32" / "model.onnx", tmp_path / "o2" / "model.onnx")
    assert "0 of 4 norms with the sum before" in missing(found)


def test_of_a_bridge_the_encoders_attentions_are_fused(zoo):
    """What looks from one encoder into the other is no attention that onnxruntime knows; each encoder's layer is one.

    The source's last is not there.
    """
    folder = zoo.variants("bert", "text-classification", "bridge")
    found = fusions(folder / "fp32" / "model.onnx", folder / "o2" / "model.onnx")
    assert found[0] == Fusion(kind="attention", fused=3, there=5)


def test_fused_nodes_are_counted_by_type(exported: Path, tmp_path: Path):
    assert fused_nodes(exported / "fp32" / "model.onnx") == {}
    optimise(exported / "fp32", tmp_path / "o3", "O3")
    assert fused_nodes(tmp_path / "o3" / "model.onnx")["FastGelu"] == 2


def test_what_was_not_fused_is_said():
    found = [
        Fusion(kind="attention", fused=4, there=6),
        Fusion(kind="layer-norm", fused=13, there=13),
        Fusion(kind="gelu", fused=0, there=6),
    ]
    assert missing(found) == "Only 4 of 6 attentions, 0 of 6 GELUs were fused; the others run node by node."
    assert told(found) == "Fused: 4 of 6 attentions, 13 of 13 layer norms, 0 of 6 GELUs."
    assert missing(found[1:2]) == ""
    assert told([]) == ""


def test_what_is_fused_of_int8_when_it_is_loaded_is_counted(zoo):
    folder = zoo.variants("bert", "text-classification", "ensemble")
    found = {
        each.kind: (each.fused, each.there)
        for each in fusions_when_loaded(folder / "fp32" / "model.onnx", folder / "int8" / "model.onnx")
    }
    assert found == {"attention": (0, 6), "layer-norm": (15, 15), "gelu": (6, 6)}


def test_an_export_reports_it_and_the_card_says_it(exported: Path):
    report = read_report(exported)
    said = "Fused: 2 of 2 attentions, 5 of 5 layer norms, 2 of 2 GELUs."
    assert report.variant("O2").notes[0] == said
    assert [each.kind for each in report.variant("O2").fusions] == ["attention", "layer-norm", "gelu"]
    assert report.variant("fp32").fusions == ()
    assert report.variant("int8").fusions[0] == Fusion(kind="attention", fused=0, there=2)
    assert report.variant("int8").notes[0].startswith("Fused when it is loaded: 0 of 2 attentions, 5 of 5 layer norms,")
    assert f"O2: {said}" in (exported / "o2" / "README.md").read_text()
