"""Rows, labels, losses and answers of every task, for every family of encoders."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from datasets import Dataset
from torch.nn import functional

from pipeline.stages.answering import predict
from pipeline.stages.data import read_split
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.losses import class_weights
from pipeline.stages.masked_lm import logits_at
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.tasks import TASKS

FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
TAGS = ["O", "B-THING"]


def tagged(*rows):
    return Dataset.from_dict({"tokens": [row[0] for row in rows], "tags": [row[1] for row in rows]})


def model_for(folder, task, labels):
    torch.manual_seed(0)
    return load_model(folder, task, labels).eval()


def test_the_table_has_a_row_for_every_task():
    assert set(HEADS) == set(TASKS)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_word_carries_its_tag_at_its_first_piece(family, name):
    tokenizer = load_tokenizer(family(name), 64)
    rows = encode(tagged((["soup", "zzqz", "room"], [1, 0, 1])), tokenizer, "entity-recognition", TAGS)
    tokens = tokenizer.convert_ids_to_tokens(rows[0]["input_ids"])
    labels = rows[0]["labels"]
    carriers = [token for token, label in zip(tokens, labels, strict=True) if label != -100]
    assert [label for label in labels if label != -100] == [1, 0, 1]
    assert len(carriers) == 3 < len(tokens) - 2  # zzqz has several pieces
    # Whatever the tokenizer marks word starts or continuations with, what carries a tag begins a word.
    assert not any(token.startswith("##") for token in carriers)
    assert [rows[0]["input_ids"][start] for start in rows[0]["word_starts"]] == tokenizer.convert_tokens_to_ids(
        carriers
    )


def test_words_beyond_the_limit_and_words_without_a_piece_have_no_answer(family):
    folder = family("bert")
    tokenizer = load_tokenizer(folder, 8)  # [CLS], six pieces, [SEP]
    split = tagged((["soup", "\u200b", "room"], [1, 0, 1]), (["soup"] * 9, [1] * 9), ([], []))
    rows = encode(split, tokenizer, "entity-recognition", TAGS)
    assert rows["word_starts"] == [[1, -1, 2], [1, 2, 3, 4, 5, 6, -1, -1, -1], []]
    scores = predict(model_for(folder, "entity-recognition", TAGS), tokenizer, split, "entity-recognition")
    assert scores.offsets.tolist() == [0, 3, 12, 12]
    assert np.isnan(scores.values).all(1).tolist() == [False, True, False] + [False] * 6 + [True] * 3
    assert scores.values.shape == (12, 2)


def test_answers_are_the_models_own_in_the_order_of_the_texts(family, frozen_data):
    folder = family("bert")
    tokenizer = load_tokenizer(folder, 32)
    model = model_for(folder, "entity-recognition", TAGS)
    split = read_split(frozen_data("entity-recognition"), "test").select([5, 2, 9])
    done = []
    scores = predict(model, tokenizer, split, "entity-recognition", done.append)
    assert done[-1] == 3
    for number, words in enumerate(split["tokens"]):
        inputs = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            expected = model(**inputs).logits[0, 1:-1].numpy()  # every word is one piece
        np.testing.assert_allclose(scores.values[3 * number : 3 * number + 3], expected, atol=1e-5)


def test_pairs_are_read_as_pairs(family, frozen_data):
    tokenizer = load_tokenizer(family("roberta"), 32)
    split = read_split(frozen_data("sentence-pair-classification"), "test")
    rows = encode(split, tokenizer, "sentence-pair-classification", ["no", "yes"])
    assert rows[0]["input_ids"] == tokenizer(split[0]["text"], split[0]["second"])["input_ids"]
    assert rows["labels"][:2] == [0, 1]


def test_several_labels_become_zeros_and_ones(family, frozen_data):
    tokenizer = load_tokenizer(family("bert"), 32)
    split = Dataset.from_dict({"text": ["soup", "room"], "labels": [[0, 2], []]})
    rows = encode(split, tokenizer, "multi-label-classification", ["a", "b", "c"])
    assert rows["labels"] == [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    assert rows["weight"] == [1.0, 1.0]


def test_probabilities_take_the_place_of_a_label(family):
    tokenizer = load_tokenizer(family("bert"), 32)
    split = Dataset.from_dict({"text": ["soup"], "probabilities": [[0.25, 0.75]], "weight": [0.5]})
    row = encode(split, tokenizer, "text-classification", ["a", "b"])[0]
    assert (row["labels"], row["weight"]) == ([0.25, 0.75], 0.5)


def test_no_texts_give_no_answers(family):
    folder = family("bert")
    empty = Dataset.from_dict({"text": [], "label": []})
    scores = predict(
        model_for(folder, "text-classification", ["a", "b"]), load_tokenizer(folder), empty, "text-classification"
    )
    assert scores.values.shape == (0, 2)
    assert scores.offsets.tolist() == [0]


def test_probabilities_of_several_labels_take_their_place(family):
    split = Dataset.from_dict({"text": ["soup"], "probabilities": [[0.25, 0.9]], "weight": [1.0]})
    tokenizer = load_tokenizer(family("bert"), 32)
    assert encode(split, tokenizer, "multi-label-classification", ["a", "b"])[0]["labels"] == [0.25, 0.9]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_word_carries_its_distribution_where_it_would_carry_its_tag(family, name):
    """In a batch with a text cut off and one without words; with certain distributions all is as with tags."""
    tokenizer = load_tokenizer(family(name), 10)
    tokenizer.padding_side = "right"
    words = [["soup", "zzqz", "\u200b", "room"], ["soup"] * 12, [], ["room"]]
    tags = [[1, 0, 1, 0], [number % 2 for number in range(12)], [], [1]]
    hard = Dataset.from_dict({"tokens": words, "tags": tags})
    certain = [[[1.0 - tag, float(tag)] for tag in given] for given in tags]
    soft = Dataset.from_dict({"tokens": words, "probabilities": certain, "weight": [1.0] * 4})
    collate = HEADS["part-of-speech"].collate(tokenizer)
    wanted, found = (collate(encode(each, tokenizer, "part-of-speech", TAGS).to_list()) for each in (hard, soft))
    assert {name: value.shape for name, value in found.items() if name != "labels"} == {
        name: value.shape for name, value in wanted.items() if name != "labels"
    }
    carried = found["labels"].any(2)
    assert torch.equal(carried, wanted["labels"] != -100)
    assert torch.equal(found["labels"][carried].argmax(1), wanted["labels"][carried])
    logits = torch.randn(*found["input_ids"].shape, 2).tolist()
    assert learned("part-of-speech", logits, found["labels"].tolist()) == pytest.approx(
        learned("part-of-speech", logits, wanted["labels"].tolist())
    )


# ── losses ──────────────────────────────────────────────────────────────────────────


class Fixed(torch.nn.Module):
    """Gives the same logits whatever it reads."""

    def __init__(self, logits):
        super().__init__()
        self.value = torch.tensor(logits)

    def forward(self, **inputs):
        assert not {"labels", "weight"} & set(inputs)
        return type("Output", (), {"logits": self.value})


def learned(task, logits, labels, weight=None, weights=None):
    batch = {"labels": torch.tensor(labels)} | ({} if weight is None else {"weight": torch.tensor(weight)})
    total, units = objective(task, None if weights is None else torch.tensor(weights))(Fixed(logits), batch)
    return total.item(), units.item()


def test_a_text_weighs_what_it_is_said_to_weigh():
    logits = [[2.0, 0.0], [0.0, 1.0]]
    singles = functional.cross_entropy(torch.tensor(logits), torch.tensor([1, 1]), reduction="none")
    total, units = learned("text-classification", logits, [1, 1], weight=[1.0, 0.25])
    assert total == pytest.approx((singles[0] + 0.25 * singles[1]).item())
    assert units == 2  # so that a batch of light texts teaches less than one of heavy texts


def test_a_certain_distribution_is_a_label():
    logits = [[2.0, 0.0], [0.0, 1.0]]
    soft = learned("text-classification", logits, [[0.0, 1.0], [1.0, 0.0]], weights=[1.0, 3.0])
    assert soft == pytest.approx(learned("text-classification", logits, [1, 0], weights=[1.0, 3.0]))


def test_certain_distributions_of_words_are_tags():
    """Class weights and padding included: a token without a distribution teaches nothing and is not counted."""
    logits = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0)).tolist()
    tags = [[-100, 1, 0], [-100, -100, 1]]
    soft = [[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]]]
    for weights in (None, [1.0, 3.0]):
        expected = learned("part-of-speech", logits, tags, weight=[1.0, 0.5], weights=weights)
        assert learned("part-of-speech", logits, soft, weight=[1.0, 0.5], weights=weights) == pytest.approx(expected)
    half = learned("part-of-speech", logits, [[[0.0, 0.0], [0.5, 0.5], [0.0, 0.0]]] * 2)
    each = [learned("part-of-speech", logits, [[-100, tag, -100]] * 2) for tag in (0, 1)]
    assert half == (pytest.approx((each[0][0] + each[1][0]) / 2), 2)


def test_a_probability_among_several_labels_counts_as_much_for_a_label_as_against_it():
    logits = [[2.0, -1.0]]
    without, having = (learned("multi-label-classification", logits, [[label, 1.0]])[0] for label in (0.0, 1.0))
    found, units = learned("multi-label-classification", logits, [[0.25, 1.0]])
    assert (found, units) == (pytest.approx(0.75 * without + 0.25 * having), 1)


def test_tags_are_counted_word_by_word_and_weighed_text_by_text():
    logits = [[[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]] * 2
    labels = [[-100, 1, 0], [-100, -100, 1]]
    singles = functional.cross_entropy(torch.tensor(logits).transpose(1, 2), torch.tensor(labels), reduction="none")
    total, units = learned("part-of-speech", logits, labels, weight=[1.0, 0.5])
    assert total == pytest.approx((singles[0].sum() + 0.5 * singles[1].sum()).item())
    assert units == 3


def test_several_labels_are_each_judged_by_themselves():
    total, units = learned("multi-label-classification", [[0.0, 0.0]], [[1.0, 0.0]], weights=[3.0, 1.0])
    assert total == pytest.approx((3 * np.log(2) + np.log(2)) / 2)
    assert units == 1


def test_rare_labels_count_for_more():
    assert class_weights([[0, 0, 0, 1]], "one", 3).tolist() == pytest.approx([4 / 6, 2, 1])
    assert class_weights([[[1.0, 0.0], [0.5, 0.5]]], "one", 2).tolist() == pytest.approx([2 / 3, 2])
    assert class_weights([[[-100, 0, 0], [0, 1, -100]]], "tags", 2).tolist() == pytest.approx([4 / 6, 2])
    distributed = [[[[1.0, 0.0], [0.5, 0.5]], []], [[]], [[[0.5, 0.5], [1.0, 0.0]]]]
    assert class_weights(distributed, "tags", 2).tolist() == pytest.approx([4 / 6, 2])
    assert class_weights([[[0.5, 0.0], [0.5, 1.0], [0.0, 0.0]]], "several", 2).tolist() == [2, 2]
    assert class_weights([[[1, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]]], "several", 3).tolist() == [3, 1, 1]


# ── masked LM ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FAMILIES)
def test_logits_at_masked_tokens_are_those_of_the_whole(family, name):
    model = model_for(family(name), "language-modelling", [])
    tokenizer = load_tokenizer(family(name), 32)
    inputs = tokenizer(["good soup and a cold room", "bad film"], padding=True, return_tensors="pt")
    where = (inputs["input_ids"] % 3 == 0) & inputs["attention_mask"].bool()
    assert where.any()
    torch.testing.assert_close(logits_at(model, where, inputs), model(**inputs).logits[where])
    batch = {**inputs, "labels": torch.where(where, inputs["input_ids"], -100)}
    total, units = objective("language-modelling")(model, batch)
    assert (total / units).item() == pytest.approx(model(**batch).loss.item(), rel=1e-5)


def test_a_language_model_answers_for_each_masked_token(family, frozen_data):
    folder = family("bert")
    tokenizer, model = load_tokenizer(folder, 32), model_for(folder, "language-modelling", [])
    split = read_split(frozen_data("language-modelling"), "test")
    scores = predict(model, tokenizer, split, "language-modelling")
    assert scores.offsets[-1] == len(scores.values) > len(split) // 4
    assert len(scores) == len(split)
    surprise, right = scores.values.T
    assert abs(surprise.mean() - np.log(len(tokenizer))) < 1  # random weights
    assert set(right) <= {0.0, 1.0}
    again = predict(model, tokenizer, split, "language-modelling")
    assert np.array_equal(again.values, scores.values)


def test_unknown_tokens_are_not_to_be_guessed(family):
    """A model that can read nothing would be told to be perfect otherwise."""
    folder = family("bert")
    split = Dataset.from_dict({"text": ["好 汤 房 机 书"] * 20})
    tokenizer = load_tokenizer(folder, 32)
    assert set(encode(split, tokenizer, "language-modelling", [])["special_tokens_mask"][0]) == {1}
    assert len(predict(model_for(folder, "language-modelling", []), tokenizer, split, "language-modelling").values) == 0
