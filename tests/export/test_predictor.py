"""Order, truncation, batching, errors and the choice of a provider; and that it needs no torch."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from export import predictor as module
from export.predictor import PROVIDERS, Predictor, PredictorError, longest_input

WORDS = "the food was very cold and late"
ROOT = Path(module.__file__).parents[1]


@pytest.fixture(scope="module")
def predictor(exported: Path) -> Predictor:
    return Predictor(exported / "o2")


def test_answers_come_in_the_given_order(predictor: Predictor):
    texts = [" ".join(["tasty"] * (1 + 7 * number % 19)) for number in range(40)]
    alone = np.concatenate([predictor.logits([text]) for text in texts])
    np.testing.assert_allclose(predictor.logits(texts), alone, atol=1e-5)


def test_prediction_names_every_label_and_sums_to_one(predictor: Predictor):
    (answer,) = predictor.predict(["rude and stale food"])
    assert answer.label == "bad"
    assert list(answer.probabilities) == predictor.labels == ["bad", "good"]
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_no_texts_no_answers(predictor: Predictor):
    assert predictor.predict([]) == []
    assert predictor.logits([]).shape == (0, 2)


def test_an_empty_text_is_answered(predictor: Predictor):
    assert len(predictor.predict(["", " "])) == 2


def test_a_long_text_is_cut_where_the_tokenizer_says(predictor: Predictor):
    kept = ["the"] * 22  # 24 tokens with [CLS] and [SEP]
    np.testing.assert_array_equal(
        predictor.logits([" ".join([*kept, *["rude"] * 500])]), predictor.logits([" ".join(kept)])
    )


@pytest.mark.parametrize(
    ("config", "settings", "longest"),
    [
        ({"max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"max_position_embeddings": 512}, {"model_max_length": 10**30}, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, {}, 512),
        ({}, {"model_max_length": None}, 512),
    ],
)
def test_longest_input(config: dict, settings: dict, longest: int):
    assert longest_input(config, settings) == longest


def test_batches_keep_the_budget_and_hold_every_row_once(predictor: Predictor):
    lengths = [3, 500, 40, 2000, 7, 7, 7, 120, 40]
    batches = list(predictor._batches(lengths))
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    budget = PROVIDERS["CPUExecutionProvider"].batch_tokens
    assert all(len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= budget for rows in batches)


def test_labels_that_the_config_leaves_out(exported: Path, tmp_path: Path):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    config = json.loads((folder / "config.json").read_text())
    del config["id2label"]
    (folder / "config.json").write_text(json.dumps(config))
    assert Predictor(folder).labels == ["LABEL_0", "LABEL_1"]


def test_threads_are_passed_on(exported: Path):
    assert Predictor(exported / "fp32", threads=1)._session.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize("name", module.FILES)
def test_a_missing_file_is_named(exported: Path, tmp_path: Path, name: str):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    (folder / name).unlink()
    with pytest.raises(PredictorError, match=f"lacks {name}.*export anew"):
        Predictor(folder)


@pytest.mark.parametrize("name", module.FILES)
def test_a_damaged_file_is_told(exported: Path, tmp_path: Path, name: str):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    (folder / name).write_text("{")
    with pytest.raises(PredictorError, match="can't be loaded"):
        Predictor(folder)


# ── providers: what is asked of onnxruntime, without a GPU ──────────────────────────────


class Session:
    """Stands for a session on a machine that has, or lacks, what CUDA needs."""

    works = True
    asked: list[list] = []  # noqa: RUF012

    def __init__(self, model: str, options: ort.SessionOptions, providers: list):
        self.asked.append(providers)
        self._first = providers[0][0] if self.works else "CPUExecutionProvider"

    def get_providers(self) -> list[str]:
        return [self._first]

    def get_inputs(self) -> list:
        return []


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> type[Session]:
    """A machine with an NVIDIA driver."""
    monkeypatch.setattr(Session, "asked", [])
    monkeypatch.setattr(Session, "works", True)
    monkeypatch.setattr(ort, "InferenceSession", Session)
    monkeypatch.setattr(ort, "preload_dlls", lambda: None)
    monkeypatch.setattr(ort, "get_available_providers", lambda: list(PROVIDERS))
    monkeypatch.setattr(module, "_loads", lambda library: True)
    return Session


def test_cuda_is_taken_where_it_works(gpu: type[Session], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "o2").provider == "CUDAExecutionProvider"
    assert gpu.asked == [[("CUDAExecutionProvider", {"use_tf32": "0"}), ("CPUExecutionProvider", {})]]
    assert "runs on CUDAExecutionProvider" in caplog.text


def test_int8_stays_on_the_cpu(gpu: type[Session], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "int8").provider == "CPUExecutionProvider"
    assert len(gpu.asked) == 1
    assert "does not compute int8" in caplog.text


def test_cuda_that_does_not_start_gives_way(gpu: type[Session], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    gpu.works = False
    assert Predictor(exported / "o2").provider == "CPUExecutionProvider"
    assert "can't be started" in caplog.text


def test_without_a_driver_cuda_is_not_tried(gpu: type[Session], exported: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_loads", lambda library: False)
    assert Predictor(exported / "o2").provider == "CPUExecutionProvider"
    assert gpu.asked == [[("CPUExecutionProvider", {})]]


def test_driver_libraries_are_looked_for():
    absent = replace(PROVIDERS["CUDAExecutionProvider"], drivers=("no-such-library.so",))
    assert not absent.present
    assert PROVIDERS["CPUExecutionProvider"].present


def test_it_needs_neither_torch_nor_the_rest_of_graft(exported: Path):
    code = f"""
import json, sys
from pathlib import Path
from export.predictor import Predictor
label = Predictor(Path({str(exported / "int8")!r})).predict([{WORDS!r}])[0].label
heavy = ("torch", "transformers", "optimum", "pipeline", "pydantic", "onnx")
print(json.dumps([label, [name for name in heavy if name in sys.modules]]))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(said.stdout) == ["bad", []]
    assert said.stderr == ""
