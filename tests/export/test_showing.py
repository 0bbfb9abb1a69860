"""Questions from a command line, and answers as lines and JSON."""

from __future__ import annotations

import json

import pytest

from export.predictor import Entity, Filling, MultiPrediction, Prediction, Tagging, Word
from export.showing import document, line, read
from pipeline.errors import DataError

ROME = Tagging("Rome", [Word("Rome", "B-LOC", 0.9, 0, 4)], [Entity("Rome", "LOC", 0.9, 0, 4)])
CASES = [
    ("a text", Prediction("good", {"bad": 0.25, "good": 0.75}), "good\t0.7500\ta text"),
    (("a text", "another"), Prediction("yes", {"no": 0, "yes": 1}), "yes\t1.0000\ta text\tanother"),
    ("a text", MultiPrediction(["x", "y"], {"x": 0.9, "y": 0.6, "z": 0.1}), "x, y\t0.9000, 0.6000\ta text"),
    ("a text", MultiPrediction([], {"x": 0.1}), "\t\ta text"),
    ("Rome", ROME, "Rome/B-LOC\tRome"),
    ("in [MASK]", [Filling("Rome", 0.5, "in Rome"), Filling("it", 0.1, "in it")], "Rome 0.5000, it 0.1000\tin [MASK]"),
]


@pytest.mark.parametrize(("question", "answer", "shown"), CASES)
def test_a_line(question, answer, shown: str):
    assert line(question, answer) == shown


@pytest.mark.parametrize(("question", "answer"), [case[:2] for case in CASES])
def test_a_document_is_json_with_the_question(question, answer):
    told = json.loads(json.dumps(document(question, answer)))
    assert told["text"] == (question if isinstance(question, str) else question[0])
    assert told.get("second") == (None if isinstance(question, str) else question[1])


def test_documents_hold_all_of_an_answer():
    assert document("Rome", ROME)["entities"] == [
        {"text": "Rome", "label": "LOC", "probability": 0.9, "start": 0, "end": 4}
    ]
    assert document("[MASK]", [Filling("a", 0.5, "a")])["fillings"] == [{"token": "a", "probability": 0.5, "text": "a"}]


@pytest.mark.parametrize(
    ("task", "arguments", "lines", "questions"),
    [
        ("text-classification", ["a", "b"], ["unused"], ["a", "b"]),
        ("text-classification", [], ["a"], ["a"]),
        ("sentence-pair-classification", ["a", "b", "c", "d"], [], [("a", "b"), ("c", "d")]),
        ("sentence-pair-classification", [], ["a\tb"], [("a", "b")]),
    ],
)
def test_questions(task: str, arguments: list[str], lines: list[str], questions: list):
    assert read(task, arguments, lambda: lines) == questions


@pytest.mark.parametrize(("arguments", "lines"), [(["a"], []), (["a", "b", "c"], []), ([], ["a"]), ([], ["a\tb\tc"])])
def test_half_a_pair_is_refused(arguments: list[str], lines: list[str]):
    with pytest.raises(DataError, match="Give two texts for each question"):
        read("sentence-pair-classification", arguments, lambda: lines)
