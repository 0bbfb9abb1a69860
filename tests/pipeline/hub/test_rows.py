"""What of a data set's rows is written, and how."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import DataError
from pipeline.hub.rows import named, shape


class ClassLabel:
    """As the library's: names by number."""

    dtype = "int64"

    def __init__(self, *names: str) -> None:
        self.names, self.num_classes = names, len(names)

    def int2str(self, value: int) -> str:
        return self.names[value]


class Value:
    def __init__(self, dtype: str = "string") -> None:
        self.dtype = dtype


class List:
    def __init__(self, feature: Any) -> None:
        self.feature = feature


class Image:
    dtype = "PIL.Image.Image"


TAGS = ClassLabel("O", "B-PER", "I-PER")


@pytest.mark.parametrize(
    ("feature", "value", "expected"),
    [
        (ClassLabel("bad", "good"), 1, "good"),
        (ClassLabel("bad", "good"), -1, None),
        (ClassLabel("bad", "good"), 7, None),
        (ClassLabel("bad", "good"), "good", "good"),
        (List(ClassLabel("a", "b")), [1, 0, -1], ["b", "a", None]),
        ([ClassLabel("a", "b")], [1], ["b"]),
        ({"label": ClassLabel("a", "b"), "text": Value()}, {"label": 0, "text": "x"}, {"label": "a", "text": "x"}),
        (List({"tag": ClassLabel("a", "b")}), [{"tag": 1}], [{"tag": "b"}]),
        (None, 3, 3),
        (Value("int64"), 3, 3),
        (ClassLabel("a"), None, None),
    ],
)
def test_labels_become_their_names_however_deep_they_lie(feature: Any, value: Any, expected: Any) -> None:
    assert named(feature, value) == expected


def test_texts_become_lines_of_json_and_pictures_stay_away() -> None:
    features = {"text": Value(), "label": ClassLabel("bad", "good"), "picture": Image(), "raw": Value("binary")}
    row = {"text": "很好\n", "label": 1, "picture": {"bytes": b"x"}, "raw": b"x"}
    found = shape(features, row, None, "a/b")
    assert (found.suffix, found.left_out) == (".jsonl", ("picture", "raw"))
    assert json.loads(found.written(row)) == {"text": "很好\n", "label": "good"}
    assert found.written({"text": "  ", "label": None}) == ""


def test_columns_that_nobody_describes_are_taken_as_they_are() -> None:
    row = {"text": "fine", "stars": 5, "raw": b"x", "when": None}
    found = shape(None, row, None, "a/b")
    assert found.left_out == ("raw",)
    assert json.loads(found.written(row)) == {"text": "fine", "stars": 5, "when": None}


def test_words_with_tags_become_a_line_a_word() -> None:
    features = {"tokens": List(Value()), "pos": List(ClassLabel("N", "V")), "ner": List(TAGS), "who": List(Value())}
    row = {"tokens": ["Ada\tB", " ", "runs"], "pos": [0, 0, 1], "ner": [1, 0, 0], "who": ["x", "y", "z"]}
    found = shape(features, row, None, "a/b")
    assert (found.suffix, found.columns) == (".conll", ("tokens", "pos", "ner"))
    assert found.written(row) == "Ada B\tN\tB-PER\nruns\tV\tO\n\n"  # a blank word would end the sentence
    assert found.written({**row, "ner": [1]}) == ""  # not a tag for each word
    assert found.written({"tokens": [], "pos": [], "ner": []}) == ""


def test_the_task_decides_where_there_are_both() -> None:
    features = {"text": Value(), "tokens": List(Value()), "ner": List(TAGS)}
    row = {"text": "Ada runs", "tokens": ["Ada", "runs"], "ner": [1, 0]}
    assert shape(features, row, None, "a/b").suffix == ".jsonl"
    assert shape(features, row, "text-classification", "a/b").suffix == ".jsonl"
    assert shape(features, row, "entity-recognition", "a/b").suffix == ".conll"


def test_several_labels_of_a_text_are_a_list() -> None:
    features = {"text": Value(), "labels": List(ClassLabel("joy", "anger"))}
    row = {"text": "ha", "labels": [0, 1]}
    found = shape(features, row, "multi-label-classification", "a/b")
    assert json.loads(found.written(row))["labels"] == ["joy", "anger"]


@pytest.mark.parametrize(
    ("features", "row", "task", "words"),
    [
        ({"picture": Image()}, {"picture": b"x"}, None, "no column with texts"),
        ({"text": Value()}, {"text": "x"}, "part-of-speech", "no column of words"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_columns(features: Any, row: Any, task: Any, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        shape(features, row, task, "a/b")
    assert next(iter(features)) in str(caught.value)
