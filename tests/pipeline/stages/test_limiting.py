"""Drawing a few labelled texts."""

import itertools
import random
from collections import Counter

import pytest
from datasets import Dataset

from pipeline.stages import limiting
from pipeline.stages.limiting import in_memory, limited

ONE = {"label": [0] * 900 + [1] * 95 + [2] * 5}


class Rows(dict):
    """Columns, with as many rows as they are long, as a frozen split has."""

    def __len__(self) -> int:
        return len(next(iter(self.values())))


def test_every_label_is_drawn_alike_until_it_is_used_up() -> None:
    counts = Counter(ONE["label"][index] for index in limited(Rows(ONE), "label", 30, seed=0))
    assert counts[2] == 5
    assert abs(counts[0] - counts[1]) <= 1
    assert sum(counts.values()) == 30


def test_a_smaller_draw_is_part_of_a_larger_one() -> None:
    draws = [set(limited(Rows(ONE), "label", n, seed=4)) for n in (3, 30, 300, 999)]
    assert all(small < large for small, large in itertools.pairwise(draws))
    assert [len(draw) for draw in draws] == [3, 30, 300, 999]


def test_the_seed_decides() -> None:
    assert limited(Rows(ONE), "label", 30, seed=1) != limited(Rows(ONE), "label", 30, seed=2)
    assert limited(Rows(ONE), "label", 30, seed=1) == limited(Rows(ONE), "label", 30, seed=1)


def test_all_texts_are_kept_where_there_are_no_more() -> None:
    assert limited(Rows(ONE), "label", None, seed=0) == limited(Rows(ONE), "label", 1000, seed=0) == range(1000)


def test_rare_tags_are_drawn_early() -> None:
    tags = Rows({"tags": [[0, 0, 0]] * 200 + [[0, 1, 2]] * 3 + [[3]] * 2})
    drawn = limited(tags, "tags", 8, seed=0)
    assert {tag for index in drawn for tag in tags["tags"][index]} == {0, 1, 2, 3}


def test_texts_without_any_of_several_labels_are_drawn_too() -> None:
    several = Rows({"labels": [[]] * 50 + [[0]] * 50 + [[0, 1]] * 50})
    drawn = limited(several, "labels", 30, seed=0)
    assert sum(not several["labels"][index] for index in drawn) >= 10


def test_without_labels_chance_draws() -> None:
    texts = Rows({"text": ["a"] * 100})
    assert len(limited(texts, None, 10, seed=0)) == 10
    assert set(limited(texts, None, 10, seed=0)) < set(limited(texts, None, 20, seed=0))


def test_what_is_too_many_is_drawn_by_chance_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Dataset.from_dict({"text": ["二十个字" * 5] * 1000, "tokens": [["十", "个字"]] * 1000})
    assert in_memory(range(5), texts, ["text"], seed=0).tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr(limiting, "MOST_CHARACTERS", 2000)
    drawn = in_memory(range(1000), texts, ["text"], seed=0)
    assert drawn.tolist() == sorted(set(drawn.tolist())) == in_memory(range(1000), texts, ["text"], seed=0).tolist()
    assert len(drawn) == 100
    assert drawn.tolist() != in_memory(range(1000), texts, ["text"], seed=1).tolist()
    shares = Counter(ONE["label"][index] for index in drawn)
    assert 80 <= shares[0] <= 99  # not evened out
    assert len(in_memory(range(1000), texts, ["tokens"], seed=0)) == 666
    assert len(in_memory(range(1000), texts, ["text", "tokens"], seed=0)) == 86
    assert set(in_memory([7, 3, 9] * 100, texts, ["text"], seed=0).tolist()) <= {3, 7, 9}


def draw_as_before(labels: list[list[int]], n: int, seed: int) -> list[int]:
    """How texts were drawn when every text had a list of its own."""
    order = list(range(len(labels)))
    random.Random(seed).shuffle(order)
    waiting: dict[int, list[int]] = {}
    for index in reversed(order):
        for label in labels[index]:
            waiting.setdefault(label, []).append(index)
    drawn: set[int] = set()
    counts = dict.fromkeys(sorted(waiting), 0)
    while len(drawn) < n:
        scarcest = min(counts, key=counts.__getitem__)
        texts = waiting[scarcest]
        while texts and texts[-1] in drawn:
            texts.pop()
        if not texts:
            del counts[scarcest]
            continue
        drawn.add(texts[-1])
        for label in labels[texts.pop()]:
            if label in counts:
                counts[label] += 1
    return sorted(drawn)


def test_arrays_draw_what_lists_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.parts.PART", 7)  # read in many parts
    generator = random.Random(1)
    given = [generator.sample(range(5), generator.randrange(4)) for _ in range(200)]
    lists = [sorted(set(each)) or [-1] for each in given]
    for n in (1, 17, 150):
        assert limited(Rows({"labels": given}), "labels", n, seed=n) == draw_as_before(lists, n, n)
