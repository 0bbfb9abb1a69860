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

from export.exporting import export_model
from export.predictor import Predictor
from export.report import read_report
from pipeline.spec import ExportSpec
from pipeline.tasks import TASKS
from tests.export.zoo import LABELS

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
#: Put before a program: nothing of Graft can be imported.
ALONE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("export", "pipeline", "ui", "app", "benchmarks"):
            raise AssertionError(f"{name} was imported")

sys.meta_path.insert(0, Refuse())
"""
#: Prints the logits of each class's folder, and what transformers' pipeline says of it.
CODE = """
import json
import optimum.onnxruntime
from transformers import AutoTokenizer, pipeline

for name, folder, task in json.loads(sys.argv[1]):
    model = getattr(optimum.onnxruntime, name).from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    logits = model(**tokenizer(sys.argv[2], return_tensors="np")).logits[0].tolist()
    text = sys.argv[2] + " " + tokenizer.mask_token if task == "fill-mask" else sys.argv[2]
    said = pipeline(task, model=model, tokenizer=tokenizer)(text)
    print(json.dumps([logits, [answer.get("label", answer.get("entity", answer.get("token_str"))) for answer in said]]))
"""
#: The same of onnxruntime, tokenizers and numpy alone.
BARE = """
import json
import numpy as np, onnxruntime as ort
from tokenizers import Tokenizer

for folder in json.loads(sys.argv[1]):
    encoding = Tokenizer.from_file(folder + "/tokenizer.json").encode(sys.argv[2])
    session = ort.InferenceSession(folder + "/model.onnx", providers=["CPUExecutionProvider"])
    feeds = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
    wanted = [item.name for item in session.get_inputs()]
    print(json.dumps(session.run(["logits"], {name: np.array([feeds[name]]) for name in wanted})[0][0].tolist()))
assert not {"torch", "transformers", "optimum"} & set(sys.modules)
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


def _told(code: str, asked: object, folder: Path) -> list:
    """What a program of its own prints, a line a model, where nothing of Graft is to be had."""
    command = [sys.executable, "-c", ALONE + code, json.dumps(asked), TEXT]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in said.stdout.splitlines() if line.startswith("[")]


def test_with_optimum_and_transformers_pipeline(folders: list[Path], tmp_path: Path):
    tasks = [TASKS[task].onnx_task for _, task, _ in CLASSES]
    asked = [list(map(str, row)) for row in zip(CLASSES.values(), folders, tasks, strict=True)]
    lines = _told(CODE, asked, tmp_path)
    assert len(lines) == len(folders)
    for (logits, said), folder, task in zip(lines, folders, tasks, strict=True):
        expected = _logits(folder)
        np.testing.assert_allclose(np.array(logits), expected, atol=1e-4)
        if task == "text-classification":
            assert said == [LABELS[int(expected.argmax())]]
        elif task == "token-classification":
            assert set(said) <= set(LABELS)
        else:
            assert len(said) == 5


@pytest.fixture(scope="module")
def others(exported: Path, make_run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A whole export's folders, with those that are calibrated or for a GPU."""
    root = tmp_path_factory.mktemp("others")
    store, run_id = make_run(root / "runs")
    wanted = {
        "int8-static": ExportSpec(optimisation=(), quantisation=("int8-static",), calibration_texts=16),
        "fp16": ExportSpec(provider="cuda", optimisation=("O2",), quantisation=("fp16",)),
        "o4": ExportSpec(provider="cuda", optimisation=("O4",), quantisation=()),
    }
    for name, options in wanted.items():
        export_model(store, run_id, options, out=root / name)
    return {"int8": exported / "int8", **{name: root / name / name for name in wanted}}


def test_every_quantisation_loads_alone(others: dict[str, Path], tmp_path: Path):
    rows = [["ORTModelForSequenceClassification", str(path), "text-classification"] for path in others.values()]
    for (logits, said), (name, path) in zip(_told(CODE, rows, tmp_path), others.items(), strict=True):
        expected = Predictor(path).logits([TEXT])[0]
        np.testing.assert_allclose(np.array(logits), expected, atol=2e-3, err_msg=name)
        assert said == [["bad", "good"][int(expected.argmax())]]


def test_bare_onnxruntime_alone(others: dict[str, Path], folders: list[Path], tmp_path: Path):
    paths = [*others.values(), *folders]
    for logits, path in zip(_told(BARE, list(map(str, paths)), tmp_path), paths, strict=True):
        np.testing.assert_allclose(np.array(logits), _logits(path), atol=1e-4)


def test_what_was_made_for_a_gpu_says_that_it_was_checked_on_a_cpu(others: dict[str, Path]):
    report = read_report(others["fp16"].parent)
    assert report.served == "fp16"
    notes = report.variant("fp16").notes
    assert any(note.startswith("Made for CUDA and checked on a CPU") for note in notes)
    assert any(note.startswith("Fused: 2 of 2 attentions") for note in notes)
    assert "- It is for GPUs" in (others["o4"] / "README.md").read_text()


def test_bare_onnxruntime_says_what_the_predictor_says(folders: list[Path]):
    folder = folders[0]
    np.testing.assert_allclose(Predictor(folder).logits([TEXT])[0], _logits(folder), atol=1e-5)
