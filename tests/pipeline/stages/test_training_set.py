"""What a fine-tuning learns from: true labels, some of them, and those that self-training has found."""

from __future__ import annotations

import numpy as np
import pytest
from datasets import Dataset

from pipeline.errors import TrainingError
from pipeline.scores import softmax
from pipeline.spec import (
    FullFineTuning,
)
from pipeline.stages.answering import predict
from pipeline.stages.fine_tuning import training_set
from pipeline.stages.models import load_model, load_tokenizer
from tests.pipeline.stages.trained import FULL, labels_of, parameters, training


def pseudo_labels(folder, **columns):
    Dataset.from_dict(columns).save_to_disk(str(folder / "texts"), num_shards=1)
    return folder


@pytest.fixture
def collected(make_context, frozen_data, family):
    """A function: parameters and inputs → the rows that would be learned from, and how many have true labels."""

    def collected(inputs=None, task="text-classification", **options):
        context = make_context(parameters(task, **options), {"data": frozen_data(task), **(inputs or {})})
        return training_set(context, load_tokenizer(family("bert"), 32), labels_of(context))

    return collected


def test_a_limit_takes_each_label_alike_and_is_nested(collected):
    (few, known), (more, _) = collected(limit=10), collected(limit=20)
    assert known == 10
    assert sorted(few["labels"]) == [0] * 5 + [1] * 5
    assert len(more) == 20
    assert {tuple(ids) for ids in few["input_ids"]} <= {tuple(ids) for ids in more["input_ids"]}


def test_labels_that_were_found_are_learned_beside_the_true_ones(collected, tmp_path):
    found = pseudo_labels(tmp_path, text=["good soup"], label=[1], weight=[0.5])
    rows, known = collected({"labels": found}, limit=4)
    assert rows["weight"] == [1.0] * 4 + [0.5]
    assert rows["labels"][-1] == 1
    assert known == 4
    rows, known = collected({"labels": found}, split=None)
    assert (rows["weight"], known) == ([0.5], 0)


def test_one_soft_label_makes_all_of_them_distributions(collected, tmp_path):
    found = pseudo_labels(tmp_path, text=["good soup"], probabilities=[[0.25, 0.75]], weight=[1.0])
    rows, _ = collected({"labels": found}, limit=2)
    assert sorted(rows["labels"]) == [[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]]


def test_beside_probabilities_of_several_labels_true_ones_are_certain(collected, tmp_path):
    found = pseudo_labels(tmp_path, text=["good soup"], probabilities=[[0.25, 0.75, 0.5]], weight=[1.0])
    rows, _ = collected({"labels": found}, "multi-label-classification", limit=2)
    assert sorted(rows["labels"]) == [[0.0, 1.0, 1.0], [0.25, 0.75, 0.5], [1.0, 0.0, 0.0]]


def test_beside_distributions_of_words_true_tags_are_certain(collected, tmp_path):
    said = [[0.25, 0.75], [1.0, 0.0]]
    found = pseudo_labels(tmp_path, tokens=[["good", "soup"]], probabilities=[said], weight=[1.0])
    rows, known = collected({"labels": found}, "entity-recognition", limit=2)
    assert (rows["labels"], known) == ([[[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]] * 2 + [said], 2)


def test_nothing_to_learn_from_is_told(collected, tmp_path):
    empty = pseudo_labels(tmp_path, text=[], label=[], weight=[])
    with pytest.raises(TrainingError, match="no labelled texts"):
        collected({"labels": empty}, split=None)


def test_a_model_learns_from_soft_labels_alone(family, fine_tune, tmp_path):
    texts = ["good soup", "bad soup"] * 16
    soft = [[0.1, 0.9], [0.9, 0.1]] * 16
    found = pseudo_labels(tmp_path / "found", text=texts, probabilities=soft, weight=[1.0] * 32)
    tuning = FullFineTuning(**FULL | {"epochs": 12})
    context = fine_tune(family("bert"), tuning=tuning, inputs={"labels": found}, split=None)
    assert training(context)["examples"] == 32
    model, tokenizer = load_model(context.out, "text-classification", ["a", "b"]), load_tokenizer(context.out)
    asked = Dataset.from_dict({"text": ["good soup", "bad soup"]})
    sure = softmax(predict(model, tokenizer, asked, "text-classification").values)
    np.testing.assert_allclose(sure, [[0.1, 0.9], [0.9, 0.1]], atol=0.07)


def test_a_model_learns_distributions_of_words_whatever_is_beside_them_in_a_batch(family, fine_tune, tmp_path):
    """Sentences of different lengths, so that most are padded; true tags beside them, which are certain."""
    sentences = [["good", "soup"], ["soup"], ["good", "soup", "good", "soup"], []] * 8
    soft = [[[0.1, 0.9] if word == "soup" else [0.7, 0.3] for word in words] for words in sentences]
    found = pseudo_labels(tmp_path / "found", tokens=sentences, probabilities=soft, weight=[1.0] * 32)
    tuning = FullFineTuning(**FULL | {"epochs": 12, "class_weights": False})
    context = fine_tune(family("bert"), "part-of-speech", tuning, inputs={"labels": found}, split=None)
    model, tokenizer = load_model(context.out, "part-of-speech", ["a", "b"]), load_tokenizer(context.out)
    asked = Dataset.from_dict({"tokens": [["good", "soup"]]})
    sure = softmax(predict(model, tokenizer, asked, "part-of-speech").values)
    np.testing.assert_allclose(sure, [[0.7, 0.3], [0.1, 0.9]], atol=0.07)
