"""Whole exports of a tiny model: every level loads everywhere, what fails is not served, nothing is half done."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from optimum.onnxruntime import ORTModelForSequenceClassification
from tokenizers import Tokenizer
from transformers import AutoTokenizer, TextClassificationPipeline

from export import building, exporting, making
from export.choosing import chosen
from export.exporting import export_model
from export.predictor import Predictor
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
