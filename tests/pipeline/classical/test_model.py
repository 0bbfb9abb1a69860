"""The classical model: it learns every kind of labelling, and comes back from disk as it was."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.classical import ClassicalModel
from pipeline.classical.features import NGrams, spaced
from pipeline.scores import sigmoid, softmax

GOOD, BAD = ["香", "快", "赞"], ["差", "慢", "烂"]
THINGS = ["汤", "房", "书", "店"]


def reviews(count: int, seed: int = 0) -> dict[str, list[Any]]:
    choice = random.Random(seed)
    labels = [choice.randrange(2) for _ in range(count)]
    texts = ["".join([*choice.sample(THINGS, 3), choice.choice((BAD, GOOD)[label])]) for label in labels]
    return {"text": texts, "label": labels}


def sentences(count: int, seed: int = 0) -> dict[str, list[Any]]:
    """B-LOC after 在, I-LOC behind that, O elsewhere."""
    choice = random.Random(seed)
    tokens = [[*choice.choices(THINGS, k=3), "在", *choice.choices("京沪杭广", k=2), "了"] for _ in range(count)]
    return {"tokens": tokens, "tags": [[0, 0, 0, 0, 1, 2, 0]] * count}


CASES = {
    "text-classification": (["bad", "good"], reviews),
    "entity-recognition": (["O", "B-LOC", "I-LOC"], sentences),
    "multi-label-classification": (
        ["soup", "good"],
        lambda count, seed=0: {
            "text": (texts := reviews(count, seed))["text"],
            "labels": [
                [*([0] if "汤" in text else []), *([1] if label else [])]
                for text, label in zip(texts["text"], texts["label"], strict=True)
            ],
        },
    ),
    "sentence-pair-classification": (
        ["other", "same"],
        lambda count, seed=0: {
            "text": [f"{'abcdefgh'[n % 8]} word" for n in range(count)],
            "second": [f"{'abcdefgh'[(n if n % 3 else n + 1) % 8]} word" for n in range(count)],
            "label": [int(n % 3 > 0) for n in range(count)],
        },
    ),
}


@pytest.mark.parametrize("task", CASES)
def test_it_learns_and_comes_back_from_disk(task: Any, tmp_path: Path) -> None:
    labels, make = CASES[task]
    model = ClassicalModel.fit(task, labels, make(80))
    asked = make(30, seed=1)
    scores = model.scores(asked)
    if task == "multi-label-classification":
        truth = np.array([[label in given for label in range(2)] for given in asked["labels"]])
        assert ((scores.values > 0) == truth).mean() > 0.95
    else:
        truth = np.concatenate([np.atleast_1d(each) for each in asked["tags" if "tags" in asked else "label"]])
        assert (scores.predicted() == truth).mean() > 0.95
        assert np.allclose(np.exp(scores.values).sum(axis=1), 1, atol=1e-4)
    assert len(scores) == 30
    model.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"vocabulary.json", "weights.safetensors"}
    again = ClassicalModel.load(tmp_path).scores(asked)
    assert np.allclose(again.values, scores.values, atol=1e-5)
    assert (again.offsets == scores.offsets).all()


def test_the_same_texts_give_the_same_model() -> None:
    first, second = (ClassicalModel.fit("text-classification", ["bad", "good"], reviews(120)) for _ in range(2))
    assert (first.linear.weights == second.linear.weights).all()


def test_a_label_never_seen_comes_last_with_a_finite_score() -> None:
    texts = reviews(60)
    values = ClassicalModel.fit("text-classification", ["bad", "good", "odd"], texts).scores(texts).values
    assert np.isfinite(values).all()
    assert (values[:, 2] < values[:, :2].min()).all()
    alone = ClassicalModel.fit("text-classification", ["bad", "good"], {"text": ["汤", "书"], "label": [1, 1]})
    assert (alone.scores(texts).predicted() == 1).all()


def test_labels_that_all_or_no_texts_have() -> None:
    texts = {"text": ["a b", "c d", "e f"], "labels": [[0], [0], [0]]}
    values = ClassicalModel.fit("multi-label-classification", ["always", "never"], texts).scores(texts).values
    assert (sigmoid(values)[:, 0] > 0.99).all()
    assert (sigmoid(values)[:, 1] < 0.01).all()


def test_weights_decide_between_texts_that_contradict_each_other() -> None:
    texts = {"text": ["汤书"] * 4, "label": [0, 1, 0, 1]}
    for weight, label in ((0.1, 0), (10.0, 1)):
        columns = texts | {"weight": [1.0, weight] * 2}
        model = ClassicalModel.fit("text-classification", ["bad", "good"], columns)
        assert (model.scores(texts).predicted() == label).all()


def test_soft_labels_are_learned_as_the_probabilities_that_they_are() -> None:
    columns = {"text": ["汤", "书"] * 50, "probabilities": [[0.7, 0.3], [0.2, 0.8]] * 50}
    model = ClassicalModel.fit("text-classification", ["bad", "good"], columns)
    assert softmax(model.scores({"text": ["汤", "书"]}).values)[:, 1] == pytest.approx([0.3, 0.8], abs=0.05)


def test_texts_and_sentences_without_words() -> None:
    model = ClassicalModel.fit("text-classification", ["bad", "good"], {"text": ["", " ", ""], "label": [0, 1, 1]})
    assert len(model.scores({"text": [""]})) == 1
    tagger = ClassicalModel.fit("entity-recognition", ["O", "B-LOC", "I-LOC"], sentences(9))
    assert tagger.scores({"tokens": [[], ["汤"], []]}).offsets.tolist() == [0, 0, 1, 1]
    assert len(tagger.scores({"tokens": []})) == 0


def test_the_script_decides_on_the_ngrams() -> None:
    assert spaced(["The soup was a bit cold .", "김치가 맛있어요"])
    assert not spaced(["汤有点凉，但是很香", "おいしいです"])
    english, chinese = NGrams(["text"]), NGrams(["text"])
    english.fit({"text": ["cold soup"]})
    chinese.fit({"text": ["汤有点凉"]})
    assert [each.analyzer for each in english.vectorizers] == ["char_wb", "word"]
    assert [each.analyzer for each in chinese.vectorizers] == ["char"]
