"""From PyTorch to ONNX: the same answers, and what can't be converted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from transformers import (
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    XLNetConfig,
    XLNetForSequenceClassification,
)

from export.convert import convert
from export.predictor import Predictor
from export.reference import Reference
from pipeline.errors import ExportError

pytestmark = pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")


def test_the_graph_answers_as_pytorch(model_folder: Path, tmp_path: Path, texts: list[tuple[str, str]]):
    convert(model_folder, tmp_path / "fp32", "text-classification")
    words = [text for text, _ in texts]
    reference = Reference(model_folder, "text-classification").logits(words)
    np.testing.assert_allclose(Predictor(tmp_path / "fp32").logits(words), reference, atol=1e-4)


def test_a_model_without_token_types(model_folder: Path, tmp_path: Path, texts: list[tuple[str, str]]):
    config = DistilBertConfig(vocab_size=21, dim=16, n_layers=1, n_heads=2, hidden_dim=32, max_position_embeddings=32)
    DistilBertForSequenceClassification(config).save_pretrained(tmp_path / "model")
    AutoTokenizer.from_pretrained(model_folder).save_pretrained(tmp_path / "model")
    convert(tmp_path / "model", tmp_path / "fp32", "text-classification")
    words = [text for text, _ in texts]
    reference = Reference(tmp_path / "model", "text-classification").logits(words)
    np.testing.assert_allclose(Predictor(tmp_path / "fp32").logits(words), reference, atol=1e-4)


def test_the_reference_answers_in_order_whatever_the_batch(model_folder: Path, texts: list[tuple[str, str]]):
    reference, words = Reference(model_folder, "text-classification"), [text for text, _ in texts]
    np.testing.assert_allclose(reference.logits(words, batch=7), reference.logits(words, batch=1), atol=1e-5)


def test_padding_and_length_are_set_right(model_folder: Path, tmp_path: Path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    wrong = {**settings, "padding_side": "left", "model_max_length": 10**30}
    (folder / "tokenizer_config.json").write_text(json.dumps(wrong))
    convert(folder, tmp_path / "fp32", "text-classification")
    written = AutoTokenizer.from_pretrained(tmp_path / "fp32")
    assert written.padding_side == "right"
    assert written.model_max_length == 32  # the model's positions


def test_a_kind_that_optimum_does_not_know(model_folder: Path, tmp_path: Path):
    config = XLNetConfig(vocab_size=21, d_model=16, n_layer=1, n_head=2, d_inner=16)
    XLNetForSequenceClassification(config).save_pretrained(tmp_path / "model")
    AutoTokenizer.from_pretrained(model_folder).save_pretrained(tmp_path / "model")
    with pytest.raises(ExportError, match="can't export a model of type xlnet"):
        convert(tmp_path / "model", tmp_path / "fp32", "text-classification")


def test_a_tokenizer_without_a_fast_form_is_refused(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    slow = type("Slow", (), {"is_fast": False})()
    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", lambda *_, **__: slow)
    with pytest.raises(ExportError, match="no fast form"):
        Reference(model_folder, "text-classification")
