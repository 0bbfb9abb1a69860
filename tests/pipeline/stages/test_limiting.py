"""Drawing a few labelled texts."""

import itertools
from collections import Counter

from pipeline.stages.limiting import limited

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
    assert limited(Rows(ONE), "label", None, seed=0) == limited(Rows(ONE), "label", 1000, seed=0) == list(range(1000))


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
