"""The command line: answers, exit codes, one-line errors."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import export
from export.__main__ import main
from export.package import zip_folder
from pipeline.runs import RunStore
from pipeline.spec import LEFT_OUT, MATRIX

ROOT = Path(export.__file__).parents[1]
Run = tuple[RunStore, str]


def _one_line(text: str) -> bool:
    return text.startswith("error: ") and text.count("\n") == 1


def test_variants_shows_the_whole_table(capsys: pytest.CaptureFixture[str]):
    assert main(["variants"]) == 0
    said = capsys.readouterr().out
    assert all(reason in said for reason in MATRIX.values())
    assert all(reason in said for reason in LEFT_OUT.values())
    assert main(["variants", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["variant"], row["provider"]): row["refused"] for row in rows} == MATRIX


def test_push_takes_an_export_or_a_variant(
    exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    asked: list[tuple[str, str, bool]] = []

    def push(folder: Path, repo: str, *, private: bool, allow_failed: bool) -> str:
        assert not allow_failed
        asked.append((folder.name, repo, private))
        return "https://hub/commit"

    monkeypatch.setattr("export.hub.push", push)
    assert main(["push", str(exported), "--repo", "me/tiny"]) == 0
    assert main(["push", str(exported / "fp32"), "--repo", "me/tiny", "--private", "--json"]) == 0
    said = capsys.readouterr().out
    assert asked == [("int8", "me/tiny", False), ("fp32", "me/tiny", True)]
    assert said.startswith("https://hub/commit\n")
    assert json.loads(said.partition("\n")[2]) == {"commit": "https://hub/commit"}


def test_an_error_is_one_line(run: Run, capsys: pytest.CaptureFixture[str]):
    store, _ = run
    assert main(["nobody", "--runs-dir", str(store.root)]) == 1
    assert _one_line(capsys.readouterr().err)


def test_an_error_is_json_too(run: Run, capsys: pytest.CaptureFixture[str]):
    store, run_id = run
    assert main([run_id, "--runs-dir", str(store.root), "--model", "target-only", "--json"]) == 1
    said = capsys.readouterr()
    assert "no model 'target-only'" in json.loads(said.out)["error"]
    assert _one_line(said.err)


@pytest.mark.parametrize("arguments", [[], ["run", "--optimise", "O9"], ["run", "--model", "best"], ["predict"]])
def test_wrong_usage_is_2(arguments: list[str]):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


@pytest.mark.parametrize("part", ["", "fp32", "int8"])
def test_predict_from_an_export_or_a_variant(exported: Path, part: str, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(exported / part), "tasty warm food", "rude late rider"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(label, text) for label, _, text in lines] == [("good", "tasty warm food"), ("bad", "rude late rider")]
    assert all(0.5 < float(probability) <= 1 for _, probability, _ in lines)


@pytest.mark.parametrize(
    ("task", "texts", "line"),
    [
        ("sentence-pair-classification", ["warm soup", "a hotel"], r"(O|B-LOC|I-LOC)\t0\.\d{4}\twarm soup\ta hotel"),
        ("multi-label-classification", ["warm soup"], r"[^\t]*\t[0-9., ]*\twarm soup"),
        ("entity-recognition", ["warm soup"], r"warm/(O|B-LOC|I-LOC) soup/(O|B-LOC|I-LOC)\twarm soup"),
        ("language-modelling", ["warm [MASK]"], r"(\S+ [01]\.\d{4}(, )?){5}\twarm \[MASK\]"),
    ],
)
def test_predict_for_every_task(zoo, task: str, texts: list[str], line: str, capsys: pytest.CaptureFixture[str]):
    folder = str(zoo.variants("bert", task) / "fp32")
    assert main(["predict", folder, *texts]) == 0
    assert re.fullmatch(line, capsys.readouterr().out.removesuffix("\n"))
    assert main(["predict", folder, *texts, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == texts[0]


def test_a_question_that_the_model_can_not_answer_is_one_line(zoo, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(zoo.variants("bert", "language-modelling") / "fp32"), "no mask"]) == 1
    assert _one_line(capsys.readouterr().err)


def test_predict_as_json(exported: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(exported), "温 tasty friendly", "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["label"] == "good"
    assert answer["text"] == "温 tasty friendly"
    assert set(answer["probabilities"]) == {"bad", "good"}


def _stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_predict_reads_lines(exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    _stdin(monkeypatch, "tasty quick soup\nstale cold rice\n".encode("utf-8-sig"))
    assert main(["predict", str(exported)]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["good", "bad"]


def test_predict_refuses_other_encodings(
    exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    _stdin(monkeypatch, "好吃".encode("gb18030"))
    assert main(["predict", str(exported)]) == 1
    assert _one_line(capsys.readouterr().err)


def test_predict_without_a_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(tmp_path), "text"]) == 1
    said = capsys.readouterr().err
    assert _one_line(said)
    assert "lacks model.onnx" in said


def test_zip_packs_the_same_bytes_as_the_page(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["zip", str(exported)]) == 0
    assert capsys.readouterr().out == "onnx-int8.zip\n"
    (tmp_path / "page").mkdir()
    page = zip_folder(exported / "int8", tmp_path / "page" / "onnx-int8.zip")
    assert Path("onnx-int8.zip").read_bytes() == page.read_bytes()
    assert main(["zip", str(exported / "fp32"), "--out", "a.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"zip": "a.zip"}
    assert "a/variant.json" in zipfile.ZipFile("a.zip").namelist()


def test_zip_refuses_what_is_not_whole_and_its_own_folder(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    alone = shutil.copytree(exported / "fp32", tmp_path / "alone")
    assert main(["zip", str(alone), "--out", str(alone / "a.zip")]) == 1
    assert "lies in the folder that is packed" in capsys.readouterr().err
    (alone / "config.json").write_text("{}")
    assert main(["zip", str(alone), "--out", str(tmp_path / "a.zip")]) == 1
    said = capsys.readouterr().err
    assert _one_line(said)
    assert "is not as it was exported: config.json" in said
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("command", [["predict"], ["zip"], ["push", "--repo", "me/tiny"]])
def test_what_missed_its_gate_is_refused_in_one_line(
    failed: Path, command: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main([*command, str(failed)]) == 1
    said = capsys.readouterr().err
    assert _one_line(said)
    assert "missed its parity gate: the metric is worse by 2.00% (0.50% allowed)" in said
    assert "--allow-failed" in said


def test_what_missed_its_gate_answers_if_that_is_wanted(failed: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(failed), "tasty warm food", "--allow-failed"]) == 0
    assert capsys.readouterr().out.startswith("good\t")


def test_as_a_command(exported: Path):
    command = [sys.executable, "-m", "export", "predict", str(exported), "warm tasty rice", "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)[0]["label"] == "good"
    assert said.stderr == ""
