"""From raw scores to answers."""

from __future__ import annotations

import numpy as np
import pytest

from export.predictor.answers import Word, entities, several_labels, softmax, tagged


def _entities(tags: str) -> list[tuple[str, str, int, int]]:
    words = [Word(f"w{number}", tag, 0.5, 3 * number, 3 * number + 2) for number, tag in enumerate(tags.split())]
    text = " ".join(word.text for word in words)
    return [(entity.label, entity.text, entity.start, entity.end) for entity in entities(text, words)]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O B-PER I-PER O", [("PER", "w1 w2", 3, 8)]),
        ("B-PER B-PER", [("PER", "w0", 0, 2), ("PER", "w1", 3, 5)]),
        ("B-PER I-LOC", [("PER", "w0", 0, 2), ("LOC", "w1", 3, 5)]),
        ("I-PER I-PER O I-PER", [("PER", "w0 w1", 0, 5), ("PER", "w3", 9, 11)]),
        ("NOUN X-Y O", []),
        ("", []),
    ],
)
def test_entities(tags: str, found: list):
    assert _entities(tags) == found


def test_an_entity_is_as_sure_as_its_words_on_average():
    words = [Word("New", "B-LOC", 0.9, 0, 3), Word("York", "I-LOC", 0.5, 4, 8)]
    assert entities("New York", words)[0].probability == pytest.approx(0.7)


def test_an_unread_word_has_no_tag_and_ends_an_entity():
    logits = np.array([[0, 3.0], [np.nan, np.nan]], np.float32)
    answer = tagged(["O", "B-LOC"], logits, "Rome I", [(0, 4), (5, 6)])
    assert [(word.label, word.probability) for word in answer.words] == [
        ("B-LOC", pytest.approx(softmax(logits[0])[1])),
        ("", 0.0),
    ]
    assert [entity.text for entity in answer.entities] == ["Rome"]


def test_several_labels_or_none_are_given():
    answer = several_labels(["a", "b", "c"], np.array([2.0, -100.0, 0.1]))
    assert answer.labels == ["a", "c"]
    assert answer.probabilities == {
        "a": pytest.approx(0.8808, abs=1e-4),
        "b": pytest.approx(0),
        "c": pytest.approx(0.525, abs=1e-3),
    }
    assert several_labels(["a"], np.array([0.0])).labels == []
