"""Several variants in one export: made side by side, one of them served, and none lost by another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from export import making
from export.calibration import Ranges
from export.choosing import PREFERENCE, chosen, preferred
from export.exporting import export_model
from export.half import HALF_LADDER, HalfRung
from export.report import FILE, read_report
from export.showing import table
from pipeline.errors import ExportError
from pipeline.messages import Message
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec, Optimisation, VariantName
from tests.export.graphs import turn_round

Run = tuple[RunStore, str]
ALL = ExportSpec(optimisation=("O1", "O2", "O3"), quantisation=("int8", "int8-static"), calibration_texts=16)
HALVES = ExportSpec(provider="cuda", optimisation=("O2", "O4"), quantisation=("fp16",))


def test_all_that_was_asked_for_is_made_and_calibrated_once(run: Run, monkeypatch: pytest.MonkeyPatch):
    calibrated: list[Ranges | None] = []
    quantise = making.quantise

    def watched(onnx_folder: Path, out: Path, rung: making.Rung, ranges: Ranges) -> Message:
        calibrated.append(ranges)
        return quantise(onnx_folder, out, rung, ranges)

    monkeypatch.setattr(making, "quantise", watched)
    steps: list[tuple[int, str]] = []
    report = export_model(*run, ALL, progress=lambda done, _, text: steps.append((done, text)))
    assert tuple(variant.name for variant in report.variants) == ALL.variants
    assert all(variant.parity.passed for variant in report.variants)
    assert report.unmade == ()
    assert (report.served, chosen(_folder(run)).name) == ("int8", "int8")
    assert len(set(map(id, calibrated))) == 1
    assert [text for _, text in steps][1:-2] == [title for _, title, _ in making.ways(ALL)]
    card = (_folder(run) / "o1" / "README.md").read_text()
    assert all(f"| {name} | passed |" in card for name in ALL.variants if name != "O1")


@pytest.mark.parametrize(
    ("passed", "served"),
    [
        (("fp32",), "fp32"),
        (("fp32", "O1", "O3"), "O3"),
        (("fp32", "O2", "int8", "int8-static"), "int8"),
        (("fp32", "O2", "int8-static"), "int8-static"),
        (("fp32", "O2", "O4", "fp16"), "O4"),
    ],
)
def test_the_fastest_kind_that_passed_is_served(passed: tuple[VariantName, ...], served: VariantName):
    assert preferred(passed) == served
    assert len(PREFERENCE) == len({*PREFERENCE})


def test_what_missed_is_passed_over_for_the_next(run: Run, monkeypatch: pytest.MonkeyPatch):
    quantise = making.quantise

    def doctored(onnx_folder: Path, out: Path, rung: making.Rung, ranges: Ranges) -> Message:
        method = quantise(onnx_folder, out, rung, ranges)
        if rung not in making.STATIC_LADDER:
            turn_round(out / "model.onnx")
        return method

    monkeypatch.setattr(making, "quantise", doctored)
    report = export_model(*run, ALL)
    assert not report.variant("int8").parity.passed
    assert report.served == "int8-static"


def test_what_int8_is_made_of_is_prepared_once_for_all_rungs_of_both_ladders(run: Run, monkeypatch: pytest.MonkeyPatch):
    prepare, quantise = making.prepare, making.quantise
    prepared: list[Path] = []
    used: list[tuple[Path, making.Rung]] = []

    def watched(onnx_folder: Path, out: Path) -> None:
        prepared.append(out)
        prepare(onnx_folder, out)

    def misses(onnx_folder: Path, out: Path, rung: making.Rung, ranges: Ranges) -> Message:
        before = (onnx_folder / "model.onnx").read_bytes()
        method = quantise(onnx_folder, out, rung, ranges)
        assert (onnx_folder / "model.onnx").read_bytes() == before
        used.append((onnx_folder, rung))
        turn_round(out / "model.onnx")
        return method

    monkeypatch.setattr(making, "prepare", watched)
    monkeypatch.setattr(making, "quantise", misses)
    report = export_model(*run, ALL)
    assert [rung for _, rung in used] == [*making.LADDER, *making.STATIC_LADDER]
    assert {folder for folder, _ in used} == set(prepared)
    assert len(prepared) == 1
    assert {path.name for path in _folder(run).iterdir() if path.is_dir()} == {
        variant.folder for variant in report.variants
    }


def test_what_can_not_be_prepared_is_left_out_with_nothing_left_behind(run: Run, monkeypatch: pytest.MonkeyPatch):
    def fails(model: Path) -> None:
        raise ValueError(f"no shapes in {model.name}")

    monkeypatch.setattr("export.quantise.lighten", fails)
    report = export_model(*run, ALL)
    assert report.unmade == ("int8", "int8-static")
    assert "int8 was left out: int8 is not to be had for this model: no shapes in model.onnx." in report.notes[0]
    assert {path.name for path in _folder(run).iterdir() if path.is_dir()} == {"fp32", "o1", "o2", "o3"}


def test_one_that_can_not_be_made_does_not_lose_the_others(run: Run, monkeypatch: pytest.MonkeyPatch):
    optimise = making.optimise

    def fails(onnx_folder: Path, out: Path, level: Optimisation, **more: object) -> None:
        if level == "O3":
            raise ExportError("{level} is not to be had for a graph with branches.", "Choose O2.", level=level)
        optimise(onnx_folder, out, level, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "optimise", fails)
    report = export_model(*run, ALL)
    assert [variant.name for variant in report.variants] == ["fp32", "O1", "O2", "int8", "int8-static"]
    assert report.unmade == ("O3",)
    reason = "O3 was left out: O3 is not to be had for a graph with branches. Choose O2."
    assert reason in report.remarks()
    assert "O3           not made" in table(report)
    card = (_folder(run) / "int8" / "README.md").read_text()
    assert "| O3 | not made |" in card
    assert reason in card


def test_an_export_of_an_older_graft_is_read(run: Run):
    export_model(*run, ExportSpec())
    path = _folder(run) / FILE
    document = json.loads(path.read_text())
    document["options"] |= {"optimisation": "O2", "quantisation": "none"}
    path.write_text(json.dumps(document))
    assert read_report(path.parent).options.variants == ("fp32", "O2")
    assert read_report(path.parent).unmade == ()


# ── repairs of half precision ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("levels", [(), ("O2",)])
def test_sums_that_half_precision_can_not_hold_stay_in_float32(run: Run, levels: tuple[Optimisation, ...]):
    store, run_id = run
    path = store.model_folder(run_id, "transferred") / "model.safetensors"
    weights = load_file(path)
    embedded = [name for name in weights if name.endswith("_embeddings.weight")]
    # The layer norm behind their sum takes the factor out again.
    factor = 60_000 / max(float(weights[name].abs().max()) for name in embedded)
    save_file({**weights, **{name: weights[name] * factor for name in embedded}}, path, {"format": "pt"})
    options = ExportSpec(provider="cuda", optimisation=levels, quantisation=("fp16",))
    variant = export_model(store, run_id, options).variant("fp16")
    assert variant.parity.passed
    assert variant.parity.max_logit_difference < 0.05
    assert HALF_LADDER[1].title in variant.method
    assert len(variant.repairs) == 1


def _missing(monkeypatch: pytest.MonkeyPatch, rungs: tuple[HalfRung, ...]) -> None:
    """Have what is halved by these rungs answer the opposite."""
    halve, optimise = making.halve, making.optimise

    def wrong_half(onnx_folder: Path, out: Path, level: Optimisation | None, rung: HalfRung) -> None:
        halve(onnx_folder, out, level, rung)
        if rung in rungs:
            turn_round(out / "model.onnx")

    def wrong_level(
        onnx_folder: Path, out: Path, level: Optimisation, *, gpu: bool, rung: HalfRung = HALF_LADDER[0]
    ) -> None:
        optimise(onnx_folder, out, level, gpu=gpu, rung=rung)
        if level == "O4" and rung in rungs:
            turn_round(out / "model.onnx")

    monkeypatch.setattr(making, "halve", wrong_half)
    monkeypatch.setattr(making, "optimise", wrong_level)


def test_half_precision_that_misses_is_repaired_and_the_repair_is_told(run: Run, monkeypatch: pytest.MonkeyPatch):
    _missing(monkeypatch, HALF_LADDER[:1])
    report = export_model(*run, HALVES)
    for name in ("O4", "fp16"):
        variant = report.variant(name)
        assert variant.parity.passed
        assert HALF_LADDER[1].title in variant.method
        (repair,) = variant.repairs
        assert repair.startswith("everything in fp16 missed the gate: the metric is worse by")
    assert report.served == "O4"


def test_half_precision_that_no_rung_repairs_is_marked_and_not_served(run: Run, monkeypatch: pytest.MonkeyPatch):
    _missing(monkeypatch, HALF_LADDER)
    report = export_model(*run, HALVES)
    for name in ("O4", "fp16"):
        assert not report.variant(name).parity.passed
        assert len(report.variant(name).repairs) == len(HALF_LADDER) - 1
        assert HALF_LADDER[-1].title in report.variant(name).method
    assert report.served == "O2"
    assert not any(path.name in ("attempt", "attempt.read") for path in _folder(run).iterdir())


def _folder(run: Run) -> Path:
    store, run_id = run
    return store.export_folder(run_id, "transferred")
