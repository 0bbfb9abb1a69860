"""What is recommended, and why."""

from __future__ import annotations

from collections.abc import Callable

from export.speed.recommending import recommend
from export.speed.report import Candidate, SpeedReport

Timed = Callable[..., Candidate]
Speed = Callable[..., SpeedReport]


def test_the_fastest_that_passed_is_recommended_with_its_accuracy(timed: Timed, speed: Speed) -> None:
    found = speed(
        timed("torch", 12, 600, metric=0.85),
        timed("fp32", 6, 300, metric=0.85),
        timed("int8", 2, 200, metric=0.84),
        timed("int8-static", 1, 100, passed=False),
    )
    assert list(found.recommendation) == [
        "Take int8: it answers one text of 32 tokens in 2.0 ms, 6.0 times as fast as PyTorch.",
        "On the frozen test set it reaches an accuracy of 84.0 %, PyTorch 85.0 %.",
    ]


def test_of_equally_fast_ones_the_most_accurate_is_taken(timed: Timed, speed: Speed) -> None:
    close = speed(timed("O2", 2.1, 200, metric=0.85), timed("int8", 2.0, 200, metric=0.84))
    assert close.recommendation[0].startswith("Take O2: it answers one text of 32 tokens in 2.1 ms.")
    even = speed(timed("O2", 2.1, 200, memory_bytes=10**9), timed("int8", 2.0, 200))
    assert even.recommendation[0].startswith("Take int8")


def test_less_perplexity_is_better(timed: Timed, speed: Speed) -> None:
    found = speed(timed("O2", 2, 200, metric=12.0), timed("int8", 2, 200, metric=13.0))
    said = recommend(found.model_copy(update={"metric": "perplexity"}))
    assert said[0].startswith("Take O2")
    assert said[1] == "On the frozen test set it reaches a perplexity of 12.00."


def test_where_masses_want_another_one_both_are_told(timed: Timed, speed: Speed) -> None:
    found = speed(timed("O2", 3, 160), timed("int8", 2, 320))
    assert found.recommendation[0].startswith("Take int8")
    assert found.recommendation[2] == (
        "For 32 texts of 128 tokens take O2: 200 texts a second, where int8 reaches 100."
    )


def test_pytorch_is_named_where_it_is_faster_or_all_there_is(timed: Timed, speed: Speed) -> None:
    found = speed(timed("torch bf16", 1, 90), timed("fp32", 6, 300))
    assert found.recommendation[-1] == "torch bf16 is faster still on this machine."
    failed = speed(timed("torch", 12, 600), timed("int8", 2, 200, passed=False))
    assert list(failed.recommendation) == [
        "No variant that passed its gate was measured: serve PyTorch, or export anew."
    ]


def test_figures_that_can_not_be_true_are_doubted(timed: Timed, speed: Speed) -> None:
    busy = timed("fp32", 6, 300)
    first, second = busy.timings
    shares = (first.model_copy(update={"gemm_share": 0.7}), second.model_copy(update={"gemm_share": 39.2}))
    busy = busy.model_copy(update={"timings": shares})
    doubt = (
        "fp32 seems to compute 39.2 times as fast as its matrix products alone: something else kept the machine busy. "
        "Measure again when nothing else runs."
    )
    assert speed(timed("torch", 12, 600), busy).recommendation[-1] == doubt
    assert speed(busy.model_copy(update={"passed": False})).recommendation[1:] == (doubt,)
    several = [took.model_copy(update={"gemm_share": 3.5}) for took in busy.timings]
    int8 = timed("int8", 2, 200).model_copy(update={"timings": tuple(several)})
    assert "busy" not in speed(timed("fp32", 6, 300), int8).recommendation[-1], "not all of its products are int8's"
    unknown = [took.model_copy(update={"gemm_share": None}) for took in busy.timings]
    assert "busy" not in speed(busy.model_copy(update={"timings": tuple(unknown)})).recommendation[-1]


def test_without_an_export_report_nothing_is_said_of_accuracy(timed: Timed, speed: Speed) -> None:
    found = speed(timed("int8", 2, 200, metric=None, passed=None))
    assert list(found.recommendation) == ["Take int8: it answers one text of 32 tokens in 2.0 ms."]
