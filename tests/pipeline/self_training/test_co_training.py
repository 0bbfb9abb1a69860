"""Co-training: the second view puts right what the network got wrong."""

import random

import numpy as np
import pytest

from pipeline.classical.features import NGrams
from pipeline.errors import Cancelled
from pipeline.self_training.choosing import choose, proportions
from pipeline.self_training.co_training import Options, Round, relabel
from pipeline.self_training.labellers import OneLabel

WORDS = ("香快赞甜", "差慢烂苦", "汤房书店")
OPTIONS = Options(rounds=4, first=0.4, last=0.8, first_view=0.2, weight=1.0, seed=0)


def pool(labels: int, count: int = 400) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, their true labels, and logits of a network that is right in three of four cases."""
    choice = random.Random(0)
    truth = [choice.randrange(labels) for _ in range(count)]
    texts = ["".join(choice.choices(WORDS[label], k=3) + choice.choices("的了是我", k=3)) for label in truth]
    said = [label if choice.random() < 0.75 else choice.randrange(labels) for label in truth]
    noise = np.random.default_rng(0).normal(size=(count, labels))
    return texts, np.array(truth), np.eye(labels)[said] * 2 + noise


def rounds(labels: int, **changes: object) -> tuple[list[Round], np.ndarray, np.ndarray]:
    texts, truth, logits = pool(labels)
    rows = NGrams(["text"]).fit({"text": texts})
    shares = proportions(logits, "predicted", floor=True)
    options = Options(**{**vars(OPTIONS), **changes})
    return list(relabel(rows, OneLabel(logits, shares), (rows[:0], np.empty(0, np.int64)), options)), truth, logits


@pytest.mark.parametrize("labels", [2, 3])
def test_the_pool_is_labelled_better_than_by_the_network(labels: int) -> None:
    found, truth, logits = rounds(labels)
    before = (logits.argmax(axis=1) == truth).mean()
    after = (found[-1].odds.argmax(axis=1) == truth).mean()
    assert len(found) == 4
    assert before < 0.85
    assert after > before + 0.08
    assert np.allclose(found[-1].probabilities.sum(axis=1), 1)


def test_the_view_judges_other_texts_too() -> None:
    texts, _, logits = pool(2)
    features = NGrams(["text"])
    rows = features.fit({"text": texts})
    known = rows[:0], np.empty(0, np.int64)
    *_, last = relabel(rows, OneLabel(logits, np.array([0.5, 0.5])), known, OPTIONS)
    odds = last.view.odds(features.transform({"text": ["香快赞", "差慢烂"]}))
    assert odds.argmax(axis=1).tolist() == [0, 1]


def test_topics_are_not_learned_for_labels_where_groups_are_known() -> None:
    texts, truth, logits = pool(2, 600)
    shops = [random.Random(number).randrange(2) for number in range(len(texts))]
    texts = [("衣服裙子" if shop else "酒店房间") + text for shop, text in zip(shops, texts, strict=True)]
    logits = logits + np.outer(np.where(np.array(shops) == 1, 4.0, -4.0), [-1, 1])  # one shop is bad to the network
    rows = NGrams(["text"]).fit({"text": texts})
    none, shares = (rows[:0], np.empty(0, np.int64)), np.array([0.5, 0.5])
    right = {}
    for name, groups in {"alone": None, "grouped": np.array(shops)}.items():
        *_, last = relabel(rows, OneLabel(logits, shares, groups), none, OPTIONS)
        right[name] = (choose(last.odds, shares, 1.0, groups)[1] == truth).mean()
    assert right["alone"] < 0.6
    assert right["grouped"] > 0.9


def test_true_labels_are_learned_from() -> None:
    texts, truth, _ = pool(2)
    rows = NGrams(["text"]).fit({"text": texts})
    chance = np.random.default_rng(1).normal(size=(300, 2))
    options = Options(**{**vars(OPTIONS), "first_view": 0.0, "weight": 0.01})
    labeller = OneLabel(chance, np.array([0.5, 0.5]))
    *_, last = relabel(rows[:300], labeller, (rows[300:], truth[300:]), options)
    assert (last.odds.argmax(axis=1) == truth[:300]).mean() > 0.9


def test_nothing_depends_on_chance_but_the_seed() -> None:
    assert (rounds(2)[0][-1].odds == rounds(2)[0][-1].odds).all()
    assert (rounds(2)[0][-1].odds != rounds(2, seed=1)[0][-1].odds).any()


def test_a_cancelled_run_stops() -> None:
    texts, _, logits = pool(2, count=40)
    rows = NGrams(["text"]).fit({"text": texts})

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        labeller = OneLabel(logits, np.array([0.5, 0.5]))
        next(relabel(rows, labeller, (rows[:0], np.empty(0, np.int64)), OPTIONS, check=check))
