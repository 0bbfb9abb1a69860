"""A graph that was relieved answers as before, works out fewer shapes, and its sums stay apart from its layer norms."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.fusion import fused_nodes
from export.lean import lighten
from export.optimise import optimise
from export.predictor import Predictor
from export.quantise import prepare
from export.weights import beside
from tests.export.graphs import answer_of, assert_alike, make_graph, operators
from tests.export.test_fusion import FAMILIES, LAYERS

#: Families whose attention is written so that all their shapes are told: the others are DeBERTas, with branches, and
#: MPNet, whose positions are reckoned by buckets.
SETTLED = tuple(name for name in FAMILIES if name not in ("deberta", "deberta-v2", "mpnet"))
KINDS = ("plain", "lora", "bridge", "ensemble", "shared")


def _loaded(model: Path, place: Path) -> Counter[str]:
    """The nodes of a graph as onnxruntime computes it."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(place / "loaded.onnx")
    ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return operators(place / "loaded.onnx")


def _lightened(folder: Path, out: Path) -> Path:
    shutil.copytree(folder, out)
    lighten(out / "model.onnx")
    return out / "model.onnx"


@pytest.mark.parametrize("task", ["text-classification", "part-of-speech", "language-modelling"])
@pytest.mark.parametrize("family_name", FAMILIES)
def test_it_answers_as_before_at_every_shape(zoo, tmp_path: Path, family_name: str, task: str):
    folder = zoo.variant(family_name, task)
    assert_alike(_lightened(folder, tmp_path / "light"), folder / "model.onnx")


#: Kind → its encoders, and all their layers.
COUNTS = {"plain": (1, 2), "ensemble": (3, 6), "shared": (3, 4)}


@pytest.mark.parametrize("kind", COUNTS)
@pytest.mark.parametrize("family_name", SETTLED)
def test_no_attention_works_out_its_shapes(zoo, tmp_path: Path, family_name: str, kind: str):
    """What is left is an encoder's own: of its texts and of the mask, whatever its layers."""
    encoders, layers = COUNTS[kind]
    folder = zoo.variant(family_name, "text-classification", kind)
    before, after = operators(folder / "model.onnx"), operators(_lightened(folder, tmp_path / "light"))
    assert before["Reshape"] == after["Reshape"] >= 4 * layers
    assert before["Concat"] >= 4 * layers
    assert after["Concat"] <= 3 * encoders
    assert after["Unsqueeze"] < before["Unsqueeze"]


def test_a_bridge_works_out_no_shapes_and_guards_and_gates_nothing(zoo, tmp_path: Path):
    """Two encoders, one without its last layer, two attentions to it: what these share is worked out once."""
    attentions = 3 * LAYERS - 1
    folder = zoo.variant("bert", "text-classification", "bridge")
    before, after = operators(folder / "model.onnx"), operators(_lightened(folder, tmp_path / "light"))
    assert before["Softmax"] == attentions
    assert before["IsNaN"] == 0
    assert before["Tanh"] == 1  # the pooler's
    assert before["Greater"] == 1  # of the mask, for both
    assert after["Reshape"] == before["Reshape"] >= 4 * attentions
    assert after["Concat"] <= 3 * 2


@pytest.mark.parametrize("kind", KINDS)
def test_sums_and_norms_stay_apart_when_they_are_loaded(zoo, tmp_path: Path, kind: str):
    for variant in ("O2", "int8"):
        model = zoo.variant("bert", "text-classification", kind, variant) / "model.onnx"
        loaded = _loaded(model, tmp_path)
        assert "SkipLayerNormalization" not in loaded
        assert loaded["Sum"] == loaded["LayerNormalization"] > 2 * LAYERS  # BERT's embeddings are a sum, too


def test_for_a_gpu_they_are_one(zoo, tmp_path: Path):
    optimise(zoo.variant("bert", "text-classification"), tmp_path / "o2", "O2", gpu=True)
    assert fused_nodes(tmp_path / "o2" / "model.onnx")["SkipLayerNormalization"] == 2 * LAYERS
    assert "Sum" not in operators(tmp_path / "o2" / "model.onnx")


def test_what_it_was_made_of_is_not_touched(exported: Path, tmp_path: Path):
    before = (exported / "fp32" / "model.onnx").read_bytes()
    prepare(exported / "fp32", tmp_path / "light")
    assert (exported / "fp32" / "model.onnx").read_bytes() == before
    assert (tmp_path / "light" / "model.onnx").read_bytes() != before


def test_weights_beside_the_graph_stay_there(weights_beside: Path, exported: Path):
    files = {path.name: path.read_bytes() for path in beside(weights_beside)}
    lighten(weights_beside / "model.onnx")
    assert {path.name: path.read_bytes() for path in beside(weights_beside)} == files
    text = ["the soup was tasty"]
    np.testing.assert_allclose(
        Predictor(weights_beside).logits(text), Predictor(exported / "fp32").logits(text), atol=1e-5
    )


# ── single nodes ────────────────────────────────────────────────────────────────────────


def _size_of_x(axis: str, name: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Shape", ["x"], [f"{name}/all"]),
        helper.make_node("Gather", [f"{name}/all", axis], [f"{name}/size"], axis=0),
        helper.make_node("Unsqueeze", [f"{name}/size", "front"], [name]),
    ]


def _read_shape(model: Path) -> list[int] | None:
    """The constant that the reshaping reads; None: it is computed."""
    graph = onnx.load(model).graph
    (node,) = [node for node in graph.node if node.op_type == "Reshape"]
    found = {weight.name: numpy_helper.to_array(weight).tolist() for weight in graph.initializer}
    return found.get(node.input[1])


SPLIT = [*_size_of_x("first", "rows"), helper.make_node("Concat", ["rows", "rest", "heads"], ["shape"], axis=0)]


def test_heads_are_split_by_a_constant(tmp_path: Path):
    nodes = [*SPLIT, helper.make_node("Reshape", ["x", "shape"], ["y"])]
    model = make_graph(
        tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), first=0, front=[0], rest=[-1], heads=[3, 4]
    )
    expected = answer_of(model, (2, 5, 12))
    lighten(model)
    assert _read_shape(model) == [0, -1, 3, 4]
    assert len(onnx.load(model).graph.node) == 1
    np.testing.assert_array_equal(answer_of(model, (2, 5, 12)), expected)


@pytest.mark.parametrize(
    "asked",
    [
        [helper.make_node("Shape", ["x"], ["heads"], start=2)],
        [
            helper.make_node("Shape", ["x"], ["all"], start=0),
            helper.make_node("Gather", ["all", "turned"], ["other"], axis=0),
            helper.make_node("Slice", ["other", "one", "two"], ["heads"]),
        ],
    ],
    ids=["from an axis on", "of another order of axes"],
)
def test_a_size_is_known_as_the_optimiser_asks_for_it(tmp_path: Path, asked: list[onnx.NodeProto]):
    nodes = [*asked, helper.make_node("Cast", ["heads"], ["size"], to=1), helper.make_node("Mul", ["x", "size"], ["y"])]
    model = make_graph(tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), turned=[0, 2, 1], one=[1], two=[2])
    expected = answer_of(model, (2, 5, 12))
    lighten(model)
    assert operators(model) == Counter(Cast=1, Mul=1)
    np.testing.assert_array_equal(answer_of(model, (2, 5, 12)), expected)


def test_where_nought_means_nought_the_shape_stays(tmp_path: Path):
    nodes = [*SPLIT, helper.make_node("Reshape", ["x", "shape"], ["y"], allowzero=1)]
    model = make_graph(
        tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), first=0, front=[0], rest=[-1], heads=[3, 4]
    )
    expected = answer_of(model, (2, 5, 12))
    lighten(model)
    assert _read_shape(model) is None
    np.testing.assert_array_equal(answer_of(model, (2, 5, 12)), expected)


def test_a_shape_of_two_sizes_that_change_places_stays(tmp_path: Path):
    """Neither is where it was, and of two that are left to be found out none can be."""
    nodes = [
        *_size_of_x("first", "rows"),
        *_size_of_x("second", "tokens"),
        helper.make_node("Concat", ["tokens", "rows", "width"], ["shape"], axis=0),
        helper.make_node("Reshape", ["x", "shape"], ["y"]),
    ]
    model = make_graph(tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), first=0, second=1, front=[0], width=[12])
    expected = answer_of(model, (2, 5, 12))
    lighten(model)
    assert _read_shape(model) is None
    np.testing.assert_array_equal(answer_of(model, (2, 5, 12)), expected)


@pytest.mark.parametrize(("starts", "ends"), [([-1], [np.iinfo(np.int64).max]), ([2], [3])])
def test_a_width_taken_from_a_shape_is_a_constant(tmp_path: Path, starts: list[int], ends: list[int]):
    nodes = [
        helper.make_node("Shape", ["x"], ["all"]),
        helper.make_node("Slice", ["all", "starts", "ends"], ["width"]),
        helper.make_node("Cast", ["width"], ["divisor"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "divisor"], ["y"]),
    ]
    model = make_graph(tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), starts=starts, ends=ends)
    expected = answer_of(model, (2, 5, 12))
    lighten(model)
    assert operators(model) == {"Cast": 1, "Div": 1}
    np.testing.assert_array_equal(answer_of(model, (2, 5, 12)), expected)


def test_the_size_of_an_axis_that_is_free_is_computed(tmp_path: Path):
    nodes = [
        *_size_of_x("second", "tokens"),
        helper.make_node("Cast", ["tokens"], ["divisor"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["x", "divisor"], ["y"]),
    ]
    model = make_graph(tmp_path / "model.onnx", nodes, ("rows", "tokens", 12), second=1, front=[0])
    lighten(model)
    assert operators(model)["Gather"] == 1
    for tokens in (2, 5):
        np.testing.assert_allclose(answer_of(model, (1, tokens, 12))[0, 0, 1], 1 / tokens)
