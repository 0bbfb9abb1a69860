"""The features of words."""

import pytest

from pipeline.classical.tagging import describe, shape


@pytest.mark.parametrize(
    ("word", "kind"), [("Paris", "Xx"), ("NATO", "X"), ("B-52", "X-9"), ("1,000", "9,9"), ("它", "x"), ("…", "…")]
)
def test_shape(word: str, kind: str) -> None:
    assert shape(word) == kind


def test_a_word_sees_its_neighbours_but_not_beyond_two() -> None:
    first = next(iter(describe(["The", "old", "Louvre", "reopened"])))
    assert {"0 the", "+1 old", "+2 louvre", "-1 ·", "01 the old", "s Xx"} <= set(first)
    assert not any("reopened" in feature for feature in first)


def test_single_characters_have_the_ngrams_around_them_and_words_those_within() -> None:
    character = list(describe([*"在北京了"]))[1]
    assert {"-10 在 北", "01 北 京", "012 北 京 了"} <= set(character)
    assert not any(feature.startswith(("p ", "g ")) for feature in character)
    word = next(iter(describe(["Unlocked"])))
    assert {"p un", "e ed", "g <un", "g ed>"} <= set(word)
