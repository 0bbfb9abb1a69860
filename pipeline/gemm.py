"""How fast this machine multiplies matrices, which bounds how fast it trains and answers. Loads torch."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn

SECONDS = 0.05  # of each measurement
LEAST = 3  # measurements, however long they take
QUEUED = 20  # products that a GPU is given at once: waiting for each would time the waiting


def gemm_speed(shape: tuple[int, int, int], dtype: torch.dtype, where: torch.device) -> float:
    """Floating-point operations a second of a product ``[m, k] × [k, n]``, the best of several."""
    m, k, n = shape
    left, right = torch.randn(m, k).to(where, dtype), torch.randn(n, k).to(where, dtype)
    at_once = QUEUED if left.is_cuda else 1

    def multiply() -> None:
        for _ in range(at_once):
            nn.functional.linear(left, right)
        if left.is_cuda:
            torch.cuda.synchronize()

    return 2 * m * k * n * at_once / fastest(multiply)


def fastest(multiply: Callable[[], object]) -> float:
    """Seconds of a call, the best of several."""
    best, deadline, tries = float("inf"), time.perf_counter() + SECONDS, 0
    while tries < LEAST or time.perf_counter() < deadline:
        started = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - started)
        tries += 1
    return best


def cpu_has_bf16() -> bool:
    """Whether the processor has instructions for bf16; that says nothing of their speed."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001 - no public one
