"""Static int8 is calibrated on target training texts, never on test texts; and static is tried where dynamic misses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from export import making
from export.calibration import calibration_texts
from export.exporting import export_model
from export.quantise import LADDER, STATIC_LADDER, quantise
from export.report import read_report
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec
from tests.export.conftest import make_texts
from tests.export.graphs import turn_round

Run = tuple[RunStore, str]
STATIC = ExportSpec(optimisation=(), quantisation=("int8-static",), calibration="minmax", calibration_texts=16)
INT8 = ExportSpec(optimisation=(), quantisation=("int8",), calibration="minmax", calibration_texts=16)


def _texts(run: Run, options: ExportSpec) -> list:
    store, run_id = run
    return calibration_texts(store, run_id, store.spec(run_id), options)


def test_the_texts_are_of_the_target_training_split(run: Run):
    found = _texts(run, STATIC)
    training = [text for text, _ in make_texts(40, seed=2)]
    assert len(found) == 16
    assert set(found) <= set(training)
    assert found == _texts(run, STATIC)
    assert len(_texts(run, STATIC.model_copy(update={"calibration_texts": 2000}))) == len(training)


def test_without_labelled_texts_the_unlabelled_ones_are_taken(run: Run):
    shutil.rmtree(run[0].artifacts / "a1b2c3" / "target_train")
    assert set(_texts(run, STATIC)) == {text for text, _ in make_texts(10, seed=3)}


def test_an_export_says_what_it_was_calibrated_on(run: Run, tmp_path: Path):
    report = export_model(*run, STATIC, out=tmp_path / "onnx")
    made = report.variant("int8-static")
    assert report.served == "int8-static"
    assert "static int8 of the fp32 graph" in made.method
    assert "calibrated on 16 target training texts (minmax)" in made.method
    assert made.parity.passed
    assert "those of the texts it was calibrated on" in (tmp_path / "onnx" / "int8-static" / "README.md").read_text()


def test_without_the_runs_texts_static_int8_is_left_out_with_the_remedy(run: Run):
    shutil.rmtree(run[0].artifacts)
    report = export_model(*run, STATIC)
    assert [variant.name for variant in report.variants] == ["fp32"]
    assert "int8-static was left out: The run's training texts are not kept" in report.notes[0]
    assert "choose dynamic int8" in report.notes[0]


def _missing(passing: str):
    """A quantiser whose rungs answer badly but for one."""

    def made(onnx_folder: Path, out: Path, rung, ranges):
        method = quantise(onnx_folder, out, rung, ranges)
        if rung.title != passing:
            turn_round(out / "model.onnx")
        return method

    return made


def test_static_is_tried_where_dynamic_misses(run: Run, monkeypatch: pytest.MonkeyPatch):
    static = next(rung for rung in LADDER if rung.static)
    monkeypatch.setattr(making, "quantise", _missing(static.title))
    report = export_model(*run, INT8)
    made = report.variant("int8")
    assert report.served == "int8"
    assert made.parity.passed
    assert "static int8" in made.method
    assert len(made.repairs) == LADDER.index(static)
    assert not list(run[0].export_folder(run[1], "transferred").glob("*attempt*"))


def test_without_texts_the_ladder_goes_on_past_static(run: Run, monkeypatch: pytest.MonkeyPatch):
    shutil.rmtree(run[0].artifacts)
    monkeypatch.setattr(making, "quantise", _missing(LADDER[-1].title))
    made = export_model(*run, INT8).variant("int8")
    assert made.parity.passed
    assert not any("calibrated" in repair for repair in made.repairs)
    assert len(made.repairs) == sum(not rung.calibrated for rung in LADDER) - 1


def test_what_no_rung_repairs_is_marked_and_not_served(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "quantise", _missing("none"))
    export_model(*run, STATIC)
    report = read_report(run[0].export_folder(run[1], "transferred"))
    assert report.served == "fp32"
    assert not report.variant("int8-static").parity.passed
    assert len(report.variant("int8-static").repairs) == len(STATIC_LADDER) - 1
    assert any("int8-static missed its gate and is not served" in remark for remark in report.remarks())
