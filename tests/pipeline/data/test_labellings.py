import pytest

from pipeline.data.labellings import LABELS, find_separator, split_labels
from pipeline.tasks import TASKS


def test_every_task_has_a_kind_of_label():
    assert set(LABELS) == set(TASKS)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["a|b", "c"], "|"),
        (["a; b", "c"], ";"),
        (["a,b", "b,c", "a"], ","),
        (["食物，服务", "服务", "食物"], "，"),
        (["a|b,c", "b,c"], "|"),
        (["arts, culture", "sports", "sports"], None),
        (["a b", "b c", "a"], None),
        (['["a, b", "c"]', '["c", "d"]'], None),
        (["a", "", " "], None),
        (["|", ";"], None),
    ],
)
def test_separators_are_told(cells, separator):
    assert find_separator(cells) == separator


@pytest.mark.parametrize(
    ("cell", "separator", "labels"),
    [
        ("b|a| b |", "|", ("a", "b")),
        ("a b  a", " ", ("a", "b")),
        ("10|9|x", "|", ("9", "10", "x")),
        ("very good|bad", "|", ("bad", "very good")),
        ('["b", "a", 3, "a"]', "|", ("3", "a", "b")),
        ("[]", None, ()),
        ("[not json", ",", ("[not json",)),
        ("a|b", None, ("a|b",)),
    ],
)
def test_labels_of_a_cell(cell, separator, labels):
    assert split_labels(cell, separator) == labels


@pytest.mark.parametrize(
    ("task", "label", "mapping", "expected"),
    [
        ("text-classification", "a", {"a": "x"}, "x"),
        ("multi-label-classification", ("a", "b", "c"), {"c": "a", "b": "0"}, ("0", "a")),
        ("part-of-speech", ("NN", "VB"), {"NN": "NOUN"}, ("NOUN", "VB")),
        ("entity-recognition", ("B-p", "I-p", "O", "B-x"), {"p": "PER", "x": "O"}, ("B-PER", "I-PER", "O", "O")),
    ],
)  # fmt: skip
def test_names_are_mapped(task, label, mapping, expected):
    assert LABELS[task].renamed(label, mapping) == expected


def test_entities_count_once_and_their_tags_begin_with_the_outside():
    kind = LABELS["entity-recognition"]
    assert [*kind.names(("B-PER", "I-PER", "O", "B-LOC", "B-LOC"))] == ["PER", "LOC", "LOC"]
    assert kind.ordered({"PER", "LOC"}) == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
