"""What is read off gathered models: metrics, pairs, crossings, parts, filters, reliability."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.analysis.comparing import compared
from pipeline.analysis.crossing import crossed
from pipeline.analysis.cutting import CUTS, WAYS, cut
from pipeline.analysis.filtering import KINDS, Wanted, wanted
from pipeline.analysis.gathering import Choice, Gathered, gather
from pipeline.analysis.reliability import reliability
from pipeline.report import Report

FIRST, SECOND = Choice("a", "first"), Choice("a", "second")


@pytest.fixture
def gathered(reviews: Report) -> Gathered:
    return gather({"a": reviews}, [FIRST, SECOND])


@pytest.fixture
def tags(report_of: Callable[..., Report]) -> Gathered:
    rows = [("Ada saw", ["NOUN", "VERB"], {"m": (["NOUN", "NOUN"], []), "n": (["NOUN", ""], [])})]
    report = report_of(rows, task="part-of-speech", labels=["NOUN", "VERB"])
    return gather({"a": report}, [Choice("a", "m"), Choice("a", "n")])


def test_metrics_come_with_intervals_and_each_two_models_with_a_test(gathered: Gathered) -> None:
    found = compared(gathered)
    for choice in (FIRST, SECOND):
        accuracy = found.metrics[choice]["accuracy"]
        assert accuracy.value == pytest.approx(4 / 6)
        assert accuracy.low < accuracy.value < accuracy.high
    (pair,) = found.pairs
    assert (pair.only_first_right, pair.only_second_right, pair.flips) == (2, 2, 4)
    assert pair.difference.value == 0


def test_the_better_model_of_a_pair_stands_first(reviews: Report) -> None:
    fewer = reviews.model_copy(update={"examples": reviews.examples[2:]})  # second is right on all of these
    (pair,) = compared(gather({"a": fewer}, [FIRST, SECOND])).pairs
    assert (pair.first, pair.second) == ("1", "0")
    assert pair.difference.value == pytest.approx(0.5)


def test_labels_of_two_models_are_crossed(gathered: Gathered) -> None:
    found = crossed(gathered, FIRST, SECOND)
    assert found is not None
    assert found.tolist() == [[1, 2], [2, 1]]
    assert found.sum() == 6


def test_words_that_one_was_not_shown_are_not_crossed(tags: Gathered) -> None:
    found = crossed(tags, *tags.scores)
    assert found is not None
    assert found.tolist() == [[1, 0], [0, 0]]


def test_every_way_to_cut_has_its_row() -> None:
    assert set(CUTS) == set(WAYS)


def test_texts_are_cut_by_label(gathered: Gathered) -> None:
    parts = {part.name: part for part in cut(gathered, "label")}
    assert {name: part.texts for name, part in parts.items()} == {"bad": 3, "good": 3}
    assert parts["bad"].values == {FIRST: pytest.approx(2 / 3), SECOND: pytest.approx(2 / 3)}


def test_texts_are_cut_by_length_into_quarters_that_hold_all(gathered: Gathered) -> None:
    parts = cut(gathered, "length")
    assert sum(part.texts for part in parts) == 6
    assert [part.low for part in parts] == sorted(part.low for part in parts)
    assert parts[0].values == {FIRST: 1.0, SECOND: 0.0}


def test_texts_are_cut_by_the_confidence_of_one_model(gathered: Gathered) -> None:
    assert [(part.low, part.texts) for part in cut(gathered, "confidence")] == [(0.0, 1), (0.6, 3), (0.8, 1), (0.95, 1)]
    assert [(part.low, part.texts) for part in cut(gathered, "confidence", by=SECOND)] == [(0.8, 6)]


def test_texts_are_cut_by_what_they_contain(gathered: Gathered) -> None:
    with_food, without = cut(gathered, "contains", text=" FOOD ")
    assert (with_food.texts, without.texts) == (3, 3)
    assert cut(gathered, "contains") == []


def test_words_have_no_confidence_to_cut_by(tags: Gathered) -> None:
    assert cut(tags, "confidence") == []
    assert {part.name for part in cut(tags, "label")} == {"NOUN", "VERB"}


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (Wanted("all"), [0, 1, 2, 3, 4, 5]),
        (Wanted("disagree"), [0, 1, 4, 5]),
        (Wanted("flips"), [0, 1, 4, 5]),
        (Wanted("fixed"), [4, 5]),
        (Wanted("fixed", first=SECOND, second=FIRST), [0, 1]),
        (Wanted("flips", first=FIRST, second=FIRST), []),
        (Wanted("broke"), [0, 1]),
        (Wanted("wrong"), [0, 1, 4, 5]),
        (Wanted("all", label="bad"), [0, 2, 4]),
        (Wanted("disagree", label="good"), [1, 5]),
        (Wanted("all", said="bad"), [0, 1, 2, 4, 5]),
        (Wanted("all", contains="food"), [1, 2, 5]),
        (Wanted("all", label="bad", contains="food"), [2]),
    ],
)
def test_texts_are_found_by_what_is_asked(gathered: Gathered, asked: Wanted, numbers: list[int]) -> None:
    assert wanted(gathered, asked).tolist() == numbers


def test_every_kind_of_filter_works_for_words(tags: Gathered) -> None:
    assert [len(wanted(tags, Wanted(kind))) for kind in KINDS] == [1, 1, 0, 0, 1, 1]


def test_reliability_sets_confidence_against_what_is_right(gathered: Gathered) -> None:
    (only,) = reliability(gathered, SECOND)
    assert (only.texts, only.right) == (6, pytest.approx(4 / 6))
    assert only.confidence == pytest.approx(0.9, abs=1e-4)
    assert sum(found.texts for found in reliability(gathered, FIRST)) == 6


def test_words_have_no_reliability(tags: Gathered) -> None:
    assert reliability(tags, next(iter(tags.scores))) == []
