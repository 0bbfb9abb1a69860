"""Which sentences are taken, and with what tags."""

import numpy as np
import pytest

from pipeline.scores import Scores, softmax
from pipeline.self_training.sentences import choose_sentences, distributions

LABELS = ["O", "B-LOC", "I-LOC"]


def scores(*sentences: list[tuple[int, float] | None]) -> Scores:
    """For each word its tag and how sure of it the model is; None: not seen."""
    rows = []
    for word in (word for words in sentences for word in words):
        row = np.full(3, np.nan) if word is None else np.zeros(3)
        if word is not None:
            row[word[0]] = word[1]
        rows.append(row)
    return Scores(np.array(rows, np.float32), np.cumsum([0, *map(len, sentences)]))


def test_the_surest_are_taken_with_and_without_entities_alike() -> None:
    said = scores([(0, 9)], [(0, 8)], [(0, 7)], [(0, 6)], [(1, 2)], [(1, 1)])
    indices, tags = choose_sentences(said, LABELS, 0.5, spans=True)
    assert indices.tolist() == [0, 1, 4]
    assert tags[4] == [1]


def test_sentences_that_were_cut_off_or_are_empty_are_left_out() -> None:
    indices, tags = choose_sentences(scores([(0, 1), None], [], [(0, 1)]), LABELS, 1.0, spans=True)
    assert indices.tolist() == [2]
    assert tags == [None, None, [0]]


def test_broken_tags_are_repaired_within_their_sentence() -> None:
    said = scores([(1, 5)], [(2, 5), (2, 5), (0, 5), (2, 5)])
    _, tags = choose_sentences(said, LABELS, 1.0, spans=True)
    assert tags == [[1], [1, 2, 0, 1]]


def test_tags_that_are_no_entities_are_left_as_they_are() -> None:
    indices, tags = choose_sentences(scores([(2, 5)], [(1, 1)]), ["A", "B-X", "I-X"], 0.5, spans=False)
    assert (indices.tolist(), tags) == ([0], [[2], [1]])


def test_a_distribution_keeps_how_sure_the_model_was_and_spells_the_repaired_tags() -> None:
    said = scores([(1, 5)], [(2, 3), (2, 4), (0, 5), (1, 2)])
    indices, tags = choose_sentences(said, LABELS, 1.0, spans=True)
    given = softmax(said.values)
    single, several = distributions(given, said.offsets, tags, indices)
    assert single == pytest.approx(given[:1])
    assert several.argmax(axis=1).tolist() == tags[1] == [1, 2, 0, 1]
    assert several[0] == pytest.approx([given[1, 0], given[1, 1] + given[1, 2], 0])  # the one tag that was repaired
    assert several[1:] == pytest.approx(given[2:])
    assert several.sum(axis=1) == pytest.approx(1)
    assert given[1, 2] > 0  # what was asked is as it was
