"""Candidates in processes of their own: fair turns, and what happens when one fails."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from export.speed import turns
from export.speed.report import Shape
from export.speed.turns import Process, Race, UnmeasuredError

SHAPES = [Shape(batch=1, length=4), Shape(batch=2, length=8)]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def onnx(folder: Path) -> dict[str, Any]:
    return {"kind": "onnx", "folder": str(folder), "threads": 1, "precision": "float32"}


def race_of(asked: dict[str, dict[str, Any]], rounds: int = 2) -> tuple[Race, list[tuple[int, int, str]]]:
    steps: list[tuple[int, int, str]] = []
    race = Race(asked, SHAPES, rounds, lambda done, total, text: steps.append((done, total, text)))
    return race, steps


def test_all_get_as_many_turns_and_the_rates_are_measured_beside(exported: Path, model_folder: Path) -> None:
    torch = {"kind": "torch", "folder": str(model_folder), "task": "text-classification", "threads": 1}
    race, steps = race_of({"torch": torch, "fp32": onnx(exported / "fp32")})
    race.run({SHAPES[0]: [(4, 32, 32)]}, threads=1)
    assert race.faults == {}
    for name in ("torch", "fp32"):
        assert all(len(race.seconds[name][shape]) == 2 * turns.LEAST_CALLS for shape in SHAPES)
        assert all(second > 0 for shape in SHAPES for second in race.seconds[name][shape])
    assert race.memory["fp32"] < race.memory["torch"], "a variant's process holds torch"
    assert race.rates["float32 on cpu"][4, 32, 32] > 1e6
    assert [done for done, _, _ in steps] == list(range(steps[-1][1]))


def test_beside_a_gpu_rates_are_measured_there_in_each_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are stand-ins: one variant was left to the CPU, and PyTorch's candidates are on the GPU.

    Each takes ten of the GPU's hundred bytes when it is opened, and O4 one more each time that it is asked.
    """
    opened = {
        "torch": {"where": "cuda", "device": "cuda", "precision": "float32"},
        "torch fp16": {"where": "cuda", "device": "cuda", "precision": "float16"},
        "O4": {"where": "CUDAExecutionProvider", "device": "cuda", "precision": "float16"},
        "int8": {"where": "CPUExecutionProvider", "device": "cpu", "precision": "int8"},
    }
    gpu, rated, free = "a GPU", [], 100

    class Answering:
        kind = ""

        def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
            nonlocal free
            if asked["do"] == "machine":
                return {"gpu": gpu, "free": free if gpu else None}
            if asked["do"] == "open":
                self.kind = asked["kind"]
                free -= 10
                return {**opened[self.kind], "memory": 1}
            if asked["do"] == "rates":
                free -= 7  # of the process beside
                rated.append((asked["precision"], asked["device"]))
            free -= self.kind == "O4"
            return {"seconds": [0.1] * asked.get("calls", 1), "rates": [5.0], "memory": 1}

        def end(self) -> None:
            pass

    monkeypatch.setattr(turns, "Process", Answering)
    race, _ = race_of({name: {"kind": name} for name in opened}, rounds=1)
    race.run({SHAPES[0]: [(4, 32, 32)]}, threads=1)
    assert rated == [("float32", "cuda"), ("float16", "cuda"), ("int8", "cpu")]
    assert [race.rate_of(name) for name in opened] == [
        "float32 on cuda",
        "float16 on cuda",
        "float16 on cuda",
        "int8 on cpu",
    ]
    assert race.gpu == "a GPU"
    asked = 2 * len(SHAPES)  # when it is opened, and in its turns
    assert [race.device_memory(name) for name in opened] == [10, 10, 10 + asked, None], "int8 is on the CPU"
    gpu = ""  # onnxruntime finds one, and PyTorch is built without
    race, _ = race_of({name: {"kind": name} for name in opened}, rounds=1)
    race.run({SHAPES[0]: [(4, 32, 32)]}, threads=1)
    assert list(race.rates) == ["int8 on cpu"]
    assert {race.device_memory(name) for name in opened} == {None}
    gpu = "a GPU"  # there is one, and nobody runs on it
    race, _ = race_of({"int8": {"kind": "int8"}}, rounds=1)
    race.run({}, threads=1)
    assert (race.gpu, race.device_memory("int8")) == ("", None)


def test_one_that_can_not_be_opened_is_left_out_and_the_others_go_on(exported: Path, tmp_path: Path) -> None:
    race, _ = race_of({"gone": onnx(tmp_path), "fp32": onnx(exported / "fp32")}, rounds=1)
    race.run({}, threads=1)
    assert list(race.seconds) == ["fp32"]
    assert race.faults["gone"].startswith("gone could not be measured: PredictorError: ")
    assert "model.onnx" in race.faults["gone"]


def test_one_whose_process_dies_is_left_out(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    race, _ = race_of({"dies": onnx(exported / "fp32"), "int8": onnx(exported / "int8")}, rounds=2)
    turned: list[str] = []
    take = race._turn

    def turn(shape: Shape, name: str) -> None:
        turned.append(name)
        if name == "dies" and turned.count("dies") == 2:
            os.kill(race._processes["dies"]._process.pid, signal.SIGKILL)
        take(shape, name)

    monkeypatch.setattr(race, "_turn", turn)
    race.run({}, threads=1)
    assert list(race.seconds) == ["int8"]
    assert race.faults["dies"] == ("dies could not be measured: its process ended without a word (exit code -9).")


def test_no_process_is_left_behind_whatever_happens(exported: Path) -> None:
    before = {child.pid for child in psutil.Process().children()}
    race, _ = race_of({"fp32": onnx(exported / "fp32")})

    def break_off(done: int, total: int, text: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    race._progress = break_off
    with pytest.raises(KeyboardInterrupt):
        race.run({}, threads=1)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_what_takes_too_long_is_told() -> None:
    process = Process()
    try:
        with pytest.raises(UnmeasuredError, match=r"no answer in 0\.01 seconds"):
            process.ask({"do": "rates", "shapes": [], "threads": 1}, seconds=0.01)
    finally:
        process.end()


def test_a_candidate_starts_as_anybody_would_start_it(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    process = Process()
    try:
        process.ask({"do": "open", **onnx(exported / "fp32")})
        environment = psutil.Process(process._process.pid).environ()
        assert environment.keys() & set(turns.FOREIGN) == set()
        assert environment["OMP_NUM_THREADS"] == "1"
    finally:
        process.end()


def test_what_the_machine_lacks_is_told_in_a_sentence() -> None:
    process = Process()
    try:
        process._answers.put('{"lacks": "bfloat16 on cpu"}')
        with pytest.raises(UnmeasuredError, match="this processor has no instructions for it"):
            process.ask({"do": "open"})
    finally:
        process.end()
