"""The first token chosen before what is computed of it alone: the same answers, and nothing else is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from export.optimise import optimise
from export.pooling import FIRST, pool_early
from export.predictor import Predictor
from export.quantise import prepare
from export.weights import beside
from pipeline.spec import Optimisation
from tests.export.graphs import answer_of, assert_alike, feeds_of, make_graph, opened, operators
from tests.export.test_fusion import FAMILIES

#: Kind → how many last layers it has.
KINDS = {"plain": 1, "lora": 1, "bridge": 1, "ensemble": 3, "shared": 3}
#: Products of a last layer behind an attention that is one node: its output's, and those of the feed-forward block.
BEHIND = 3
#: Families whose attention stays in parts in O2, and those where queries are read by more than a product with keys.
IN_PARTS, ENTANGLED = ("mpnet",), ("deberta", "deberta-v2")
WIDTH = 4


def _pooled(folder: Path, out: Path) -> tuple[Path, int]:
    shutil.copytree(folder, out)
    return out / "model.onnx", pool_early(out / "model.onnx")


def _of_one_token(model: Path, place: Path) -> int:
    """How many products of a graph read one token of each text, of texts of seven."""
    proto = onnx.load(model)
    weights = {weight.name for weight in proto.graph.initializer if len(weight.dims) == 2}
    read = [node.input[0] for node in proto.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    del proto.graph.output[:]
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(read))
    onnx.save(proto, place / "watched.onnx")
    session = opened(place / "watched.onnx")
    found = dict(zip(dict.fromkeys(read), session.run(None, feeds_of(session, 2, 7)), strict=True))
    return sum(found[name].shape[:2] == (2, 1) for name in read)


@pytest.mark.parametrize("level", [None, "O1", "O2"])
@pytest.mark.parametrize("family_name", FAMILIES)
def test_the_last_layer_of_every_family_computes_one_token(zoo, tmp_path: Path, family_name: str, level):
    folder, out = zoo.variant(family_name, "text-classification"), tmp_path / "made"
    if level is None:
        prepare(folder, out)
    else:
        optimise(folder, out, level)
    fused = level == "O2" and family_name not in IN_PARTS
    assert _of_one_token(out / "model.onnx", tmp_path) == BEHIND + (not fused and family_name not in ENTANGLED)
    assert _of_one_token(folder / "model.onnx", tmp_path) == 0


@pytest.mark.parametrize(("level", "own"), [(None, 1), ("O1", 1), ("O2", 0)])
def test_a_bridge_looks_with_one_query(zoo, tmp_path: Path, level: Optimisation | None, own: int):
    """Query and output of the last attention to the source; its own last layer's query, where that is in parts."""
    folder, out = zoo.variant("bert", "text-classification", "bridge"), tmp_path / "made"
    if level is None:
        prepare(folder, out)
    else:
        optimise(folder, out, level)
    assert _of_one_token(out / "model.onnx", tmp_path) == BEHIND + own + 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family_name", FAMILIES)
def test_it_answers_as_before_at_every_shape(zoo, tmp_path: Path, family_name: str, kind: str):
    folder = zoo.variant(family_name, "text-classification", kind)
    pooled, moved = _pooled(folder, tmp_path / "pooled")
    assert moved >= KINDS[kind] * BEHIND
    assert_alike(pooled, folder / "model.onnx")


@pytest.mark.parametrize("task", ["part-of-speech", "language-modelling"])
@pytest.mark.parametrize("family_name", FAMILIES)
def test_where_every_token_is_asked_nothing_is_moved(zoo, tmp_path: Path, family_name: str, task: str):
    folder = zoo.variant(family_name, task)
    pooled, moved = _pooled(folder, tmp_path / "pooled")
    assert moved == 0
    assert pooled.read_bytes() == (folder / "model.onnx").read_bytes()


def test_weights_beside_the_graph_stay_there(weights_beside: Path, exported: Path):
    files = {path.name: path.read_bytes() for path in beside(weights_beside)}
    assert pool_early(weights_beside / "model.onnx") > 0
    assert {path.name: path.read_bytes() for path in beside(weights_beside)} == files
    text = ["the soup was tasty"]
    np.testing.assert_allclose(
        Predictor(weights_beside).logits(text), Predictor(exported / "fp32").logits(text), atol=1e-5
    )


# ── small graphs ────────────────────────────────────────────────────────────────────────

WEIGHT = np.linspace(-1, 1, WIDTH * WIDTH, dtype=np.float32).reshape(WIDTH, WIDTH)
BIAS = np.linspace(0, 1, WIDTH, dtype=np.float32)
PRODUCT = helper.make_node("MatMul", ["x", "weight"], ["product"])
CHOICE = helper.make_node("Gather", ["last", "first"], ["y"], axis=1)


def _small(path: Path, nodes: list[onnx.NodeProto], first: int = 0, **more: np.ndarray | list[int]) -> Path:
    sizes = ("texts", "tokens", WIDTH)
    return make_graph(path / "model.onnx", nodes, sizes, first=first, weight=WEIGHT, bias=BIAS, **more)


def _moved(model: Path, shape: tuple[int, ...] = (2, 3, WIDTH)) -> int:
    """How many nodes compute one token from now on; the answer has to stay."""
    expected = answer_of(model, shape)
    moved = pool_early(model)
    np.testing.assert_allclose(answer_of(model, shape), expected, atol=1e-6)
    return moved


def test_what_is_computed_token_by_token_is_moved(tmp_path: Path):
    nodes = [
        PRODUCT,
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Mul", ["sum", "x"], ["last"]),
        CHOICE,
    ]
    model = _small(tmp_path, nodes)
    assert _moved(model) == 3
    assert operators(model)["Gather"] == 2  # x is read by two, and its first token chosen once


@pytest.mark.parametrize("reader", ["another node", "the caller"])
def test_what_is_read_whole_elsewhere_stays(tmp_path: Path, reader: str):
    nodes = [PRODUCT, helper.make_node("Tanh", ["product"], ["last"]), CHOICE]
    if reader == "another node":
        nodes[2:] = [
            helper.make_node("Gather", ["last", "first"], ["chosen"], axis=1),
            helper.make_node("ReduceSum", ["product"], ["all"], keepdims=0),
            helper.make_node("Add", ["chosen", "all"], ["y"]),
        ]
    model = _small(tmp_path, nodes)
    if reader == "the caller":
        proto = onnx.load(model)
        proto.graph.output.append(onnx.ValueInfoProto(name="product"))
        onnx.save(proto, model)
    assert _moved(model) == 0


@pytest.mark.parametrize(
    "mixing",
    [
        helper.make_node("ReduceMean", ["product", "axis"], ["last"], keepdims=1),
        helper.make_node("LayerNormalization", ["product", "scale"], ["last"], axis=1),
        helper.make_node("Softmax", ["product"], ["last"], axis=1),
    ],
    ids=lambda node: node.op_type,
)
def test_what_mixes_tokens_stays(tmp_path: Path, mixing: onnx.NodeProto):
    nodes = [PRODUCT, mixing, CHOICE]
    assert _moved(_small(tmp_path, nodes, scale=np.ones((3, WIDTH), np.float32), axis=[1])) == 0


def test_another_token_than_the_first_is_let_be(tmp_path: Path):
    assert _moved(_small(tmp_path, [PRODUCT, helper.make_node("Tanh", ["product"], ["last"]), CHOICE], first=1)) == 0


def test_of_a_table_of_places_the_first_is_read(tmp_path: Path):
    nodes = [PRODUCT, helper.make_node("Add", ["product", "places"], ["last"]), CHOICE]
    assert _moved(_small(tmp_path, nodes, places=np.arange(3 * WIDTH, dtype=np.float32).reshape(3, WIDTH))) == 2


#: Queries, keys and values of two heads; as the converter writes it, shapes are worked out of what they are read from.
HEADS = [
    *[helper.make_node("MatMul", ["x", "weight"], [name]) for name in ("q", "k", "v")],
    helper.make_node("Shape", ["q"], ["sizes"]),
    helper.make_node("Slice", ["sizes", "from", "to"], ["both"]),
    helper.make_node("Concat", ["both", "heads"], ["split"], axis=0),
    *[helper.make_node("Reshape", [name, "split"], [f"{name}/split"]) for name in ("q", "k", "v")],
    helper.make_node("Transpose", ["q/split"], ["q/heads"], perm=[0, 2, 1, 3]),
    helper.make_node("Transpose", ["k/split"], ["k/heads"], perm=[0, 2, 3, 1]),
    helper.make_node("Transpose", ["v/split"], ["v/heads"], perm=[0, 2, 1, 3]),
    helper.make_node("MatMul", ["q/heads", "k/heads"], ["scores"]),
]
ATTENTION = [
    *HEADS,
    helper.make_node("Softmax", ["scores"], ["share"], axis=-1),
    helper.make_node("MatMul", ["share", "v/heads"], ["mixed"]),
    helper.make_node("Transpose", ["mixed"], ["mixed/split"], perm=[0, 2, 1, 3]),
    helper.make_node("Reshape", ["mixed/split", "sizes"], ["last"]),
    CHOICE,
]
SIZES = {"from": [0], "to": [2], "heads": [2, WIDTH // 2]}


def test_one_query_meets_all_keys_and_values(tmp_path: Path):
    model = _small(tmp_path, ATTENTION, **SIZES)
    whole = {"k", "v", *(f"{name}/{part}" for name in "kv" for part in ("split", "heads")), "sizes", "both", "split"}
    moved = {node.output[0] for node in ATTENTION} - whole - {"y"}
    assert _moved(model) == len(moved)
    assert _moved_outputs(model) == moved


def _moved_outputs(model: Path) -> set[str]:
    graph = onnx.load(model).graph
    return {node.output[0] for node in graph.node if node.name.endswith(FIRST)}


@pytest.mark.parametrize(
    "end",
    [
        [helper.make_node("Softmax", ["scores"], ["share"], axis=2)],  # over the queries
        [helper.make_node("Transpose", ["scores"], ["share"], perm=[0, 1, 3, 2])],  # a key for each query
    ],
    ids=["over queries", "of keys"],
)
def test_where_queries_meet_they_are_all_computed(tmp_path: Path, end: list[onnx.NodeProto]):
    nodes = [*HEADS, *end, *ATTENTION[len(HEADS) + 1 :]]
    model = _small(tmp_path, nodes, **SIZES)
    assert _moved(model, (2, 4, WIDTH)) > 0  # what lies behind
    assert {"q", "q/split", "q/heads", "scores"}.isdisjoint(_moved_outputs(model))


def test_a_reshape_that_mixes_tokens_stays(tmp_path: Path):
    nodes = [
        PRODUCT,
        helper.make_node("Reshape", ["product", "pairs"], ["last"]),
        helper.make_node("Gather", ["last", "first"], ["y"], axis=1),
    ]
    assert _moved(_small(tmp_path, nodes, pairs=[0, -1, 2 * WIDTH]), (2, 4, WIDTH)) == 0


def test_a_sum_alone_is_not_worth_it(tmp_path: Path):
    assert _moved(_small(tmp_path, [helper.make_node("Add", ["x", "bias"], ["last"]), CHOICE])) == 0
