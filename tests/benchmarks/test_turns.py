from __future__ import annotations

from benchmarks.turns import by_turns


def test_the_first_round_is_not_counted_and_all_take_turns() -> None:
    asked: list[str] = []
    taken = by_turns({name: lambda name=name: asked.append(name) for name in "ab"}, 2)
    assert asked == ["a", "b"] * 3
    assert set(taken) == {"a", "b"}
