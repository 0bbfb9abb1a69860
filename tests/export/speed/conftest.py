"""Measurements made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from export.speed.recommending import recommend
from export.speed.report import Candidate, Shape, SpeedReport, Timing

ONE, MANY = Shape(batch=1, length=32), Shape(batch=32, length=128)


def candidate(name: str, one: float, many: float, **fields: Any) -> Candidate:
    """One that takes so many milliseconds for one text and for many."""
    timings = tuple(
        Timing(
            shape=shape,
            calls=10,
            p50_ms=time,
            p95_ms=2 * time,
            p99_ms=3 * time,
            texts_per_second=1000 * shape.batch / time,
            gemm_share=0.5,
        )
        for shape, time in ((ONE, one), (MANY, many))
    )
    in_torch = name.startswith("torch")
    told = {
        "metric": 0.8,
        "passed": None if in_torch else True,
        "size_bytes": 10**7,
        "memory_bytes": 10**8,
        "provider": "" if in_torch else "CPUExecutionProvider",
    }
    return Candidate(name=name, torch=in_torch, timings=timings, **told | fields)


def speed_of(*candidates: Candidate, **fields: Any) -> SpeedReport:
    made = SpeedReport(
        model="transferred",
        metric="accuracy",
        processor="a processor",
        threads=2,
        rounds=3,
        gemm_flops_per_second={"float32 on cpu": {"1 x 32": 1e11, "32 x 128": 2e11}},
        candidates=candidates,
        **fields,
    )
    return made.model_copy(update={"recommendation": recommend(made)})


@pytest.fixture
def timed() -> Callable[..., Candidate]:
    return candidate


@pytest.fixture
def speed() -> Callable[..., SpeedReport]:
    return speed_of
