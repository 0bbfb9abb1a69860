"""Which texts a member learns from."""

from collections import Counter

import numpy as np
import pytest


def test_all_is_every_row_once(draw):
    drawn = draw([0, 1, 0, 1], "all")
    assert drawn.indices.tolist() == [0, 1, 2, 3]
    assert drawn.unseen.tolist() == []


def test_a_bootstrap_sample_keeps_the_number_of_each_label(draw):
    labels = [0] * 300 + [1] * 30 + [2]
    drawn = draw(labels)
    assert np.bincount(np.array(labels)[drawn.indices]).tolist() == [300, 30, 1]
    assert 0.3 < len(drawn.unseen) / len(labels) < 0.45  # about 1/e
    assert not set(drawn.unseen) & set(drawn.indices)
    assert set(drawn.unseen) | set(drawn.indices) == set(range(len(labels)))


def test_members_and_seeds_draw_differently_and_each_the_same_again(draw):
    labels = [0, 1] * 50
    first, again = draw(labels, member=1), draw(labels, member=1)
    assert first.indices.tolist() == again.indices.tolist()
    assert first.indices.tolist() != draw(labels, member=2).indices.tolist()
    assert first.indices.tolist() != draw(labels, seed=1).indices.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_no_label_is_lost_where_texts_have_several(draw, seed):
    labels = [[1.0, 0.0, 0.0]] * 20 + [[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    drawn = draw(labels, task="multi-label-classification", seed=seed)
    assert np.array(labels)[drawn.indices].any(0).all()


@pytest.mark.parametrize("seed", range(20))
def test_no_tag_is_lost(draw, seed):
    labels = [[-100, 0, 0, -100]] * 20 + [[-100, 1, 2, -100], [-100, 0, 3, -100]]
    drawn = draw(labels, task="entity-recognition", seed=seed)
    assert {tag for index in drawn.indices for tag in labels[index]} == {-100, 0, 1, 2, 3}


def test_a_soft_label_counts_as_its_likeliest(draw):
    drawn = draw([[0.9, 0.1]] * 8 + [[0.2, 0.8]] * 2)
    assert (drawn.indices >= 8).sum() == 2


def test_distributions_of_words_count_as_their_likeliest_tags(draw):
    tags = [[0, 0]] * 20 + [[1, 2], [], [0, 1]]
    soft = [[[0.6 if label == tag else 0.2 for label in range(3)] for tag in words] for words in tags]
    hard = [[-100, *words] for words in tags]
    found, expected = (draw(labels, task="entity-recognition").indices for labels in (soft, hard))
    assert found.tolist() == expected.tolist()


def test_a_boosted_member_is_judged_by_a_fifth_held_out_of_each_label(draw):
    labels = [0] * 100 + [1] * 50
    drawn = draw(labels, "boosted")
    assert np.bincount(np.array(labels)[drawn.held_out]).tolist() == [20, 10]
    assert not set(drawn.held_out) & set(drawn.indices)
    assert len(drawn.indices) == 150


def test_a_boosted_member_draws_by_the_weights_that_the_one_before_left(draw, tmp_path):
    from safetensors.numpy import save_file

    weights = np.full(100, 0.1 / 90)
    weights[:10] = 0.09
    save_file({"weights": weights}, tmp_path / "example_weights.safetensors")
    drawn = draw([0, 1] * 50, "boosted", {"previous": tmp_path})
    candidates = np.setdiff1d(np.arange(100), drawn.held_out)
    expected = weights[candidates][candidates < 10].sum() / weights[candidates].sum()
    assert np.mean(drawn.indices < 10) == pytest.approx(expected, abs=0.1)


# ── as it was drawn when each row had a list of its labels ────────────────────────────


def drawn_as_before(labels, seed, member):
    """A bootstrap sample, row by row."""
    counts = Counter(label for row in labels for label in row)
    rarest = np.array([min(row, key=lambda label: (counts[label], label), default=-1) for row in labels])
    strata = [np.flatnonzero(rarest == label) for label in np.unique(rarest)]
    generator = np.random.default_rng([seed, member])
    indices = np.concatenate([generator.choice(stratum, len(stratum)) for stratum in strata])
    present = {label for index in indices for label in labels[index]}
    missed = sorted({label for row in labels for label in row} - present)
    more = [generator.choice([index for index, row in enumerate(labels) if label in row]) for label in missed]
    return [*indices.tolist(), *map(int, more)]


@pytest.mark.parametrize("seed", range(6))
def test_arrays_draw_what_lists_drew(draw, monkeypatch, seed):
    monkeypatch.setattr("pipeline.parts.PART", 7)
    chance = np.random.default_rng(seed)
    table = (chance.random((40, 12)) < np.linspace(0.02, 0.5, 12)).astype(float)
    lists = [np.flatnonzero(row).tolist() for row in table]
    found = draw(table.tolist(), task="multi-label-classification", seed=seed).indices.tolist()
    assert found == drawn_as_before(lists, seed, 1)
    tags = [[-100, *chance.integers(0, 9, chance.integers(1, 5)).tolist(), -100] for _ in range(40)]
    lists = [sorted({tag for tag in row if tag >= 0}) for row in tags]
    assert draw(tags, task="part-of-speech", seed=seed).indices.tolist() == drawn_as_before(lists, seed, 1)
