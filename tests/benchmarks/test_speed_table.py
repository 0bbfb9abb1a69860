"""A comparison of speed as a benchmark tells it."""

from __future__ import annotations

from types import SimpleNamespace

from benchmarks.speed_table import speeds
from export.speed.report import Candidate, Circumstances, Shape, SpeedReport, Timing
from export.speed.subject import Subject


def test_parity_stands_beside_the_speed_of_a_real_export() -> None:
    shape = Shape(batch=1, length=32)
    candidates = tuple(
        Candidate(
            name=name,
            torch=name == "torch",
            metric=0.87,
            passed=None,
            size_bytes=10**7,
            memory_bytes=10**8,
            provider=provider,
            timings=(
                Timing(shape=shape, calls=9, p50_ms=time, p95_ms=time, p99_ms=time, texts_per_second=9, gemm_share=0.5),
            ),
        )
        for name, provider, time in (("torch", "cpu", 12.0), ("int8", "CPUExecutionProvider", 2.0))
    )
    report = SpeedReport(
        model="transferred",
        metric="accuracy",
        processor="a processor",
        threads=2,
        rounds=3,
        gemm_flops_per_second={"float32 on cpu": {"1 x 32": 1e11}},
        circumstances=Circumstances(versions={"torch": "2.13.0"}, features=("AVX512_VNNI",)),
        candidates=candidates,
    )
    parity = SimpleNamespace(metric=0.871, metric_reference=0.873, flip_count=12, answers=600)
    export = SimpleNamespace(metric="accuracy", variants=[SimpleNamespace(name="int8", parity=parity)])
    told = speeds(report, Subject("transferred", {}, export, None, None))  # type: ignore[arg-type]
    (line,) = [line for line in told.splitlines() if line.startswith("| int8 |")]
    for words in ("6.00 ×", "CPUExecutionProvider", "accuracy 0.8710, PyTorch 0.8730; 12 of 600 answers changed"):
        assert words in line
    assert "reach 100 GFLOPS in float32 on cpu" in told
    assert told.endswith("- Versions: torch 2.13.0.\n- Of the processor: AVX512_VNNI.")
    made_here = speeds(report, Subject("plain", {}, None, None, None))
    assert "parity" not in made_here
