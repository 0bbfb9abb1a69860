"""``python -m export benchmark``: on an export, a run, and a single variant's folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from export.__main__ import main
from export.package import damaged
from export.report import read_report
from export.speed import turns
from export.speed.report import read_speed
from export.speed.subject import subject
from export.speed.ways import PEERS
from pipeline.runs import RunStore

SHORT = ["--batches", "1", "2", "--lengths", "4", "8", "--rounds", "1", "--threads", "1"]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def copied(exported: Path, tmp_path: Path) -> Path:
    """The finished export, to be written into."""
    return shutil.copytree(exported, tmp_path / "transferred")


@pytest.fixture
def run_of(run: tuple[RunStore, str], exported: Path) -> tuple[RunStore, str]:
    """A finished run with that export, as if it were its own."""
    store, run_id = run
    folder = shutil.copytree(exported, store.export_folder(run_id, "transferred"))
    for path in (folder / "export.json", folder / "export.told.json"):
        told = path.read_text(encoding="utf-8")
        path.write_text(told.replace(read_report(exported).run_id, run_id), encoding="utf-8")
    return run


def test_a_runs_export_is_measured_beside_pytorch(
    run_of: tuple[RunStore, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store, run_id = run_of
    folder, image = store.export_folder(run_id, "transferred"), tmp_path / "speed.svg"
    without = ["--without", "torch.compile", "torch bf16"]
    given = [
        run_id,
        "--runs-dir",
        str(store.root),
        *SHORT,
        *without,
        "--plot",
        str(image),
        "--stage",
        "speed-transferred",
    ]
    assert main(["benchmark", *given]) == 0
    report = read_speed(folder)
    assert report is not None
    export = read_report(folder)
    names = [one.name for one in report.candidates]
    assert [name for name in names if name not in PEERS] == [variant.name for variant in export.variants]
    assert names[0] == "torch"
    for one in report.candidates:
        assert [(took.shape.batch, took.shape.length) for took in one.timings] == [(1, 4), (1, 8), (2, 4), (2, 8)]
        assert all(0 < took.p50_ms <= took.p95_ms <= took.p99_ms for took in one.timings)
        assert all(took.gemm_share for took in one.timings)
        assert one.memory_bytes > one.size_bytes > 0
        assert one.metric is not None
        assert one.provider == ("cpu" if one.torch else "CPUExecutionProvider")
        assert one.rate == ("int8 on cpu" if one.name == "int8" else "float32 on cpu")
    assert report.left_out == ("torch fp16 could not be measured: it is for a GPU, and PyTorch has none here.",)
    assert report.circumstances.versions.keys() == {"python", "onnxruntime", "torch", "transformers"}
    assert report.circumstances.options["without"] == "torch.compile, torch bf16"
    assert report.candidates[0].metric == export.variants[0].parity.metric_reference
    for variant in export.variants:
        assert damaged(folder / variant.folder) == []
    printed = capsys.readouterr().out
    for words in (
        "torch",
        "int8",
        "p95 ms",
        "GFLOPS in float32 on cpu",
        "GFLOPS in int8 on cpu",
        "calls",
        "CPUExecutionProvider",
        "Versions: python 3.",
        "Take ",
        "benchmark.json",
        "accuracy",
    ):
        assert words in printed, words
    assert image.read_text(encoding="utf-8").count("<circle") == len(names)
    steps = [event for event in store.events(run_id).read()[0] if event["kind"] == "step"]
    assert {event["stage"] for event in steps} == {"speed-transferred"}


def test_without_the_trained_model_pytorch_is_left_out_and_said_so(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", str(copied), *SHORT, "--without", "O2", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in report["candidates"]] == ["fp32", "int8"]
    assert report["left_out"] == ["PyTorch is left out: the trained model does not lie beside the export."]
    assert report["rounds"] == 1


def test_a_variants_folder_alone_is_measured_and_not_touched(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variant = copied / "int8"
    assert main(["benchmark", str(variant), *SHORT]) == 0
    assert damaged(variant) == []
    report = read_speed(variant)
    assert report is not None
    assert (report.model, report.metric) == ("int8", None)
    assert report.candidates[0].metric is None
    assert main(["benchmark", str(variant), *SHORT, "--plot", str(copied / "x.svg")]) == 1
    assert "There is no accuracy to draw" in capsys.readouterr().err


def test_the_trained_model_can_be_named_or_is_the_runs(
    run_of: tuple[RunStore, str], copied: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, run_id = run_of
    folder = store.export_folder(run_id, "transferred")
    assert subject(folder).trained == store.model_folder(run_id, "transferred")
    assert subject(folder).tested == store.folder(run_id) / "report.json"
    assert subject(copied).trained is None
    assert subject(copied, run=store.folder(run_id)).trained == store.model_folder(run_id, "transferred")
    assert subject(copied / "int8", trained=model_folder).trained == model_folder
    assert main(["benchmark", str(copied), "--torch", str(copied)]) == 1
    assert "holds no model.safetensors" in capsys.readouterr().err


@pytest.mark.slow
def test_every_way_of_pytorch_is_measured(run_of: tuple[RunStore, str], capsys: pytest.CaptureFixture[str]) -> None:
    store, run_id = run_of
    given = [run_id, "--runs-dir", str(store.root), "--batches", "1", "--lengths", "8", "--rounds", "1", "--json"]
    assert main(["benchmark", *given]) == 0
    report = json.loads(capsys.readouterr().out)
    found = {one["name"]: one for one in report["candidates"]}
    assert found["torch.compile"]["metric"] == found["torch"]["metric"]
    if "torch bf16" not in found:
        assert report["left_out"] == ["torch bf16 could not be measured: this processor has no instructions for it."]
    else:
        assert 0.5 < found["torch bf16"]["metric"] <= 1


def test_what_the_model_can_not_read_is_left_out(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["benchmark", str(copied), *SHORT, "--without", *PEERS, "O2", "int8", "--json"]
    assert main([*asked, "--lengths", "8", "512"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {took["shape"]["length"] for took in report["candidates"][0]["timings"]} == {8}
    assert report["left_out"] == ["The model reads 24 tokens at most: 512 left out."]
    assert main([*asked, "--lengths", "512"]) == 1
    assert "The model reads 24 tokens at most. Choose shorter texts." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nothing-here"], "There is no run 'nothing-here'"),
        (["."], "holds no finished export. Export the model first."),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["benchmark", *given, "--runs-dir", str(tmp_path / "runs")]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_where_nothing_can_be_measured_it_says_why(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", str(copied), *SHORT, "--without", "fp32", "O2", "int8"]) == 1
    assert "Nothing could be measured. PyTorch is left out" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--threads", "0"], ["--batches", "x"], ["--lengths"]])
def test_wrong_usage_is_exit_code_two(given: list[str], copied: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["benchmark", str(copied), *given])
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--rounds", "0"], "rounds: Input should be greater than or equal to 1"),
        (["--batches", "1", "5000"], "batches holds 5000, and takes 1 to 4,096"),
        (["--lengths", *map(str, range(1, 8))], "lengths: Tuple should have at most 6 items"),
    ],
)
def test_what_the_spec_does_not_allow_is_refused_with_its_reason(
    given: list[str], said: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", str(copied), *given]) == 1
    assert said in capsys.readouterr().err
