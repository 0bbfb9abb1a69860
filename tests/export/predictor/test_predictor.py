"""Order, truncation, errors and what it needs to be loaded; each task's answers are in ../test_tasks.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import export
from export.predictor import FILES, NoNumberError, Predictor, PredictorError

WORDS = "the food was very cold and late"
ROOT = Path(export.__file__).parents[1]


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


def test_a_question_of_another_form_is_refused(predictor: Predictor):
    with pytest.raises(PredictorError, match=r"reads one text at a time, not \('a', 'b'\)"):
        predictor.predict(["fine", ("a", "b")])


def test_a_classifier_fills_no_masks(predictor: Predictor):
    with pytest.raises(PredictorError, match=r"is for text-classification and fills no masks\. Call predict"):
        predictor.fill("the [MASK] was cold")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(exported: Path, tmp_path: Path, name: str):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    (folder / name).unlink()
    with pytest.raises(PredictorError, match=f"lacks {name}.*export anew"):
        Predictor(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_told(exported: Path, tmp_path: Path, name: str):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    (folder / name).write_text("{")
    with pytest.raises(PredictorError, match="can't be loaded"):
        Predictor(folder)


def test_a_task_that_it_does_not_know_is_told(exported: Path, tmp_path: Path):
    folder = shutil.copytree(exported / "fp32", tmp_path / "copy")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "graft_task": "translation"}))
    with pytest.raises(PredictorError, match="can't be loaded: 'translation'"):
        Predictor(folder)


def test_it_needs_neither_torch_nor_the_rest_of_graft(exported: Path, tmp_path: Path):
    """Its folder is copied out, under another name."""
    shutil.copytree(ROOT / "export" / "predictor", tmp_path / "asking")
    code = f"""
import json, sys
from pathlib import Path
from asking import Predictor
label = Predictor(Path({str(exported / "int8")!r})).predict([{WORDS!r}])[0].label
heavy = ("torch", "transformers", "optimum", "export", "pipeline", "pydantic", "onnx")
print(json.dumps([label, [name for name in heavy if name in sys.modules]]))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(said.stdout) == ["bad", []]
    assert said.stderr == ""


def test_scores_that_are_no_numbers_are_no_answer(exported: Path, monkeypatch: pytest.MonkeyPatch):
    predictor = Predictor(exported / "fp32")
    compute = predictor._session._compute

    def overflowing(feeds: dict[str, np.ndarray]) -> np.ndarray:
        answers = compute(feeds).copy()
        answers[feeds["attention_mask"].sum(axis=1) > 5] = np.inf
        return answers

    monkeypatch.setattr(predictor._session, "_compute", overflowing)
    with pytest.raises(NoNumberError, match=r"is no number: it overflows\. Ask a variant in float32"):
        predictor.predict(["warm", "the soup was warm and tasty"])
    assert len(predictor.predict(["warm"])) == 1
