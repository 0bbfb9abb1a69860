"""``python -m export RUN``: what can be asked for, what is printed, and events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from export.__main__ import main
from export.report import ExportReport
from pipeline.errors import ExportError
from pipeline.runs import RunStore
from pipeline.spec import Provider, export_spec

Run = tuple[RunStore, str]
QUICK = ["--optimise", "none", "--quantise", "none"]


def test_export_by_prefix_prints_a_table(run: Run, capsys: pytest.CaptureFixture[str]):
    store, run_id = run
    assert main([run_id[:6], "--runs-dir", str(store.root), *QUICK]) == 0
    said = capsys.readouterr()
    assert "fp32         passed" in said.out
    assert said.out.rstrip().endswith("fp32")
    assert said.err == ""


def test_what_does_not_go_together_is_refused_in_one_line(run: Run, capsys: pytest.CaptureFixture[str]):
    store, run_id = run
    for options, reason in (
        (["--provider", "cuda", "--quantise", "int8"], "dynamic int8 is for CPUs"),
        (["--optimise", "O4", "--quantise", "none"], "O4 computes in fp16, which needs a GPU"),
        (["--quantise", "fp16"], "a CPU computes fp16 by way of float32"),
        (["--calibration-texts", "3"], "calibration_texts: Input should be greater than or equal to 8"),
    ):
        assert main([run_id, "--runs-dir", str(store.root), *options]) == 1
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert said.count("\n") == 1
        assert reason in said
    assert not store.export_folder(run_id, "transferred").exists()


@pytest.mark.parametrize("provider", get_args(Provider))
def test_what_is_not_said_is_made_as_suits_the_provider(
    run: Run, monkeypatch: pytest.MonkeyPatch, provider: Provider, capsys: pytest.CaptureFixture[str]
):
    class AskedError(ExportError):
        """Ends the command."""

    def asked(*given: Any, **_: Any) -> None:
        raise AskedError("{variants}", "Enough.", variants=" ".join(given[2].variants))

    monkeypatch.setattr("export.exporting.export_model", asked)
    store, run_id = run
    assert main([run_id, "--runs-dir", str(store.root), "--provider", provider]) == 1
    wanted = export_spec({"provider": provider}).variants
    assert capsys.readouterr().err.startswith(f"error: {' '.join(wanted)}")


def test_several_levels_are_given_with_commas(run: tuple[RunStore, str], capsys: pytest.CaptureFixture[str]):
    store, run_id = run
    # Also before the run: what stands behind is no further level.
    assert main(["--optimise", "O1,O3", "--quantise", "none", "--json", run_id, "--runs-dir", str(store.root)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [variant["name"] for variant in report["variants"]] == ["fp32", "O1", "O3"]
    with pytest.raises(SystemExit) as stop:
        main([run_id, "--optimise", "O1,O9"])
    assert stop.value.code == 2
    assert "invalid choice: 'O9' (choose from none, O1, O2, O3, O4)" in capsys.readouterr().err


def test_export_as_json_into_a_folder(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    store, run_id = run
    assert main([run_id, "--runs-dir", str(store.root), *QUICK, "--out", str(tmp_path / "onnx"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.pop("destination") == str(tmp_path / "onnx")
    assert ExportReport.model_validate(document).served == "fp32"
    assert (tmp_path / "onnx" / "export.json").is_file()


def test_a_stage_tells_its_progress_in_the_events(run: Run, monkeypatch: pytest.MonkeyPatch):
    store, run_id = run
    monkeypatch.setattr(ExportReport, "remarks", lambda _: ["O2: a remark"])
    assert main([run_id, "--runs-dir", str(store.root), *QUICK, "--stage", "export-transferred"]) == 0
    events = [event for event in store.events(run_id).read()[0] if event["kind"] != "plan"]
    assert [(event["kind"], event["stage"]) for event in events] == [
        *[("step", "export-transferred")] * 4,
        ("note", "export-transferred"),
    ]
    assert (events[-2]["step"], events[-2]["total"]) == (3, 3)
    assert events[-1]["text"] == "O2: a remark"
