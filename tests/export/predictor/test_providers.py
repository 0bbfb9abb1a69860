"""The choice of a provider, and what is asked of onnxruntime: without a GPU, on a stand-in for one."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import onnxruntime as ort
import pytest

from export.predictor import PROVIDERS, Predictor, Tokens, providers, session
from export.predictor.folder import RECORD, Folder
from export.record import RECORD as WRITTEN
from export.record import Record
from pipeline.spec import MATRIX, Optimisation, Provider, VariantName

TENSORRT, CUDA, CPU = PROVIDERS
ASKED_OF_CUDA = [(CUDA, {"use_tf32": "0"}), (CPU, {})]


class Named:
    def __init__(self, name: str):
        self.name = name


class Binding:
    """Remembers what is bound where, and answers one label of two."""

    def __init__(self, inputs: dict[str, np.ndarray]):
        self.inputs = inputs
        self.outputs: list[tuple[str, str]] = []

    def bind_cpu_input(self, name: str, array: np.ndarray) -> None:
        self.inputs[name] = array

    def bind_output(self, name: str, device: str) -> None:
        self.outputs.append((name, device))

    def copy_outputs_to_cpu(self) -> list[np.ndarray]:
        return [np.zeros((len(self.inputs["input_ids"]), 2), np.float32)]


class Graph:
    """Stands for a session on a machine that has, or lacks, what a GPU needs."""

    broken: tuple[str, ...] = ()
    asked: list[list[Any]] = []  # noqa: RUF012
    run: list[Binding] = []  # noqa: RUF012

    def __init__(self, model: str, options: ort.SessionOptions, providers: list):
        self.asked.append(providers)
        self._first = next(name for name, _ in providers if name not in self.broken)

    def get_providers(self) -> list[str]:
        return [self._first]

    def get_inputs(self) -> list[Named]:
        return [Named("input_ids"), Named("attention_mask")]

    def get_outputs(self) -> list[Named]:
        return [Named("logits")]

    def io_binding(self) -> Binding:
        return Binding({})

    def run_with_iobinding(self, binding: Binding) -> None:
        self.run.append(binding)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Graph]:
    """A machine with an NVIDIA driver, and without TensorRT."""
    monkeypatch.setattr(Graph, "asked", [])
    monkeypatch.setattr(Graph, "run", [])
    monkeypatch.setattr(Graph, "broken", ())
    monkeypatch.setattr(ort, "InferenceSession", Graph)
    monkeypatch.setattr(ort, "preload_dlls", lambda: None)
    monkeypatch.setattr(ort, "get_available_providers", lambda: list(PROVIDERS))
    monkeypatch.setattr(providers, "_loads", lambda library: "nvinfer" not in library)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "")
    monkeypatch.delenv("NVIDIA_TF32_OVERRIDE")
    return Graph


@pytest.fixture
def tensorrt(gpu: type[Graph], monkeypatch: pytest.MonkeyPatch) -> type[Graph]:
    """With it."""
    monkeypatch.setattr(providers, "_loads", lambda library: True)
    return gpu


def test_the_order_is_tensorrt_cuda_cpu():
    assert (TENSORRT, CUDA, CPU) == ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")


def test_cuda_is_taken_where_it_works(gpu: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "fp32").provider == CUDA
    assert gpu.asked == [ASKED_OF_CUDA]
    assert "runs on CUDAExecutionProvider; TensorrtExecutionProvider finds no driver" in caplog.text


def test_tensorrt_is_taken_where_it_works_and_keeps_its_engines_by_the_graph(
    tensorrt: type[Graph], exported: Path, tmp_path: Path
):
    assert Predictor(exported / "fp32").provider == TENSORRT
    digest = hashlib.sha256((exported / "fp32" / "model.onnx").read_bytes()).hexdigest()
    kept = tmp_path / "graft" / "engines" / digest
    options = {
        "trt_engine_cache_enable": "1",
        "trt_timing_cache_enable": "1",
        "trt_engine_cache_path": str(kept),
    }
    assert tensorrt.asked == [[(TENSORRT, options), *ASKED_OF_CUDA]]
    assert kept.is_dir()
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"


def test_tensorrt_is_asked_its_farthest_shapes_before_anybody_asks(tensorrt: type[Graph], exported: Path):
    Predictor(exported / "fp32")
    budget = PROVIDERS[TENSORRT].batch_tokens
    shapes = [binding.inputs["input_ids"].shape for binding in tensorrt.run]
    assert shapes == [(1, 24), (budget // session.SHORTEST, session.SHORTEST)]


def test_tensorrt_that_does_not_start_gives_way_to_cuda(
    tensorrt: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(tensorrt, "broken", (TENSORRT,))
    assert Predictor(exported / "fp32").provider == CUDA
    assert tensorrt.asked[1:] == [ASKED_OF_CUDA]
    assert "TensorrtExecutionProvider can't be started" in caplog.text


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


def test_fused_nodes_are_not_for_tensorrt(tensorrt: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "o2").provider == CUDA
    assert "TensorrtExecutionProvider is not what the variant is made for: TensorRT fuses by itself" in caplog.text


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
