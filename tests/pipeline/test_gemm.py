"""Speeds that can be: what they are depends on the machine."""

from __future__ import annotations

import torch

from pipeline.gemm import gemm_speed


def test_the_speed_of_a_product_is_plausible() -> None:
    assert 1e6 < gemm_speed((128, 64, 64), torch.float32, torch.device("cpu")) < 1e15
