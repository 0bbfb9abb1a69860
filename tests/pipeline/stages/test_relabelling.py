"""Which round of co-training is kept, and where it stops; what the second view says is scripted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from pipeline.parameters import PseudoLabelParameters
from pipeline.scores import Scores
from pipeline.self_training.co_training import Round
from pipeline.spec import CoTraining
from pipeline.stages import relabelling
from pipeline.stages.relabelling import SLACK, Labelled, Pool, co_train

TEXTS = 600
NETWORK = np.arange(TEXTS) % 2
DEV = np.array([0, 1, 0, 1])
NOTHING = Dataset.from_dict({"text": [], "label": []})

#: What each round says: the labels of the pool, and those of the development texts.
Script = list[tuple[np.ndarray, np.ndarray]]


def swapped(labels: np.ndarray, pairs: int) -> np.ndarray:
    """Labels of which as many of each kind are exchanged, so that their shares stay: ``2 × pairs`` change."""
    changed = labels.copy()
    for label in (0, 1):
        changed[np.flatnonzero(labels == label)[:pairs]] = 1 - label
    return changed


def sure(labels: np.ndarray) -> np.ndarray:
    """Odds that give these labels, the earlier texts the surest."""
    return (2 * np.eye(2)[labels] - 1) * np.linspace(4, 1, len(labels))[:, None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Labelled, int]]:
    """Co-trains by a script; gives what was kept, and how many rounds were asked for."""

    def co_trained(script: Script, *, dev: bool, **options: Any) -> tuple[Labelled, int]:
        asked = 0

        def relabel(*_: Any, **__: Any) -> Iterator[Round]:
            nonlocal asked
            for number, (labels, of_dev) in enumerate(script):
                asked += 1
                first = np.where(labels, 0.5 - (number + 1) / 10, 0.5 + (number + 1) / 10)
                probabilities = np.stack([first, 1 - first], axis=1)
                yield Round(sure(labels), probabilities, SimpleNamespace(odds=lambda _, said=of_dev: sure(said)))

        monkeypatch.setattr(relabelling, "relabel", relabel)
        pool = Pool(
            parameters=PseudoLabelParameters(
                task="text-classification",
                self_training=CoTraining(rounds=len(script), **options),
                round=1,
                limit=0,
                seed=0,
            ),
            labels=["bad", "good"],
            texts=Dataset.from_dict({"text": [f"text {number}" for number in range(TEXTS)]}),
            known=NOTHING,
            dev=Dataset.from_dict({"text": ["a", "b", "c", "d"], "label": DEV.tolist()}) if dev else NOTHING,
            ask=lambda split: Scores.of_texts(sure(NETWORK)),
        )
        return co_train(pool), asked

    return co_trained


def drifting(*pairs: int) -> Script:
    """Rounds that each exchange so many pairs of labels of the one before, the first of the network's."""
    script, labels = [], NETWORK
    for count in pairs:
        labels = swapped(labels, count)
        script.append((labels, DEV))
    return script


def test_without_development_texts_it_stops_where_labels_become_less_stable(run: Any) -> None:
    script = drifting(10, 9, 11, 13, 0)
    found, asked = run(script, dev=False)
    assert (found.facts["kept_round"], found.facts["rounds"]) == (3, 5)
    assert asked == 4  # the round that fell, and none after it
    assert found.score is None
    assert (found.answers == script[2][0]).all()
    assert (found.values == script[2][0][found.indices]).all()


def test_a_fall_within_the_slack_is_none_and_a_slow_one_is_one_in_the_end(run: Any) -> None:
    pair = 2 / TEXTS
    assert 2 * pair < SLACK < 4 * pair
    found, asked = run(drifting(10, 12, 12, 11), dev=False)
    assert (found.facts["kept_round"], asked) == (4, 4)
    # Each round falls by no more than the slack from the one before it; the third does from the best.
    found, asked = run(drifting(10, 12, 14, 14), dev=False)
    assert (found.facts["kept_round"], asked) == (2, 3)


def test_the_first_round_is_kept_however_far_it_is_from_the_network(run: Any) -> None:
    found, _ = run(drifting(300, 0, 50), dev=False)
    assert found.facts["kept_round"] == 2
    assert found.facts["views_agree"] == 0.0


def dev_scores(*right: int) -> Script:
    """Rounds of which so many development texts are right; the pool's labels tell the rounds apart."""
    told = [np.where(np.arange(len(DEV)) < count, DEV, 1 - DEV) for count in right]
    return [(swapped(NETWORK, 40 * number), said) for number, said in enumerate(told, start=1)]


@pytest.mark.parametrize(
    ("right", "kept", "score"),
    [
        ((2, 3, 1, 3, 0), 4, 0.75),  # of equal ones the last, which learned from most texts
        ((4, 1, 1), 1, 1.0),
        ((3, 0, 4), 3, 1.0),  # a fall does not end it
        ((0, 0), 2, 0.0),
    ],
)
def test_with_development_texts_the_best_of_all_rounds_is_kept(
    run: Any, right: tuple[int, ...], kept: int, score: float
) -> None:
    script = dev_scores(*right)
    found, asked = run(script, dev=True)
    assert (found.facts["kept_round"], found.score) == (kept, score)
    assert asked == len(right)
    assert (found.answers == script[kept - 1][0]).all()


def test_what_is_taken_is_the_kept_rounds_surest_in_its_probabilities(run: Any) -> None:
    found, _ = run(dev_scores(1, 4, 2), dev=True, last_fraction=0.5, labels="soft")
    assert len(found.indices) == TEXTS // 2
    assert (found.indices == np.arange(TEXTS // 2)).all()
    assert np.sort(found.values, axis=1) == pytest.approx(np.tile([0.3, 0.7], (TEXTS // 2, 1)))
