"""Speeds that can be: what they are depends on the machine."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import torch

from pipeline import gemm
from pipeline.gemm import gemm_speed


def test_the_speed_of_a_product_is_plausible() -> None:
    assert 1e6 < gemm_speed((128, 64, 64), torch.float32, torch.device("cpu")) < 1e15


def test_a_gpu_is_waited_for_once_for_many_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that computes when it is waited for, a thousandth of a second for each product."""
    matrix = SimpleNamespace(is_cuda=True, to=lambda *_: matrix)
    queued: list[object] = []

    def synchronize() -> None:
        assert len(queued) == gemm.QUEUED
        time.sleep(0.001 * len(queued))
        queued.clear()

    monkeypatch.setattr(torch, "randn", lambda *_: matrix)
    monkeypatch.setattr(torch.nn.functional, "linear", lambda *given: queued.append(given))
    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)
    assert 1e6 < gemm_speed((100, 100, 100), torch.float16, torch.device("cuda")) <= 2e6 / 0.001
