"""What is read of a model folder, in what order it answers, and what is refused; its answers are in test_tasks.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from export.predictor import Tokens
from export.reference import Reference
from pipeline.errors import ExportError


def test_answers_come_in_order_whatever_the_batch(model_folder: Path, texts: list[tuple[str, str]]):
    reference = Reference(model_folder, "text-classification")
    encodings = reference.encode([text for text, _ in texts])
    tokens = [Tokens(encoding.ids, encoding.type_ids) for encoding in encodings]
    first, second = (dict(reference.outputs(tokens, batch=size)) for size in (7, 1))
    assert set(first) == set(range(len(texts)))
    for row, logits in first.items():
        np.testing.assert_allclose(logits, second[row], atol=1e-5)


def test_an_ensemble_says_what_its_encoders_are(zoo):
    reference = Reference(zoo.model("bert", "multi-label-classification", "ensemble"), "multi-label-classification")
    assert reference.model.config.model_type == "graft-ensemble"
    assert reference.config.model_type == "bert"
    assert reference.config.problem_type == "multi_label_classification"
    assert reference.config.graft_task == "multi-label-classification"


def test_pickled_weights_are_refused(model_folder: Path, tmp_path: Path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ExportError, match=r"holds no model\.safetensors"):
        Reference(folder, "text-classification")


def test_a_damaged_model_is_told(model_folder: Path, tmp_path: Path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ExportError, match="can't be loaded"):
        Reference(folder, "text-classification")


def test_a_tokenizer_without_a_fast_form_is_refused(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    slow = type("Slow", (), {"is_fast": False})()
    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", lambda *_, **__: slow)
    with pytest.raises(ExportError, match="no fast form"):
        Reference(model_folder, "text-classification")
