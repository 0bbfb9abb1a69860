"""How variants are made: what misses its gate is repaired or marked, what can't be made or used is left out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from export import making
from export.choosing import chosen
from export.exporting import export_model
from export.package import damaged
from export.predictor import Predictor
from export.reference import Reference
from pipeline.errors import ExportError
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec
from tests.export.graphs import turn_round

TEXT = "the soup was tasty and the rider friendly and quick"
Run = tuple[RunStore, str]


def _doctored(quantise):
    """Quantises, then turns the classifier's weights round."""

    def doctor(onnx_folder: Path, out: Path, rung, ranges) -> str:
        method = quantise(onnx_folder, out, rung, ranges)
        turn_round(out / "model.onnx")
        return method

    return doctor


def test_what_misses_the_gate_is_marked_and_not_served(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "quantise", _doctored(making.quantise))
    report = export_model(*run, ExportSpec())
    failed = report.variant("int8")
    assert not failed.parity.passed
    assert failed.parity.flips > 0.5
    assert "the metric is worse by" in failed.parity.reason
    assert len(failed.repairs) == len(making.LADDER) - 1
    assert report.served == "O2"
    store, run_id = run
    assert chosen(store.export_folder(run_id, "transferred")).name == "o2"
    assert any("int8 missed its gate" in remark for remark in report.remarks())
    folder = store.export_folder(run_id, "transferred") / "int8"
    assert "FAILED" in (folder / "README.md").read_text()
    assert damaged(folder) == []
    alone = shutil.copytree(folder, tmp_path / "alone")
    for refused in (folder, alone):
        with pytest.raises(ExportError, match=r"missed its parity gate: the metric is worse by \d+\.\d+% \(0\.50%"):
            chosen(refused)
        assert chosen(refused, allow_failed=True) == refused


def test_the_gate_is_as_near_as_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "quantise", _doctored(making.quantise))
    lax = ExportSpec(optimisation=(), max_metric_loss=1, max_flips=1)
    report = export_model(*run, lax)
    assert report.variant("int8").parity.flips > 0.5
    assert report.served == "int8"
    store, run_id = run
    card = (store.export_folder(run_id, "transferred") / "int8" / "README.md").read_text()
    assert "the metric may be worse by 100.00% and 100.00% of the answers may change" in card
    with pytest.raises(ExportError, match=r"a logit differs by \S+ \(1\.0e-30 allowed\)"):
        export_model(*run, ExportSpec(optimisation=(), quantisation=(), max_logit_difference=1e-30))


def test_a_repair_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    real, doctored = making.quantise, _doctored(making.quantise)
    monkeypatch.setattr(
        making,
        "quantise",
        lambda folder, out, rung, ranges: (doctored if rung is making.LADDER[0] else real)(folder, out, rung, ranges),
    )
    variant = export_model(*run, ExportSpec(optimisation=())).variant("int8")
    assert variant.parity.passed
    assert making.LADDER[1].title in variant.method
    assert len(variant.repairs) == 1
    assert variant.repairs[0].startswith(making.LADDER[0].title)


def test_when_nothing_passes_it_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch):
    def convert_wrongly(reference: Reference, out: Path) -> None:
        convert(reference, out)
        Predictor(out)  # it loads, and answers wrongly
        config = json.loads((out / "tokenizer_config.json").read_text())
        (out / "tokenizer_config.json").write_text(json.dumps({**config, "model_max_length": 3}))

    convert = making.convert
    monkeypatch.setattr(making, "convert", convert_wrongly)
    with pytest.raises(ExportError, match=r"No variant answers as PyTorch does: fp32: .*a logit differs by"):
        export_model(*run, ExportSpec(optimisation=(), quantisation=()))
    store, run_id = run
    assert not store.export_folder(run_id, "transferred").exists()


@pytest.mark.parametrize(("step", "left_out", "served"), [("optimise", "O2", "int8"), ("quantise", "int8", "O2")])
def test_what_can_not_be_had_is_left_out_and_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, step: str, left_out: str, served: str
):
    def fail(onnx_folder: Path, out: Path, *how: object, **more: object) -> None:
        out.mkdir()
        raise ExportError("There is no way.", "Export without.")

    monkeypatch.setattr(making, step, fail)
    report = export_model(*run, ExportSpec())
    assert [variant.name for variant in report.variants] == ["fp32", served]
    assert report.served == served
    assert report.remarks()[0] == f"{left_out} was left out: There is no way. Export without."
    store, run_id = run
    folder = store.export_folder(run_id, "transferred")
    assert not (folder / left_out.lower()).exists()
    assert f"- {left_out} was left out" in (folder / served.lower() / "README.md").read_text()


def _broken(path: Path) -> None:
    """Make a graph that can be opened and not asked: it looks for a label beyond the last."""
    model = onnx.load(path)
    output = model.graph.output[0]
    made = next(node for node in model.graph.node if output.name in node.output)
    made.output[0] = "unbroken"
    model.graph.initializer.append(numpy_helper.from_array(np.array([99]), "beyond"))
    model.graph.node.append(onnx.helper.make_node("Gather", ["unbroken", "beyond"], [output.name], axis=1))
    onnx.save(model, path)


def _unreadable(path: Path) -> None:
    path.write_bytes(b"no graph")


@pytest.mark.parametrize(
    ("spoil", "said"), [(_broken, "It fails when it is asked: "), (_unreadable, "can't be loaded")]
)
def test_a_way_that_can_not_be_used_is_told_and_the_next_is_tried(
    run: Run, monkeypatch: pytest.MonkeyPatch, spoil, said: str
):
    real = making.quantise

    def quantise(folder: Path, out: Path, rung, ranges) -> str:
        method = real(folder, out, rung, ranges)
        if rung is making.LADDER[0]:
            spoil(out / "model.onnx")
        return method

    monkeypatch.setattr(making, "quantise", quantise)
    variant = export_model(*run, ExportSpec(optimisation=())).variant("int8")
    assert variant.parity.passed
    (repair,) = variant.repairs
    assert repair.startswith(f"{making.LADDER[0].title} could not be used: ")
    assert said in repair


def test_what_can_never_be_used_is_left_out(run: Run, monkeypatch: pytest.MonkeyPatch):
    real = making.quantise

    def quantise(folder: Path, out: Path, rung, ranges) -> str:
        method = real(folder, out, rung, ranges)
        _broken(out / "model.onnx")
        return method

    monkeypatch.setattr(making, "quantise", quantise)
    report = export_model(*run, ExportSpec(optimisation=()))
    assert [variant.name for variant in report.variants] == ["fp32"]
    assert report.remarks()[0].startswith("int8 was left out: It fails when it is asked: ")
    store, run_id = run
    kept = {path.name for path in store.export_folder(run_id, "transferred").iterdir() if path.is_dir()}
    assert kept == {"fp32"}


def test_what_missed_its_gate_stays_where_no_other_way_can_be_used(run: Run, monkeypatch: pytest.MonkeyPatch):
    real = making.quantise

    def quantise(folder: Path, out: Path, rung, ranges) -> str:
        method = real(folder, out, rung, ranges)
        (turn_round if rung is making.LADDER[0] else _broken)(out / "model.onnx")
        return method

    monkeypatch.setattr(making, "quantise", quantise)
    variant = export_model(*run, ExportSpec(optimisation=())).variant("int8")
    assert not variant.parity.passed
    assert len(variant.repairs) == len(making.LADDER) - 1, "its own miss is its verdict"
    store, run_id = run
    folder = store.export_folder(run_id, "transferred") / "int8"
    assert damaged(folder) == []
    (answer,) = Predictor(folder).predict([TEXT])
    assert answer.label == "bad", "turned round, and not broken"


@pytest.mark.parametrize("spoil", [_broken, _unreadable])
def test_a_converted_model_that_can_not_be_used_ends_the_export_in_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, spoil
):
    real = making.convert

    def convert(reference: Reference, out: Path) -> None:
        real(reference, out)
        spoil(out / "model.onnx")

    monkeypatch.setattr(making, "convert", convert)
    with pytest.raises(ExportError, match=r"fails when it is asked|can't be loaded"):
        export_model(*run, ExportSpec())
