"""Fair turns and medians."""

from __future__ import annotations

import time

from export.benchmark import CALLS, ROUNDS, WARM_UP, median_latencies


def test_every_way_gets_the_same_texts_in_turns():
    asked: list[tuple[str, str]] = []
    texts = [str(number) for number in range(300)]
    median_latencies({name: lambda batch, name=name: asked.append((name, *batch)) for name in "ab"}, texts)
    assert len(asked) == 2 * ROUNDS * (WARM_UP + CALLS)
    assert [text for name, text in asked if name == "a"] == [text for name, text in asked if name == "b"]
    assert len({text for _, text in asked}) == ROUNDS * CALLS
    assert "".join(name for name, _ in asked).startswith("a" * (WARM_UP + CALLS) + "b")


def test_the_median_is_in_milliseconds():
    took = median_latencies({"slow": lambda _: time.sleep(0.005), "fast": lambda _: None}, ["text"])
    assert 5 <= took["slow"] < 50
    assert took["fast"] < took["slow"]
