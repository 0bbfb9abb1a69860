"""What a benchmark says of its figures."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.profiling import WARM_UP, _taken
from benchmarks.results import record
from benchmarks.speed_goals import MODELS, Goal


def test_a_figure_is_held_against_its_goal() -> None:
    assert MODELS["one"].judged(5.8).endswith("| 5.80 × | ≥ 5.50 × | reached |")
    assert MODELS["bag-0"].judged(5.3).endswith("| 5.30 × | ≤ 5.25 × | missed |")
    assert Goal("labels", 1.0, unit="%").judged(0.999).endswith("| 99.9% | ≥ 100.0% | missed |")


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
