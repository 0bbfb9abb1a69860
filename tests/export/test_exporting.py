"""Whole exports of a tiny model: every level loads everywhere, what fails is not served, nothing is half done."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import numpy_helper
from optimum.onnxruntime import ORTModelForSequenceClassification
from tokenizers import Tokenizer
from transformers import AutoTokenizer, TextClassificationPipeline

from export import building, exporting, making
from export.choosing import chosen
from export.exporting import export_model
from export.package import damaged
from export.predictor import Predictor
from export.reference import Reference
from export.report import FILE, read_report
from pipeline.errors import ExportError, RunError
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec

TEXT = "the soup was tasty and the rider friendly and quick"
Run = tuple[RunStore, str]


@pytest.fixture(scope="session")
def all_levels(make_run, exported: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for every level and quantisation there is."""
    root = tmp_path_factory.mktemp("levels")
    store, run_id = make_run(root / "runs")
    for level in ("O1", "O3"):
        export_model(store, run_id, ExportSpec(optimisation=(level,), quantisation=()), out=root / level)
    return {
        **{name: exported / name.lower() for name in ("fp32", "O2", "int8")},
        **{level: root / level / level.lower() for level in ("O1", "O3")},
    }


@pytest.mark.parametrize("name", ["fp32", "O1", "O2", "O3", "int8"])
def test_every_variant_loads_everywhere(all_levels: dict[str, Path], name: str):
    folder = all_levels[name]
    expected = Predictor(folder).logits([TEXT])[0]

    model = ORTModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(TEXT, return_tensors="np")
    np.testing.assert_allclose(model(**inputs).logits[0], expected, atol=1e-5)
    assert TextClassificationPipeline(model=model, tokenizer=tokenizer)(TEXT)[0]["label"] == "good"

    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(TEXT).ids
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    feeds = {item.name: np.zeros((1, len(ids)), np.int64) for item in session.get_inputs()}
    feeds["input_ids"] += ids
    feeds["attention_mask"] += 1
    np.testing.assert_allclose(session.run(["logits"], feeds)[0][0], expected, atol=1e-5)


@pytest.mark.parametrize("name", ["fp32", "O1", "O2", "O3", "int8"])
def test_a_folder_is_whole(all_levels: dict[str, Path], name: str):
    wanted = {"model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}
    assert wanted | {"README.md", "SHA256SUMS"} <= {path.name for path in all_levels[name].iterdir()}
    for path in all_levels[name].glob("*.json"):
        assert "/private" not in path.read_text()


def test_the_report_tells_what_was_made(exported: Path):
    report = read_report(exported)
    assert [variant.name for variant in report.variants] == ["fp32", "O2", "int8"]
    assert all(variant.parity.passed and variant.parity.texts == 60 for variant in report.variants)
    assert report.metric == "accuracy"
    assert report.served == "int8"
    assert chosen(exported) == exported / "int8"
    assert report.variant("fp32").parity.max_logit_difference < 1e-4
    assert report.variant("O2").fused == {"Attention": 2, "BiasGelu": 2}
    assert report.variant("int8").size_bytes < report.variant("fp32").size_bytes
    assert all(variant.latency_ms > 0 for variant in report.variants)
    assert report.torch_latency_ms > 0


def test_the_report_says_whence_int8_has_its_ranges(exported: Path):
    found = {variant.name: variant.ranges for variant in read_report(exported).variants}
    assert found == {"fp32": (), "O2": (), "int8": ("batch",)}


def test_by_default_it_lands_in_the_run(run: Run):
    steps: list[tuple[int, int]] = []
    export_model(
        *run,
        ExportSpec(optimisation=(), quantisation=()),
        progress=lambda done, total, _: steps.append((done, total)),
    )
    store, run_id = run
    assert chosen(store.export_folder(run_id, "transferred")).name == "fp32"
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_nothing_asks_the_network(run: Run, monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *name, **_: asked.append(name) or [])
    export_model(*run, ExportSpec())
    assert asked == []


# ── what fails ──────────────────────────────────────────────────────────────────────────


def turn_round(path: Path) -> None:
    """Make a graph answer the opposite: turn its classifier's weights round."""
    model = onnx.load(path)
    for weight in model.graph.initializer:
        if weight.name == "classifier.weight":
            weight.CopyFrom(numpy_helper.from_array(-numpy_helper.to_array(weight), weight.name))
    onnx.save(model, path)


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


def test_an_interrupted_export_leaves_the_old_one(run: Run, monkeypatch: pytest.MonkeyPatch):
    store, run_id = run
    options = ExportSpec(optimisation=(), quantisation=())
    export_model(store, run_id, options)
    destination = store.export_folder(run_id, "transferred")
    before = {path: path.read_bytes() for path in destination.rglob("*") if path.is_file()}

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "package", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export_model(store, run_id, options)
    assert {path: path.read_bytes() for path in destination.rglob("*") if path.is_file()} == before
    assert [path.name for path in destination.parent.iterdir()] == [destination.name]


def test_what_is_missing_is_told_with_a_remedy(run: Run):
    store, run_id = run
    with pytest.raises(RunError, match="There is no run"):
        export_model(store, "nobody", ExportSpec())
    with pytest.raises(ExportError, match=r"no model 'target-only'.*Let the run finish"):
        export_model(store, run_id, ExportSpec(model="target-only"))
    (store.folder(run_id) / "report.json").unlink()
    with pytest.raises(ExportError, match=r"no report.*Let the run finish"):
        export_model(store, run_id, ExportSpec())


def test_the_classical_baseline_has_no_onnx_form(run: Run):
    with pytest.raises(ExportError, match=r"classical is no neural network.*Export one of source-only, transferred"):
        export_model(*run, ExportSpec(model="classical"))


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


def test_without_a_converted_model_there_is_nothing(run: Run, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise ExportError("Optimum can't export this.")

    monkeypatch.setattr(making, "convert", fail)
    with pytest.raises(ExportError, match="Optimum can't export this"):
        export_model(*run, ExportSpec())


def test_a_damaged_report_is_told(exported: Path, tmp_path: Path):
    folder = shutil.copytree(exported, tmp_path / "copy")
    (folder / FILE).write_text("{}")
    with pytest.raises(ExportError, match="damaged"):
        chosen(folder)
    with pytest.raises(ExportError, match="no finished export"):
        read_report(tmp_path)


def test_looking_for_an_export_does_not_load_torch():
    code = "import export.exporting, sys; print([n for n in ('torch', 'optimum', 'onnxruntime') if n in sys.modules])"
    root = Path(exporting.__file__).parents[1]
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).strip() == "[]"
