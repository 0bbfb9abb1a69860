"""Exports of every kind of head and model load where Graft is not: with Optimum, and with bare onnxruntime."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from tokenizers import Tokenizer

from export.predictor import Predictor

TEXT = "warm soup good hotel"
CLASSES = {
    ("bert", "text-classification", "plain"): "ORTModelForSequenceClassification",
    ("roberta", "entity-recognition", "plain"): "ORTModelForTokenClassification",
    ("deberta-v2", "language-modelling", "plain"): "ORTModelForMaskedLM",
    ("electra", "text-classification", "bridge"): "ORTModelForSequenceClassification",
    ("bert", "entity-recognition", "bridge"): "ORTModelForTokenClassification",
    ("distilbert", "sentence-pair-classification", "ensemble"): "ORTModelForSequenceClassification",
    ("roberta", "text-classification", "shared"): "ORTModelForSequenceClassification",
}
#: Prints the logits of each class's folder; knows nothing of Graft.
CODE = """
import importlib.util, json, sys
import optimum.onnxruntime
from transformers import AutoTokenizer

assert importlib.util.find_spec("export") is None
for name, folder in json.loads(sys.argv[1]):
    model = getattr(optimum.onnxruntime, name).from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    print(json.dumps(model(**tokenizer(sys.argv[2], return_tensors="np")).logits[0].tolist()))
"""


@pytest.fixture(scope="module")
def folders(zoo) -> list[Path]:
    return [zoo.variants(*case) / "o2" for case in CLASSES]


def _logits(folder: Path) -> np.ndarray:
    """What bare onnxruntime says of the text: tokens alone, no mask but ones."""
    encoding = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(TEXT)
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    feeds = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
    wanted = [item.name for item in session.get_inputs()]
    return session.run(["logits"], {name: np.array([feeds[name]], np.int64) for name in wanted})[0][0]


def test_with_optimum(folders: list[Path], tmp_path: Path):
    asked = json.dumps([(name, str(folder)) for name, folder in zip(CLASSES.values(), folders, strict=True)])
    command = [sys.executable, "-c", CODE, asked, TEXT]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = said.stdout.splitlines()
    assert len(lines) == len(folders)
    for line, folder in zip(lines, folders, strict=True):
        np.testing.assert_allclose(np.array(json.loads(line)), _logits(folder), atol=1e-4)


def test_bare_onnxruntime_says_what_the_predictor_says(folders: list[Path]):
    folder = folders[0]
    np.testing.assert_allclose(Predictor(folder).logits([TEXT])[0], _logits(folder), atol=1e-5)
