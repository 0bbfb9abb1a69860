"""What several attentions read at once is kept apart for the fusions, and nothing of that stays behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from export.apart import MARK, bring_together, set_apart
from export.weights import nodes


def marks(model: Path) -> int:
    graph = onnx.load(model).graph
    return sum(name.startswith(MARK) for node in nodes(graph) for name in (*node.input, *node.output)) + sum(
        weight.name.startswith(MARK) for weight in graph.initializer
    )


def logits(model: Path) -> np.ndarray:
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    ids = np.arange(5, 17).reshape(2, 6)
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    found: np.ndarray = session.run(None, {item.name: feeds[item.name] for item in session.get_inputs()})[0]
    return found


@pytest.fixture
def shared(zoo, tmp_path: Path) -> Path:
    """The graph of three members on one shared layer, to be written into."""
    folder = zoo.variants("bert", "text-classification", "shared")
    return Path(shutil.copy(folder / "fp32" / "model.onnx", tmp_path / "model.onnx"))


def test_each_members_attention_gets_an_input_of_its_own_and_gives_it_back(shared: Path) -> None:
    before, answered = onnx.load(shared).SerializeToString(), logits(shared)
    assert set_apart(shared)
    graph = onnx.load(shared).graph
    sums = [node for node in graph.node if node.name.startswith(MARK)]
    assert len(sums) == 3
    assert len({node.input[0] for node in sums}) == 1
    for node in sums:
        readers = [reader.op_type for reader in graph.node if node.output[0] in reader.input]
        assert sorted(readers) == ["Add", "MatMul", "MatMul", "MatMul"]
    onnx.checker.check_model(str(shared))
    assert (logits(shared) == answered).all()
    bring_together(shared)
    assert marks(shared) == 0
    assert onnx.load(shared).SerializeToString() == before


@pytest.mark.parametrize("kind", ["plain", "ensemble"])
def test_a_graph_that_shares_nothing_is_left_as_it_is(zoo, tmp_path: Path, kind: str) -> None:
    folder = zoo.variants("bert", "text-classification", kind)
    model = Path(shutil.copy(folder / "fp32" / "model.onnx", tmp_path / "model.onnx"))
    before = model.read_bytes()
    assert not set_apart(model)
    assert model.read_bytes() == before


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert"])
def test_nothing_of_it_is_in_what_is_exported(zoo, name: str) -> None:
    folder = zoo.variants(name, "text-classification", "shared")
    assert marks(folder / "fp32" / "model.onnx") == 0
    assert marks(folder / "o2" / "model.onnx") == 0
