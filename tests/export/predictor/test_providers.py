"""The choice of a provider, and what is asked of onnxruntime: without a GPU, on a stand-in for one."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import onnxruntime as ort
import pytest

from export.predictor import PROVIDERS, Predictor, PredictorError, Tokens, providers, session
from export.predictor.folder import RECORD, Folder
from export.record import RECORD as WRITTEN
from export.record import Record
from pipeline.spec import MATRIX, ExportSpec, Optimisation, Provider, VariantName
from tests.export.predictor.gpu import ASKED_OF_CUDA, CPU, CUDA, TENSORRT, Graph


def test_the_order_is_tensorrt_cuda_cpu():
    assert (TENSORRT, CUDA, CPU) == ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")


def test_cuda_is_taken_where_it_works(gpu: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "fp32").provider == CUDA
    assert gpu.asked == [ASKED_OF_CUDA]
    assert "runs on CUDAExecutionProvider; TensorrtExecutionProvider finds no driver" in caplog.text


def test_a_graph_that_no_provider_opens_is_told(tensorrt: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch):
    def damaged(*_: Any, **__: Any) -> Graph:
        raise RuntimeError("damaged")

    monkeypatch.setattr(ort, "InferenceSession", damaged)
    with pytest.raises(PredictorError, match="can't be loaded: damaged"):
        Predictor(exported / "fp32")


@pytest.mark.parametrize(("kind", "provider"), [("cpu", CPU), ("cuda", CUDA), ("tensorrt", TENSORRT)])
def test_a_better_provider_than_may_be_used_is_passed_over(
    tensorrt: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture, kind: str, provider: str
):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "fp32", provider=kind).provider == provider
    (asked,) = tensorrt.asked
    assert asked[0][0] == provider
    for better in list(PROVIDERS)[: list(PROVIDERS).index(provider)]:
        assert f"; {better} is better than {kind}, the best that may be used" in caplog.text


def test_what_may_be_used_and_is_not_there_gives_way(gpu: type[Graph], exported: Path):
    assert Predictor(exported / "fp32", provider="tensorrt").provider == CUDA
    assert Predictor(exported / "int8", provider="cuda").provider == CPU


def test_a_provider_that_is_none_is_told(exported: Path):
    with pytest.raises(PredictorError, match=r"no provider 'gpu'. Give one of tensorrt, cuda, cpu\.$"):
        Predictor(exported / "fp32", provider="gpu")


@pytest.mark.parametrize(("kind", "provider"), [("cpu", CPU), ("cuda", CUDA), ("tensorrt", TENSORRT)])
@pytest.mark.usefixtures("tensorrt")
def test_an_export_is_judged_on_the_provider_that_it_is_for(exported: Path, tmp_path: Path, kind: str, provider: str):
    from export import making

    folder = shutil.copytree(exported / "fp32", tmp_path / "made")
    options = ExportSpec.model_validate({"provider": kind, "optimisation": [], "quantisation": []})
    yardstick: Any = SimpleNamespace(job=SimpleNamespace(options=options))
    assert making._opened(yardstick, folder, "fp32").provider == provider


def test_int8_stays_on_the_cpu(tensorrt: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "int8").provider == CPU
    assert len(tensorrt.asked) == 1
    assert "CUDAExecutionProvider is not what the variant is made for: dynamic int8 is for CPUs" in caplog.text


@pytest.mark.parametrize("variant", get_args(VariantName))
def test_the_best_provider_is_taken_that_the_table_of_variants_allows(
    tensorrt: type[Graph], exported: Path, tmp_path: Path, variant: VariantName
):
    folder = shutil.copytree(exported / "fp32", tmp_path / "made")
    Record.of(variant).write(folder)
    allowed = [name for name, each in PROVIDERS.items() if not MATRIX[variant, each.kind]]  # type: ignore[index]
    predictor = Predictor(folder)
    assert predictor.provider == (allowed or [CPU])[0]
    assert predictor.unfit == ("" if allowed else MATRIX[variant, "cpu"])


@pytest.mark.parametrize(("level", "provider"), [(None, TENSORRT), ("O1", TENSORRT), ("O2", CUDA)])
def test_what_a_level_is_not_for_its_half_is_not_for_either(
    tensorrt: type[Graph], exported: Path, tmp_path: Path, level: Optimisation | None, provider: str
):
    folder = shutil.copytree(exported / "fp32", tmp_path / "made")
    Record.of("fp16", level).write(folder)
    assert Predictor(folder).provider == provider


@pytest.mark.parametrize("variant", ["fp16", "O4"])
def test_half_precision_on_a_cpu_is_computed_and_said(
    exported: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, variant: VariantName
):
    folder = shutil.copytree(exported / "fp32", tmp_path / "made")
    Record.of(variant).write(folder)
    predictor = Predictor(folder)
    assert predictor.provider == CPU
    assert predictor.unfit == MATRIX[variant, "cpu"]
    (said,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said == f"{folder} runs on {CPU}, for which it is not made: {predictor.unfit}"


def test_providers_are_called_as_exports_call_them():
    assert {each.kind for each in PROVIDERS.values()} == set(get_args(Provider))
    assert RECORD == WRITTEN


def test_cuda_that_does_not_start_gives_way(
    gpu: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(gpu, "broken", (CUDA,))
    assert Predictor(exported / "o2").provider == CPU
    assert "CUDAExecutionProvider can't be started" in caplog.text


def test_without_a_driver_no_gpu_is_tried(gpu: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers, "_loads", lambda library: False)
    assert Predictor(exported / "o2").provider == CPU
    assert gpu.asked == [[(CPU, {})]]


def test_beside_a_gpu_inputs_and_the_output_are_bound(gpu: type[Graph], exported: Path):
    opened = session.Session(Folder.read(exported / "o2"), threads=None)
    assert [answer.shape for answer in opened.batch([Tokens([2, 5, 3], [0] * 3), Tokens([2, 3], [0] * 2)])] == [
        (2,)
    ] * 2
    (binding,) = gpu.run
    assert binding.outputs == [("logits", "cuda")]
    assert {name: array.tolist() for name, array in binding.inputs.items()} == {
        "input_ids": [[2, 5, 3], [2, 3, 0]],
        "attention_mask": [[1, 1, 1], [1, 1, 0]],
    }


def test_drivers_are_looked_for():
    assert PROVIDERS[CPU].present
    assert not replace(PROVIDERS[CUDA], drivers=(("no-such-library.so",),)).present
    assert not replace(PROVIDERS[CUDA], drivers=(("libc.so.6",), ("no-such-library.so",))).present
    assert replace(PROVIDERS[CUDA], drivers=(("no-such-library.so", "libc.so.6"),)).present
