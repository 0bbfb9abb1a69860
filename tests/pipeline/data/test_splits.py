from collections import Counter

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from pipeline.data.splits import hold_out
from pipeline.data.texts import Texts


def labelled(*pairs: tuple[str, str]) -> Texts:
    return Texts([text for text, _ in pairs], [label for _, label in pairs], [*range(2, len(pairs) + 2)])


MANY = labelled(*((f"text {number}", "ab"[number % 4 == 0]) for number in range(400)))


def test_both_sides_have_the_labels_in_proportion():
    rest, held = hold_out(MANY, 0.3, seed=0)
    assert (len(rest), len(held)) == (280, 120)
    assert Counter(held.labels) == {"a": 90, "b": 30}
    assert sorted(rest.texts + held.texts) == sorted(MANY.texts)
    assert held.rows == sorted(held.rows)
    assert rest.rows == sorted(rest.rows)


def test_the_seed_decides():
    assert hold_out(MANY, 0.3, seed=1) == hold_out(MANY, 0.3, seed=1)
    assert hold_out(MANY, 0.3, seed=1) != hold_out(MANY, 0.3, seed=2)


@pytest.mark.parametrize("fraction", [0.01, 0.15, 0.89])
def test_rare_labels_are_on_both_sides(fraction):
    texts = labelled(*((f"text {number}", "a") for number in range(50)), ("rare one", "b"), ("rare two", "b"))
    for side in hold_out(texts, fraction, seed=0):
        assert set(side.labels or ()) == {"a", "b"}


def test_equal_texts_stay_together():
    texts = labelled(*((f"text {number % 10}", "ab"[number % 2]) for number in range(60)))
    rest, held = hold_out(texts, 0.3, seed=0)
    assert not set(rest.texts) & set(held.texts)
    assert len(rest) + len(held) == 60


def test_equal_texts_with_different_labels_stay_together():
    texts = labelled(("same", "a"), ("same", "b"), ("one", "a"), ("two", "b"), ("three", "b"))
    rest, held = hold_out(texts, 0.5, seed=0)
    assert not set(rest.texts) & set(held.texts)


def test_a_label_with_one_text_cannot_be_divided(refusal):
    texts = labelled(("one", "a"), ("two", "a"), ("same", "b"), ("same", "b"))
    message = refusal(hold_out, texts, 0.3, 0)
    assert message.startswith("Label “b” has fewer than two different texts")
    assert "Add texts with this label, remove it, or give a test file." in message


def test_texts_without_labels():
    rest, held = hold_out(Texts(["a", "b", "c", "d"], None, [1, 2, 3, 4]), 0.25, seed=0)
    assert (len(rest), len(held)) == (3, 1)
    assert held.labels is None


@bounds(max_examples=40, deadline=None, database=None)
@given(
    pairs=st.lists(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("xy")), max_size=30),
    fraction=st.floats(0.05, 0.85),
    seed=st.integers(0, 5),
)
def test_nothing_is_lost_and_nothing_leaks(pairs, fraction, seed):
    texts = labelled(("1", "x"), ("2", "x"), ("3", "y"), ("4", "y"), *pairs)
    rest, held = hold_out(texts, fraction, seed)
    assert sorted(rest.rows + held.rows) == texts.rows
    assert not set(rest.texts) & set(held.texts)
    assert set(rest.labels or ()) == set(held.labels or ()) == {"x", "y"}


def test_sentences_are_divided_at_random_and_stay_with_their_tags():
    sentences = Texts(
        [("a", str(number % 8)) for number in range(20)], [("O", f"B-{n % 8}") for n in range(20)], [*range(20)]
    )
    rest, held = hold_out(sentences, 0.25, seed=0, by_label=False)
    assert len(set(held.texts)) == 2
    assert not set(rest.texts) & set(held.texts)
    assert sorted(rest.rows + held.rows) == sentences.rows
    assert all(label[1] == f"B-{text[1]}" for text, label in zip(held.texts, held.labels or (), strict=True))


def test_too_few_texts_without_labels(refusal):
    message = refusal(hold_out, Texts(["a", "a"], None, [1, 2]), 0.5, 0, by_label=False, purpose="development")
    assert message.startswith("There are fewer than two different texts, so none can be held out as development texts.")
    assert message.endswith("Add texts, or give a development file.")
