"""What candidates hold of a GPU's memory, on a stand-in for what the driver says is free."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from export.speed.holding import Holding


def held(*free: tuple[str, int | None, int | None]) -> Holding:
    """Candidates asked one after the other; of each how much is free before and after."""
    told: list[int | None] = [number for _, before, after in free for number in (before, after)]
    holding = Holding(lambda: told.pop(0))
    for name, _, _ in free:
        with holding.of(name):
            pass
    return holding


@pytest.mark.parametrize(
    ("free", "most"),
    [
        ([("O4", 100, 60)], 40),
        ([("O4", 100, 60), ("O4", 60, 55)], 45),
        ([("O4", 100, 60), ("torch", 60, 10), ("O4", 10, 5)], 45),  # the others' growth is the others'
        ([("O4", 100, 60), ("O4", 60, 90), ("O4", 90, 85)], 40),  # its workspace was given back: the highest counts
        ([("O4", 100, 60), ("O4", 80, 80)], 40),  # somebody gave something back in between
        ([("O4", 60, 100)], None),  # somebody gave back more than it took
        ([("O4", None, None)], None),  # there is no GPU, or PyTorch has none
        ([("torch", 100, 60)], None),
    ],
)
def test_it_is_what_is_less_free_after_each_time_it_was_asked(
    free: Sequence[tuple[str, int | None, int | None]], most: int | None
) -> None:
    assert held(*free).most("O4") == most


def test_who_fails_has_given_back_what_it_held() -> None:
    told = [100, 60, 60]
    holding = Holding(lambda: told.pop(0))
    with holding.of("O4"):
        pass
    with pytest.raises(KeyboardInterrupt), holding.of("O4"):
        raise KeyboardInterrupt
    assert told == [], "nothing more is asked of the driver"
    assert holding.most("O4") == 40
