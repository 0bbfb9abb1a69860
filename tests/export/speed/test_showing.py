"""The table of the terminal: what it holds beside a GPU, and without one."""

from __future__ import annotations

from collections.abc import Callable

from export.speed import showing
from export.speed.report import Candidate, SpeedReport


def test_a_gpu_s_memory_is_told_of_whoever_ran_on_it_and_how_it_was_measured(
    timed: Callable[..., Candidate], speed: Callable[..., SpeedReport]
) -> None:
    on_gpu = timed("O4", 1.0, 9.0, provider="CUDAExecutionProvider", device_bytes=640_000_000)
    shown = showing.table(speed(on_gpu, timed("int8", 2.0, 20.0)))
    (line,) = [line for line in shown.splitlines() if line.startswith("O4") and "CUDA" in line]
    assert line.split()[-5:] == ["100", "MB", "640", "MB", "CUDAExecutionProvider"]
    assert showing.HELD in shown
    (left,) = [line for line in shown.splitlines() if line.startswith("int8") and "CPU" in line]
    assert left.count("MB") == 2


def test_without_a_gpu_nothing_is_said_of_one(
    timed: Callable[..., Candidate], speed: Callable[..., SpeedReport]
) -> None:
    assert showing.HELD not in showing.table(speed(timed("int8", 2.0, 20.0)))
