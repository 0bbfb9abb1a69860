"""What an answer rests on, asked of models that answer by a known rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from export.predictor import MultiPrediction, Prediction, Predictor, PredictorError, Question, Tagging, explain
from export.predictor.explaining import MOST_PARTS


class Counter:
    """Good if a text says so: each "good" adds 1 to the log-odds, each "bad" takes 1."""

    def __init__(self) -> None:
        self.asked = 0

    def predict(self, questions: Sequence[Question]) -> list[Prediction]:
        self.asked += len(questions)
        texts = [question if isinstance(question, str) else " | ".join(question) for question in questions]
        shares = [1 / (1 + math.exp(text.count("bad") - text.count("good"))) for text in texts]
        return [Prediction("good", {"good": share, "bad": 1 - share}) for share in shares]


def weights(text: str, model: object | None = None) -> dict[str, float]:
    found = explain(model or Counter(), text)
    return {text[part.start : part.end]: round(part.weight, 6) for part in found.parts}


def test_a_word_weighs_what_the_answer_loses_without_it():
    assert weights("A good book, not bad.") == {
        "A": 0,
        "good": 1,
        "book": 0,
        ",": 0,
        "not": 0,
        "bad": -1,
        ".": 0,
    }


def test_the_label_explained_is_the_likeliest():
    found = explain(Counter(), "bad bad bad")
    assert (found.label, round(found.probability, 6)) == ("bad", 0.952574)
    assert [round(part.weight, 6) for part in found.parts] == [1] * 3


def test_chinese_is_taken_character_by_character():
    assert [*weights("味道好 ok")] == ["味", "道", "好", "ok"]


def test_both_texts_of_a_pair_have_parts():
    found = explain(Counter(), ("good one", "so good"))
    assert [(part.which, round(part.weight, 6)) for part in found.parts] == [(0, 1), (0, 0), (1, 0), (1, 1)]


def test_a_long_text_is_asked_about_in_larger_parts():
    model = Counter()
    text = " ".join(["good", *["word"] * 1000])
    found = explain(model, text)
    assert model.asked == len(found.parts) + 1 <= MOST_PARTS + 1
    assert round(found.parts[0].weight, 6) == 1
    assert found.parts[0].start == 0
    assert found.parts[-1].end == len(text)


def test_a_slow_model_may_be_asked_less_often():
    model = Counter()
    found = explain(model, "one two three four five six seven", most=3)
    assert model.asked == len(found.parts) + 1 == 4


def test_an_empty_text_rests_on_nothing():
    assert explain(Counter(), " ").parts == []


def test_of_several_labels_the_likeliest_is_explained():
    class Several:
        def predict(self, questions: Sequence[Question]) -> list[MultiPrediction]:
            return [MultiPrediction(["b"], {"a": 0.4, "b": 0.9 if "x" in question else 0.5}) for question in questions]

    assert weights("x y", Several()) == {"x": 2.197225, "y": 0}


def test_a_tagger_is_refused():
    class Tagger:
        def predict(self, questions: Sequence[Question]) -> list[Tagging]:
            return [Tagging(str(question), [], []) for question in questions]

    with pytest.raises(PredictorError, match="Choose a model that labels texts"):
        explain(Tagger(), "a b")


def test_an_exported_model_is_explained(exported: Path):
    text = "the food was rude"
    found = explain(Predictor(exported / "o2"), text)
    assert found.label == "bad"
    heaviest = max(found.parts, key=lambda part: part.weight)
    assert text[heaviest.start : heaviest.end] == "rude", found
