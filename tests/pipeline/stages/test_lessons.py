"""In which order rows are learned, in which batches, and in how many steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipeline.stages.lessons import POOL, order, steps_of


def test_the_order_depends_on_seed_and_epoch_alone():
    lengths = np.array([n % 17 + 1 for n in range(103)])
    first = [*order(lengths, 8, seed=3, epoch=0)]
    assert sorted(row for batch in first for row in batch) == list(range(103))
    assert [*order(lengths, 8, seed=3, epoch=0)] == first
    assert [*order(lengths, 8, seed=3, epoch=1)] != first
    assert [*order(lengths, 8, seed=4, epoch=0)] != first


def order_as_before(lengths, batch_size, seed, epoch):
    """The batches when all of them were lists."""
    generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
    drawn = torch.randperm(len(lengths), generator=generator).tolist()
    batches = []
    for start in range(0, len(drawn), POOL * batch_size):
        pool = sorted(drawn[start : start + POOL * batch_size], key=lengths.__getitem__)
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    return [batches[number] for number in torch.randperm(len(batches), generator=generator).tolist()]


@pytest.mark.parametrize("rows", [1, 7, 8, 400, 401, 2003])
def test_the_batches_are_those_that_lists_gave(rows):
    lengths = torch.randint(1, 9, (rows,), generator=torch.Generator().manual_seed(rows)).tolist()
    for seed, epoch, size in ((0, 0, 8), (5, 2, 8), (1, 1, 3)):
        found, before = order(np.array(lengths), size, seed, epoch), order_as_before(lengths, size, seed, epoch)
        assert [*found] == before
        assert found[:3] == before[:3]
        assert len(found) == len(before)
        assert found[-1] == before[-1]
        assert all(type(row) is int for row in found[0])


def test_a_million_rows_are_ordered_in_a_few_megabytes():
    lengths = np.full(1_000_000, 7, np.int32)
    found = order(lengths, 16, seed=0, epoch=0)
    assert found.rows.nbytes + found.turns.nbytes < 5_000_000
    assert len(found) == 62_500


def test_batches_hold_texts_of_like_length():
    lengths = np.array([1 + 7 * (n % 13) for n in range(1600)])

    def padding(batches):
        return sum(max(batch) * len(batch) - sum(batch) for batch in ([lengths[row] for row in b] for b in batches))

    plain = [list(range(start, start + 8)) for start in range(0, 1600, 8)]
    assert padding(order(lengths, 8, seed=0, epoch=0)) < padding(plain) / 5


@pytest.mark.parametrize(
    ("rows", "epochs", "batch", "steps"), [(100, 1, 10, 10), (101, 2, 10, 22), (5, 0.5, 10, 1), (100, 0.25, 10, 3)]
)
def test_steps_are_counted(rows, epochs, batch, steps):
    assert steps_of(rows, epochs, batch) == steps
