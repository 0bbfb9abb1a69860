"""What a benchmark says of its figures."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

from benchmarks.inference import _speeds, by_turns
from benchmarks.profiling import WARM_UP, _taken
from benchmarks.results import record
from benchmarks.speed_goals import MODELS, Goal
from export.speed.report import Candidate, Circumstances, Shape, SpeedReport, Timing
from export.speed.subject import Subject


def test_a_figure_is_held_against_its_goal() -> None:
    assert MODELS["one"].judged(5.8).endswith("| 5.80 × | ≥ 5.50 × | reached |")
    assert MODELS["bag-0"].judged(5.3).endswith("| 5.30 × | ≤ 5.25 × | missed |")
    assert Goal("labels", 1.0, unit="%").judged(0.999).endswith("| 99.9% | ≥ 100.0% | missed |")


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
    told = _speeds(report, Subject("transferred", {}, export, None, None))  # type: ignore[arg-type]
    (line,) = [line for line in told.splitlines() if line.startswith("| int8 |")]
    for words in ("6.00 ×", "CPUExecutionProvider", "accuracy 0.8710, PyTorch 0.8730; 12 of 600 answers changed"):
        assert words in line
    assert "reach 100 GFLOPS in float32 on cpu" in told
    assert told.endswith("- Versions: torch 2.13.0.\n- Of the processor: AVX512_VNNI.")
    made_here = _speeds(report, Subject("plain", {}, None, None, None))
    assert "parity" not in made_here


def test_the_first_round_is_not_counted_and_all_take_turns() -> None:
    asked: list[str] = []
    taken = by_turns({name: lambda name=name: asked.append(name) for name in "ab"}, 2)
    assert asked == ["a", "b"] * 3
    assert set(taken) == {"a", "b"}


def test_operators_are_summed_without_the_first_calls() -> None:
    runs = [{"name": "model_run", "ts": 100 * number, "dur": 90} for number in range(WARM_UP + 2)]
    nodes = [
        {"cat": "Node", "name": "m_kernel_time", "ts": 100 * number + 5, "dur": 40, "args": {"op_name": "MatMul"}}
        for number in range(WARM_UP + 2)
    ]
    taken, whole = _taken([*runs, *nodes, {"cat": "Node", "name": "m_fence_before", "ts": 999, "dur": 7}])
    assert taken == {"MatMul": 0.08}
    assert whole == 0.18


def test_results_are_kept_for_programs_and_for_people(tmp_path: Path) -> None:
    record("inference", {"figures": {"one": 5.8}}, "| a |", tmp_path / "results")
    assert json.loads((tmp_path / "results" / "inference.json").read_text())["figures"] == {"one": 5.8}
    assert (tmp_path / "results" / "inference.md").read_text() == "| a |\n"
