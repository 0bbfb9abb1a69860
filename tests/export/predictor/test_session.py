"""Batches, and what is fed to the graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from export.predictor import PROVIDERS, Tokens, session
from export.predictor.folder import Folder


@pytest.fixture(scope="module")
def opened(exported: Path) -> session.Session:
    return session.Session(Folder.read(exported / "o2"), threads=1)


def test_batches_keep_the_budget_and_hold_every_row_once(opened: session.Session):
    lengths = [3, 500, 40, 2000, 7, 7, 7, 120, 40]
    batches = list(opened.batches(lengths))
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    budget = PROVIDERS["CPUExecutionProvider"].batch_tokens
    assert all(len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= budget for rows in batches)


def test_a_large_vocabulary_makes_batches_small(exported: Path):
    says = Folder.read(exported / "o2")
    wide = session.Session(replace(says, width=session.MOST_SCORES // 10), threads=1)
    assert [len(rows) for rows in wide.batches([5] * 5)] == [2, 2, 1]


@pytest.mark.parametrize(("types", "fed"), [(True, [0, 0, 1, 1]), (False, [0, 0, 0, 0])])
def test_token_types_are_zero_where_the_tokenizer_has_none(exported: Path, types: bool, fed: list[int]):
    opened = session.Session(replace(Folder.read(exported / "fp32"), types=types), threads=1)
    assert opened._feeds([Tokens([2, 5, 6, 3], [0, 0, 1, 1])])["token_type_ids"].tolist() == [fed]


def test_threads_are_passed_on(opened: session.Session):
    assert opened.graph.get_session_options().intra_op_num_threads == 1


def test_a_batch_is_asked_all_at_once_and_without_its_padding(opened: session.Session):
    texts = [Tokens([2, 5, 6, 3], [0] * 4), Tokens([2, 3], [0] * 2)]
    assert [answer.shape for answer in opened.batch(texts)] == [(2,), (2,)]


def test_the_budget_can_be_chosen(exported: Path):
    small = session.Session(Folder.read(exported / "o2"), threads=1, batch_tokens=10)
    assert [len(rows) for rows in small.batches([5] * 5)] == [2, 2, 1]


def test_callers_share_out_what_is_asked_and_answer_as_one_does(exported: Path, opened: session.Session):
    folder = Folder.read(exported / "o2")
    several = session.Session(folder, threads=2, callers=2)
    texts = [Tokens([2, *[5 + row % 7] * (row % 20), 3], [0] * (2 + row % 20)) for row in range(60)]
    alone, together = dict(opened.outputs(texts)), dict(several.outputs(texts))
    assert sorted(together) == list(range(60))
    assert all(np.allclose(alone[row], together[row], atol=1e-5) for row in alone)
    assert [len(rows) for rows in several.batches([20] * 10)] == [5, 5]
    assert [len(rows) for rows in several.batches([20] * 3)] == [3]  # too little to be shared out


def test_what_fails_is_told_by_whoever_is_asked_first(exported: Path, monkeypatch: pytest.MonkeyPatch):
    several = session.Session(Folder.read(exported / "o2"), threads=2, callers=2)
    monkeypatch.setattr(several, "_compute", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(several.outputs([Tokens([2, 5, 3], [0] * 3)] * 500))
