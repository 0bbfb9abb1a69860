"""How long an answer takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from export.predictor import Question

ROUNDS = 3
WARM_UP = 3
CALLS = 10


def median_latencies(
    answers: Mapping[str, Callable[[Sequence[Question]], object]], questions: Sequence[Question]
) -> dict[str, float]:
    """Median milliseconds from one question to its answer, for each of several ways to answer.

    They take turns, :data:`ROUNDS` times :data:`CALLS` calls each, so that whatever else the
    machine does meets them all. Each turn begins with a warm-up, in which the caches fill and the
    threads of the one before come to rest.

    Args:
        answers: Name → function of a list of questions.
        questions: To take from at even distances, the same for all.
    """
    step = max(1, len(questions) // (ROUNDS * CALLS))
    durations: dict[str, list[float]] = {name: [] for name in answers}
    for turn in range(ROUNDS):
        sample = [questions[(turn * CALLS + call) * step % len(questions)] for call in range(CALLS)]
        for name, answer in answers.items():
            for question in sample[:WARM_UP]:
                answer([question])
            for question in sample:
                start = time.perf_counter()
                answer([question])
                durations[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) * 1000 for name, values in durations.items()}
