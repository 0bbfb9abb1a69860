"""Which texts are taken, and with which labels, where a text may have several."""

import numpy as np
import pytest

from pipeline.self_training.sets import choose_sets


def test_each_label_whose_probability_is_above_a_half_is_given() -> None:
    _, sets = choose_sets(np.array([[1.0, -1.0, 2.0], [-1.0, -2.0, -0.1], [0.0, 0.1, -3.0]]), 1.0)
    assert sets == [[0, 2], [], [1]]


def test_the_surest_are_those_of_whose_labels_all_together_the_model_is_surest() -> None:
    logits = np.array([[9.0, 0.2], [3.0, 3.0], [9.0, 0.1], [2.0, 2.0]])  # all have both labels
    indices, _ = choose_sets(logits, 0.5)
    assert indices.tolist() == [1, 3]  # the others are all but sure of one label, and hardly of the other


def test_the_share_is_taken_of_each_label_and_of_texts_without_any() -> None:
    """By itself the first label's six texts would be surest, then those without any."""
    frequent = [[9.0 - number / 10, -9.0] for number in range(6)]
    rare = [[1.0, 1.0], [-0.4, 0.6]]
    nothing = [[-5.0, -5.0], [-4.0, -4.0]]
    indices, sets = choose_sets(np.array([*frequent, *rare, *nothing]), 0.5)
    assert indices.tolist() == [0, 1, 2, 6, 8]
    assert [sets[index] for index in indices] == [[0], [0], [0], [0, 1], []]


def test_a_label_of_one_text_is_not_lost_to_a_small_share() -> None:
    logits = np.array([[3.0, -3.0]] * 9 + [[-3.0, 0.1]])
    assert choose_sets(logits, 0.2)[0].tolist() == [0, 1, 9]


@pytest.mark.parametrize("taken", [0.2, 1.0])
def test_an_empty_pool_gives_nothing(taken: float) -> None:
    indices, sets = choose_sets(np.empty((0, 3)), taken)
    assert (indices.tolist(), indices.dtype, sets) == ([], np.int64, [])
