"""What is asked of TensorRT, and what happens where it can't do it: without a GPU, on a stand-in for one."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path
from typing import get_args

import pytest

from export.predictor import PROVIDERS, Predictor, session
from export.predictor.folder import HALF
from export.record import Record
from pipeline.spec import Optimisation, VariantName
from tests.export.predictor.gpu import ASKED_OF_CUDA, CPU, CUDA, TENSORRT, Graph


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


def test_tensorrt_that_can_not_compile_the_graph_gives_way_to_cuda(
    tensorrt: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(tensorrt, "uncompiled", (TENSORRT,))
    predictor = Predictor(exported / "fp32")
    assert (predictor.provider, predictor.unfit) == (CUDA, "")
    assert predictor.predict(["warm soup"])[0].probabilities
    assert f"runs on {CUDA}; {TENSORRT} can't compute the graph: {TENSORRT} found no engine" in caplog.text


def test_where_neither_begins_it_is_the_cpu(
    tensorrt: type[Graph], exported: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(tensorrt, "uncompiled", (TENSORRT,))
    monkeypatch.setattr(tensorrt, "broken", (CUDA,))
    assert Predictor(exported / "fp32").provider == CPU
    assert f"{TENSORRT} can't compute the graph" in caplog.text
    assert f"{CUDA} can't be started" in caplog.text


@pytest.mark.parametrize(
    ("variant", "level"), [(variant, None) for variant in get_args(VariantName)] + [("fp16", "O1")]
)
def test_tensorrt_may_compute_in_half_precision_what_was_made_in_it(
    tensorrt: type[Graph], exported: Path, tmp_path: Path, variant: VariantName, level: Optimisation | None
):
    folder = shutil.copytree(exported / "fp32", tmp_path / "made")
    Record.of(variant, level).write(folder)
    predictor = Predictor(folder)
    (asked,) = tensorrt.asked
    half = [name for name, options in asked if options.get("trt_fp16_enable") == "1"]
    assert half == ([TENSORRT] if predictor.provider == TENSORRT and variant == "fp16" else [])


def test_half_precision_is_named_as_the_levels_have_it():
    from export.optimise import LEVELS

    assert {"fp16"} | {name for name, level in LEVELS.items() if level.half} == HALF


@pytest.fixture(params=["folder", "home"])
def nowhere(
    tensorrt: type[Graph], request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> type[Graph]:
    """A file lies where the folder of what is kept should be, or there is no home to keep it in."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", "" if request.param == "home" else str(tmp_path / "file"))
    monkeypatch.setattr(Path, "home", homeless)
    return tensorrt


def test_without_a_place_for_engines_they_are_not_kept(
    nowhere: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture
):
    assert Predictor(exported / "fp32").provider == TENSORRT
    assert nowhere.asked == [[(TENSORRT, {}), *ASKED_OF_CUDA]]
    assert "What is compiled for this machine is not kept" in caplog.text


def test_fused_nodes_are_not_for_tensorrt(tensorrt: type[Graph], exported: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    assert Predictor(exported / "o2").provider == CUDA
    assert "TensorrtExecutionProvider is not what the variant is made for: TensorRT fuses by itself" in caplog.text
