"""Values and differences as people read them."""

import pytest

from pipeline.evaluation.wording import gap, listed, named, number, shown


def test_fractions_are_per_cent_and_perplexities_are_not() -> None:
    assert (shown("accuracy", 0.8125), number("accuracy", 0.8125)) == ("81.2 %", "81.2")
    assert (shown("perplexity", 1234.5), number("perplexity", 1234.5)) == ("1,234.50", "1,234.50")


@pytest.mark.parametrize(
    ("metric", "difference", "said"),
    [
        ("accuracy", 0.032, "3.2 points above it"),
        ("macro_f1", -0.032, "3.2 points below it"),
        ("perplexity", -0.41, "0.41 below it"),
        ("accuracy", 0.0, "level with it"),
    ],
)
def test_a_difference_says_which_way(metric: str, difference: float, said: str) -> None:
    assert gap(metric, difference, "it") == said


def test_metrics_have_their_article() -> None:
    assert (named("accuracy"), named("perplexity")) == ("an accuracy", "a perplexity")


@pytest.mark.parametrize(("parts", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_a_list_is_read_aloud(parts: list[str], said: str) -> None:
    assert listed(parts) == said
