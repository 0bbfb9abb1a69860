"""A machine with a GPU, as far as onnxruntime tells."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort
import pytest

from export.predictor import PROVIDERS, providers
from tests.export.predictor.gpu import Graph


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Graph]:
    """A machine with an NVIDIA driver, and without TensorRT."""
    monkeypatch.setattr(Graph, "asked", [])
    monkeypatch.setattr(Graph, "run", [])
    monkeypatch.setattr(Graph, "broken", ())
    monkeypatch.setattr(Graph, "uncompiled", ())
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
