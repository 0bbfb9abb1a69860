"""The threads: batches, the bounded wait and queue, cancelling, errors, closing."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from export.serving.batcher import Batch, Batcher, Closed, Full

LONG = 10


class Held:
    """A computation that waits to be let go, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.go, self.begun = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        self.batches.append(list(items))
        self.begun.set()
        assert self.go.wait(LONG)
        if "poison" in items:
            raise RuntimeError("poison")
        return [f"{item}!" for item in items]


Make = Callable[..., Batcher]


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def make(held: Held) -> Iterator[Make]:
    made = []

    def build(**options: Any) -> Batcher:
        made.append(Batcher(held, **{"batch_tokens": 100, "overhead": 1000, "size": 100, **options}))
        return made[-1]

    yield build
    held.go.set()
    for batcher in made:
        batcher.close()
        assert batcher.join(LONG)


def ask(batcher: Batcher, *items: str, length: int = 10) -> Future[list[Any]]:
    with batcher.reserve(len(items)) as submit:
        return submit(items, [length] * len(items))


def occupied(batcher: Batcher, held: Held) -> Future[list[Any]]:
    """A first request that is being computed, so that whatever comes then waits."""
    first = ask(batcher, "first")
    assert held.begun.wait(LONG)
    return first


def test_what_waits_is_computed_together_and_each_gets_its_own(make: Make, held: Held):
    batcher = make()
    first = occupied(batcher, held)
    others = [ask(batcher, f"a{number}", f"b{number}") for number in range(3)]
    held.go.set()
    assert first.result(LONG) == ["first!"]
    assert [other.result(LONG) for other in others] == [[f"a{number}!", f"b{number}!"] for number in range(3)]
    assert [sorted(batch) for batch in held.batches] == [["first"], ["a0", "a1", "a2", "b0", "b1", "b2"]]


def test_the_budget_is_kept_and_an_answer_waits_for_all_its_batches(make: Make, held: Held):
    batcher = make(batch_tokens=40)
    held.go.set()
    items = [f"{number}" for number in range(10)]
    assert ask(batcher, *items).result(LONG) == [f"{item}!" for item in items]
    assert [len(batch) for batch in held.batches] == [4, 4, 2]


def test_several_batches_are_computed_at_the_same_time(make: Make, held: Held):
    batcher = make(at_once=2)
    first = occupied(batcher, held)
    held.begun.clear()
    second = ask(batcher, "second")
    assert held.begun.wait(LONG)  # though the first is not done
    third = ask(batcher, "third")
    assert batcher.waiting == 1
    held.go.set()
    assert [each.result(LONG) for each in (first, second, third)] == [["first!"], ["second!"], ["third!"]]


def test_a_request_is_shared_out_among_threads_that_are_idle(make: Make, held: Held):
    batcher = make(at_once=2, batch_tokens=1000)
    items = [f"{number}" for number in range(20)]
    asked = ask(batcher, *items)
    for _ in range(100):
        if len(held.batches) == 2:
            break
        time.sleep(LONG / 100)
    held.go.set()
    assert asked.result(LONG) == [f"{item}!" for item in items]
    assert [len(batch) for batch in held.batches] == [10, 10]


def test_little_is_not_shared_out(make: Make, held: Held):
    batcher = make(at_once=4)
    held.go.set()
    assert ask(batcher, "1", "2", length=30).result(LONG) == ["1!", "2!"]
    assert held.batches == [["1", "2"]]


def test_nobody_waits_for_who_has_a_place_and_is_not_there(make: Make, held: Held):
    batcher = make()
    held.go.set()
    with batcher.reserve(1):
        assert ask(batcher, "early").result(LONG) == ["early!"]


def test_a_batch_waits_for_more_but_not_longer_than_it_may(make: Make, held: Held):
    batcher = make(wait=0.3)
    held.go.set()
    began = time.monotonic()
    early = ask(batcher, "early")
    assert not held.begun.wait(0.05)
    late = ask(batcher, "late")
    assert (early.result(LONG), late.result(LONG)) == (["early!"], ["late!"])
    assert held.batches == [["early", "late"]]
    assert 0.25 < time.monotonic() - began < LONG


def test_a_full_batch_does_not_wait(make: Make, held: Held):
    batcher = make(wait=LONG)
    held.go.set()
    assert len(ask(batcher, *"0123456789").result(LONG / 2)) == 10


def test_who_goes_down_does_not_wait(make: Make, held: Held):
    batcher = make(wait=LONG)
    held.go.set()
    asked = ask(batcher, "last")
    batcher.close()
    assert asked.result(LONG / 2) == ["last!"]


def test_a_full_queue_refuses_and_says_when_to_come_again(make: Make, held: Held):
    batcher = make(size=4)
    occupied(batcher, held)
    waiting = ask(batcher, "1", "2", "3")
    with pytest.raises(Full) as full, batcher.reserve(2):
        pass
    assert full.value.waiting == 3
    with batcher.reserve(1), pytest.raises(Full), batcher.reserve(1):  # a reserved place is taken
        pass
    held.go.set()
    waiting.result(LONG)
    assert ask(batcher, *"4567").result(LONG)
    with batcher.reserve(4):
        pass
    assert batcher.waiting == 0


def test_what_is_cancelled_is_taken_back_and_not_computed(make: Make, held: Held):
    batcher = make()
    occupied(batcher, held)
    gone, kept = ask(batcher, "gone", "away"), ask(batcher, "kept")
    assert gone.cancel()
    assert batcher.waiting == 1
    held.go.set()
    assert kept.result(LONG) == ["kept!"]
    assert held.batches == [["first"], ["kept"]]
    with pytest.raises(CancelledError):
        gone.result(LONG)


def test_what_is_cancelled_while_it_is_computed_harms_nobody(make: Make, held: Held):
    batcher = make()
    first = occupied(batcher, held)
    assert first.cancel()
    held.go.set()
    assert ask(batcher, "next").result(LONG) == ["next!"]


def test_what_is_answered_is_gone_without_a_search_for_garbage(make: Make, held: Held, unsearched: None):
    class Text(str):
        __slots__ = ("__weakref__",)

    batcher = make()
    held.go.set()
    text = Text("a")
    kept = weakref.ref(text)
    assert ask(batcher, text).result(LONG) == ["a!"]
    del text
    held.batches.clear()
    assert ask(batcher, "next").result(LONG) == ["next!"]  # until then the thread has the last one in hand
    assert kept() is None


def test_an_error_is_its_own_request_s_alone(make: Make, held: Held):
    batcher = make()
    occupied(batcher, held)
    good, bad, after = ask(batcher, "good"), ask(batcher, "poison", "beside"), ask(batcher, "after")
    held.go.set()
    assert good.result(LONG) == ["good!"]
    assert after.result(LONG) == ["after!"]
    with pytest.raises(RuntimeError, match="poison"):
        bad.result(LONG)
    assert ask(batcher, "later").result(LONG) == ["later!"]


def test_the_rest_of_a_request_that_failed_is_not_computed(make: Make, held: Held):
    batcher = make(batch_tokens=10)
    held.go.set()
    bad = ask(batcher, "1", "poison", length=10)
    with pytest.raises(RuntimeError):
        bad.result(LONG)
    assert batcher.waiting == 0


def test_closing_computes_what_is_waiting_and_what_has_a_place(make: Make, held: Held):
    batcher = make()
    occupied(batcher, held)
    waiting = ask(batcher, "waiting")
    with batcher.reserve(1) as submit:
        batcher.close()
        with pytest.raises(Closed), batcher.reserve(1):
            pass
        held.go.set()
        assert waiting.result(LONG) == ["waiting!"]
        assert not batcher.join(0.05)
        late = submit(["late"], [10])
    assert late.result(LONG) == ["late!"]
    assert batcher.join(LONG)


def test_no_texts_no_results(make: Make):
    assert ask(make()).result(LONG) == []


def test_every_batch_is_told(make: Make, held: Held):
    told: list[Batch] = []
    batcher = make(observe=told.append)
    held.go.set()
    ask(batcher, "one").result(LONG)
    batcher.close()
    assert batcher.join(LONG)
    assert [batch.lengths for batch in told] == [[10]]
    assert told[0].waited[0] >= 0
