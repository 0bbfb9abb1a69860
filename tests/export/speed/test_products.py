"""The matrix products of a graph, held against the model's own sizes."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from export.speed.products import precision, products

WIDTH, INNER, LAYERS = 32, 64, 2  # of the tiny BERT


def by_hand(batch: int, length: int, *, behind: bool, queries: bool) -> float:
    """Operations of a batch; of one token in the last layer what lies behind its attention, and its queries."""
    tokens = batch * length
    last, asking = batch if behind else tokens, batch if queries else tokens
    keys = 2 * 2 * WIDTH * WIDTH  # and values, of a token
    query = 2 * WIDTH * WIDTH + 4 * length * WIDTH  # and whom it meets
    rest = 2 * (WIDTH * WIDTH + 2 * WIDTH * INNER)  # the attention's output, and the feed-forward block
    layers = LAYERS * tokens * keys + (LAYERS - 1) * tokens * (query + rest) + asking * query + last * rest
    return layers + 2 * batch * (WIDTH * WIDTH + WIDTH * 2)  # pooler and head


@pytest.mark.parametrize(
    ("variant", "behind", "queries"), [("fp32", False, False), ("o2", True, False), ("int8", True, True)]
)
def test_every_variant_multiplies_what_the_model_does(
    exported: Path, variant: str, behind: bool, queries: bool
) -> None:
    found = products(exported / variant / "model.onnx", WIDTH)
    assert found.operations(3, 16) == by_hand(3, 16, behind=behind, queries=queries)


def test_rows_are_tokens_but_of_what_speaks_for_the_text(exported: Path) -> None:
    shapes = products(exported / "fp32" / "model.onnx", WIDTH).shapes(3, 16)
    assert shapes == {
        (48, WIDTH, WIDTH): 4 * LAYERS,
        (48, WIDTH, INNER): LAYERS,
        (48, INNER, WIDTH): LAYERS,
        (3, WIDTH, WIDTH): 1,
        (3, WIDTH, 2): 1,
    }


@pytest.mark.parametrize(("kind", "said"), [("FLOAT16", "float16"), ("FLOAT", "float32"), ("INT8", "int8")])
def test_products_are_computed_in_what_the_weights_are_kept_in(tmp_path: Path, kind: str, said: str) -> None:
    """As O4 and fp16 leave a graph: weights halved, sums of a layer norm not."""
    helper, half = onnx.helper, getattr(onnx.TensorProto, kind)
    weights = [
        helper.make_tensor("weight", half, [2, 2], [1.0] * 4),
        helper.make_tensor("bias", onnx.TensorProto.FLOAT, [2], [0.0] * 2),
    ]
    values = [helper.make_tensor_value_info(name, half, [1, 2]) for name in ("x", "y")]
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    graph = helper.make_graph([node], "graph", values[:1], values[1:], weights)
    onnx.save(helper.make_model(graph), tmp_path / "model.onnx")
    assert precision(tmp_path / "model.onnx") == said
