"""Who is next: budget, likeness of length, turns, and what is taken back."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from export.serving.waiting import Asked, Place, Waiting


def asked(*lengths: int) -> Asked:
    return Asked([f"item {row}" for row in range(len(lengths))], lengths)


def lengths(batch: list[Place]) -> list[int]:
    return [place.length for place in batch]


def test_texts_alike_in_length_go_together_and_little_is_padded():
    waiting = Waiting(budget=512, overhead=16)
    for length in (10, 100, 11, 103, 10, 12, 101):
        waiting.add(asked(length))
    assert [lengths(waiting.take()) for _ in range(2)] == [[10, 10, 11, 12], [100, 101, 103]]
    assert waiting.take() == []
    assert (len(waiting), waiting.tokens) == (0, 0)


def test_a_batch_costs_something_so_that_texts_somewhat_alike_share_one():
    for overhead, batches in ((0, [[20], [30]]), (100, [[20, 30]])):
        waiting = Waiting(budget=512, overhead=overhead)
        waiting.add(asked(20, 30))
        taken = [lengths(waiting.take()) for _ in range(len(batches))]
        assert sorted(taken) == batches


def test_a_text_beyond_the_budget_goes_by_itself():
    waiting = Waiting(budget=64, overhead=16)
    waiting.add(asked(100, 99, 60))
    assert [lengths(waiting.take()) for _ in range(3)] == [[100], [99], [60]]


def test_a_request_of_one_text_is_not_held_up_by_one_of_hundreds():
    waiting = Waiting(budget=100, overhead=16)
    waiting.add(asked(*[50] * 300))
    waiting.add(asked(7))
    waiting.take()
    assert 7 in lengths(waiting.take())


def test_none_waits_for_ever_however_many_better_ones_come():
    waiting = Waiting(budget=100, overhead=16)
    odd = asked(93)
    for _ in range(10):
        waiting.add(asked(10))
    waiting.add(odd)
    taken = []
    for _ in range(12):
        waiting.add(asked(10))
        taken += waiting.take()
    assert odd in [place.request for place in taken]


def test_a_request_without_texts_does_not_wait():
    waiting = Waiting(100, 0)
    for _ in range(1000):
        waiting.add(asked())
    assert not waiting._turns
    assert waiting.take() == []


def test_what_is_dropped_is_not_computed():
    waiting = Waiting(budget=512, overhead=16)
    gone, kept = asked(10, 11, 12), asked(10, 11)
    waiting.add(gone)
    waiting.add(kept)
    assert waiting.drop(gone) == 3
    assert {place.request for place in waiting.take()} == {kept}
    assert waiting.take() == []
    assert waiting.tokens == 0


@given(st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=8), max_size=30), st.integers(1, 600))
def test_every_text_is_taken_once_and_every_batch_keeps_the_budget(requests: list[list[int]], budget: int):
    waiting = Waiting(budget=budget, overhead=16)
    for each in requests:
        waiting.add(asked(*each))
    taken = []
    while batch := waiting.take():
        assert lengths(batch) == sorted(lengths(batch))
        assert len(batch) == 1 or len(batch) * batch[-1].length <= budget
        taken += batch
    assert len({(id(place.request), place.row) for place in taken}) == len(taken) == sum(map(len, requests))


def test_most_of_what_is_computed_is_read():
    """32 clients with a text each, of mixed lengths, each asking again as soon as it is answered."""
    draw = random.Random(0)
    waiting = Waiting(budget=512, overhead=16)

    def come() -> None:
        waiting.add(asked(min(122, max(5, int(draw.lognormvariate(3, 0.7))))))

    for _ in range(32):
        come()
    read = computed = 0
    for _ in range(500):
        batch = waiting.take()
        read += sum(lengths(batch))
        computed += len(batch) * batch[-1].length
        for _ in batch:
            come()
    assert read / computed > 0.88
