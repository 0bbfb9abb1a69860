"""Whatever bytes a reader is fed, it gives a result that keeps its word, or one of our errors."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from fuzzing.targets import FILES, TARGETS, Target, check
from pipeline.data.readers import READERS

#: Of each target; the thorough ones come to more than 10,000 for all.
QUICK, THOROUGH = 20, 1000


def mutated(seed: bytes, target: Target) -> st.SearchStrategy[bytes]:
    """A valid file with pieces taken out, put in and repeated."""
    piece = st.tuples(
        st.integers(0, len(seed)), st.integers(0, 8), st.sampled_from(target.words) | st.binary(max_size=4)
    )

    def made(pieces: list[tuple[int, int, bytes]]) -> bytes:
        data = seed
        for start, length, new in pieces:
            data = data[:start] + new + data[start + length :]
        return data

    return st.lists(piece, min_size=1, max_size=6).map(made)


def generated(target: Target) -> st.SearchStrategy[bytes]:
    """Arbitrary bytes, files made of what such files are made of, and mutated valid files."""
    files = st.lists(st.sampled_from(target.words) | st.text(max_size=5).map(str.encode), max_size=25).map(b"".join)
    return st.one_of(st.binary(max_size=200), files, *(mutated(seed, target) for seed in target.seeds))


def tried(name: str, examples: int) -> None:
    target = TARGETS[name]

    @bounds(max_examples=examples, deadline=5000, database=None, suppress_health_check=[*HealthCheck])
    @given(data=generated(target))
    def run(data: bytes) -> None:
        check(target, data)

    run()


def test_every_format_has_a_target() -> None:
    assert FILES.keys() == READERS.keys()
    assert FILES.keys() < TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_some_bad_input_gives_a_result_or_an_error_of_ours(name: str) -> None:
    tried(name, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_much_bad_input_gives_a_result_or_an_error_of_ours(name: str) -> None:
    tried(name, THOROUGH)


@pytest.mark.parametrize("name", TARGETS)
def test_valid_input_gives_a_result(name: str) -> None:
    if name != "mapping":  # which tells of what does not fit
        TARGETS[name].feed(TARGETS[name].seeds[0])


def test_the_thorough_ones_are_ten_thousand() -> None:
    assert THOROUGH * len(TARGETS) >= 10_000
