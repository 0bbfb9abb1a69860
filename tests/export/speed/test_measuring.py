"""What becomes of what candidates say, on stand-ins for their processes: as on a machine with a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from export.speed import turns
from export.speed.measuring import asked_of, measure_speed
from export.speed.report import Shape, SpeedReport
from export.speed.subject import subject
from export.speed.turns import UnmeasuredError

SHAPES = [Shape(batch=1, length=4), Shape(batch=2, length=8)]
#: What plain products reach there: floating-point operations a second.
RATES = {"float32 on cuda": 4e9, "float16 on cuda": 8e9, "int8 on cpu": 1e9}


class Beside:
    """A process on a machine with a GPU, that leaves the variant int8 to the CPU; a call takes a hundredth second.

    Whoever is opened takes seven bytes of what is free of the GPU's memory.
    """

    #: Kind of candidate that ends in the first turn at the second shape.
    dies = ""
    free = 1000

    def __init__(self) -> None:
        self._kind = ""

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["do"] == "rates":
            return {"rates": [RATES[f"{asked['precision']} on {asked['device']}"]] * len(asked["shapes"])}
        if asked["do"] == "machine":
            return {"gpu": "a GPU", "free": Beside.free}
        if asked["do"] == "open":
            self._kind = asked["kind"]
            return self._opened(asked)
        if asked["do"] == "turn" and asked["warm"] == turns.WARM_UP and self._kind == self.dies and asked["batch"] > 1:
            raise UnmeasuredError("it ran out of memory")
        return {
            "seconds": [0.01] * asked.get("calls", 0),
            "metric": 0.5,
            "memory": 10,
        }

    def _opened(self, asked: dict[str, Any]) -> dict[str, Any]:
        Beside.free -= 7
        if asked["kind"] != "onnx":
            half = "float16" if asked["kind"] == "torch fp16" else "float32"
            return {"where": "cuda", "device": "cuda", "precision": half, "memory": 10}
        on_cpu = Path(asked["folder"]).name == "int8"
        where = ("CPUExecutionProvider", "cpu") if on_cpu else ("CUDAExecutionProvider", "cuda")
        return dict(zip(("where", "device"), where, strict=True)) | {"precision": asked["precision"], "memory": 10}

    def end(self) -> None:
        pass


@pytest.fixture
def measured(exported: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def measure(dies: str = "") -> SpeedReport:
        monkeypatch.setattr(Beside, "dies", dies)
        monkeypatch.setattr(turns, "Process", Beside)
        without = ["torch.compile", "torch bf16"]
        return measure_speed(subject(exported, trained=model_folder), SHAPES, rounds=1, without=without)

    return measure


def test_each_line_says_where_it_ran_and_its_share_is_of_that_device_s_rate(measured: Any) -> None:
    report = measured()
    told = {one.name: (one.provider, one.rate, one.device_bytes) for one in report.candidates}
    assert told["torch"] == ("cuda", "float32 on cuda", 7)
    assert told["torch fp16"] == ("cuda", "float16 on cuda", 7)
    assert told["fp32"] == ("CUDAExecutionProvider", "float32 on cuda", 7)
    assert told["int8"] == ("CPUExecutionProvider", "int8 on cpu", None)
    assert report.circumstances.gpu == "a GPU"
    for rate, peak in RATES.items():
        assert report.gemm_flops_per_second[rate] == pytest.approx({"1 x 4": peak, "2 x 8": peak})
    shares = {one.name: one.at(SHAPES[1]).gemm_share for one in report.candidates}
    assert shares["int8"] == pytest.approx(4 * shares["torch"]) == pytest.approx(8 * shares["torch fp16"])


def test_a_candidate_that_falls_out_takes_its_rate_along(measured: Any) -> None:
    report = measured(dies="torch fp16")
    assert "torch fp16" not in {one.name for one in report.candidates}
    assert "torch fp16 could not be measured: it ran out of memory." in report.left_out
    assert set(report.gemm_flops_per_second) == {"float32 on cuda", "int8 on cpu"}


def test_a_variant_s_process_is_told_what_its_products_are_computed_in(exported: Path) -> None:
    computed = {name: asked_of(exported / name, 3)["precision"] for name in ("fp32", "o2", "int8")}
    assert computed == {"fp32": "float32", "o2": "float32", "int8": "int8"}
    assert asked_of(exported / "fp32", 3)["threads"] == 3
