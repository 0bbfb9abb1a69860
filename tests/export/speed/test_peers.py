"""PyTorch's candidates: what is asked of it beside a GPU, on stand-ins for one, and on the CPU that is there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from export.reference import Reference
from export.speed import peers, runner
from export.speed.opening import LackingError, Opened
from export.speed.turns import LACKS
from export.speed.ways import WAYS, Peer

CUDA = torch.device("cuda")


class Tensor:
    """Numbers that say where they are, and remember how they came back."""

    def __init__(self, where: str = "cpu") -> None:
        self.where = where

    def to(self, device: torch.device) -> Tensor:
        return Tensor(device.type)

    def float(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return Tensor("cpu")

    def numpy(self) -> np.ndarray:
        assert self.where == "cpu"
        return np.zeros((2, 2), np.float32)


class Model:
    """A model on a GPU: remembers where it was moved, and what it was asked."""

    def __init__(self) -> None:
        self.moved: list[dict[str, Any]] = []
        self.asked: list[tuple[str, bool]] = []

    def to(self, **where: Any) -> None:
        self.moved.append(where)

    def __call__(self, input_ids: Tensor) -> Any:
        self.asked.append((input_ids.where, torch.is_inference_mode_enabled()))
        return SimpleNamespace(logits=Tensor(input_ids.where))


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A machine whose PyTorch has a GPU: the model, and what was asked of ``torch.cuda`` and the compiler."""
    found = SimpleNamespace(model=Model(), settled=[], compiled=[])

    def loaded(folder: Path, task: str) -> Reference:
        made = object.__new__(Reference)
        made.model, made.device = found.model, torch.device("cpu")
        made.config = SimpleNamespace(vocab_size=9, pad_token_id=0)
        made.inputs = lambda batch: {"input_ids": Tensor()}  # type: ignore[method-assign]
        return made

    def compiled(model: Any, **options: Any) -> Any:
        found.compiled.append(options)
        return model

    monkeypatch.setattr(peers, "Reference", loaded)
    monkeypatch.setattr(torch, "compile", compiled)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *, including_emulation: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: found.settled.append(len(found.model.asked)))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (123, 456))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    precision = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    yield found
    torch.set_float32_matmul_precision(precision[0])
    torch.backends.cudnn.allow_tf32 = precision[1]


def opened(peer: Peer) -> Opened:
    return peers.peer({"kind": peer, "folder": "model", "task": "text-classification", "threads": None})


@pytest.mark.parametrize("peer", WAYS)
def test_beside_a_gpu_every_peer_runs_there_in_its_precision(gpu: SimpleNamespace, peer: Peer) -> None:
    found = opened(peer)
    assert gpu.model.moved == [{"device": CUDA, "dtype": getattr(torch, WAYS[peer].precision)}]
    assert (found.where, found.device, found.precision) == ("cuda", "cuda", WAYS[peer].precision)
    assert gpu.compiled == [{"dynamic": False}] * WAYS[peer].compiled
    answer = found.prepare(2, 4)()
    assert gpu.model.asked == [("cuda", True)], "inputs on the GPU, in inference mode"
    assert isinstance(answer, np.ndarray)


def test_a_gpu_has_nothing_left_to_do_when_the_clock_starts_and_stops(
    gpu: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(runner.OPENING, "torch", peers.peer)
    process = runner.Runner({"kind": "torch", "folder": "model", "task": "text-classification", "threads": None})
    answer = process.turn({"batch": 2, "length": 4, "warm": 1, "calls": 2})
    assert len(answer["seconds"]) == 2
    assert gpu.settled == [1, 2, 2, 3], "before and after each call that is timed"


def test_float32_is_float32(gpu: SimpleNamespace) -> None:
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    opened("torch")
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32


def test_rates_are_measured_where_and_in_what_a_candidate_computes(
    gpu: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[tuple[Any, ...]] = []
    monkeypatch.setattr(peers, "gemm_speed", lambda shape, dtype, where: measured.append((shape, dtype, where)) or 1e12)
    monkeypatch.setattr(peers, "onnx_gemm_speed", lambda *_, **__: pytest.fail("onnxruntime's is the CPU's"))
    asked = {"shapes": [[4, 32, 32], [1, 32, 2]], "threads": None, "device": "cuda", "precision": "float16"}
    torch.set_float32_matmul_precision("high")
    assert peers.rates(asked) == {"rates": [1e12, 1e12]}
    assert measured == [((4, 32, 32), torch.float16, CUDA), ((1, 32, 2), torch.float16, CUDA)]
    assert torch.get_float32_matmul_precision() == "highest"
    assert peers.machine({}) == {"gpu": "a GPU", "free": 123}


@pytest.mark.parametrize(
    ("precision", "torch_s", "onnx_s", "best"),
    [
        ("float32", 2e9, 3e9, 3e9),
        ("float32", 4e9, 3e9, 4e9),
        ("bfloat16", 2e9, None, 2e9),
        ("int8", None, 3e9, 3e9),
    ],
)
def test_on_a_cpu_the_faster_of_both_kernels_is_the_rate(
    monkeypatch: pytest.MonkeyPatch, precision: str, torch_s: float | None, onnx_s: float | None, best: float
) -> None:
    def reach(rate: float | None) -> Any:
        return lambda *_, **__: pytest.fail("it has no such product") if rate is None else rate

    monkeypatch.setattr(peers, "gemm_speed", reach(torch_s))
    monkeypatch.setattr(peers, "onnx_gemm_speed", reach(onnx_s))
    asked = {"shapes": [[4, 32, 32]], "threads": None, "device": "cpu", "precision": precision}
    assert peers.rates(asked) == {"rates": [best]}


@pytest.mark.parametrize(
    ("peer", "on_gpu", "lacking"),
    [
        ("torch fp16", False, "float16 on cpu"),
        ("torch bf16", False, "bfloat16 on cpu"),
        ("torch bf16", True, "bfloat16 on cuda"),
    ],
)
def test_what_no_device_computes_is_left_out_with_a_reason(
    gpu: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, peer: Peer, *, on_gpu: bool, lacking: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: on_gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *, including_emulation: including_emulation)
    monkeypatch.setitem(peers.COMPUTES, "bfloat16 on cpu", lambda: False)
    with pytest.raises(LackingError, match=lacking):
        opened(peer)
    assert gpu.model.moved == []
    assert set(peers.COMPUTES) == set(LACKS)


def test_on_a_cpu_nothing_of_cuda_is_asked(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: pytest.fail("there is no GPU"))
    found = peers.peer({"kind": "torch", "folder": model_folder, "task": "text-classification", "threads": None})
    found.settle()
    answer = found.prepare(3, 8)()
    assert isinstance(answer, np.ndarray)
    assert answer.shape == (3, 2)
    assert (found.where, found.device) == ("cpu", "cpu")
    assert peers.machine({}) == {"gpu": "", "free": None}
