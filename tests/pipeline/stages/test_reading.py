"""Batches of a model that only reads: within the budget, halved where memory runs out; and what they took."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipeline.errors import TrainingError
from pipeline.stages.answering import answers, predict
from pipeline.stages.heads import HEADS, encode
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.reading import Reading, in_batches


def batches(lengths, budget):
    return [batch for batch, _ in in_batches(lengths, budget, len)]


def test_batches_by_length_stay_within_the_budget():
    lengths = np.array([5, 60, 7, 8, 61, 6])
    found = batches(lengths, 32)
    assert sorted(index for batch in found for index in batch) == list(range(6))
    assert all(len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= 32 for batch in found)


def batches_as_before(lengths, budget):
    batch = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[index] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@pytest.mark.parametrize("budget", [1, 7, 64, 10_000])
def test_batches_to_read_are_those_that_lists_gave(budget):
    given = np.random.default_rng(0).integers(1, 30, 500)
    assert batches(given.astype(np.int32), budget) == [*batches_as_before(given.tolist(), budget)]
    assert batches(np.empty(0, np.int32), budget) == []


def test_where_memory_runs_out_batches_are_halved_and_it_is_said(tiny_model, frozen_data, monkeypatch):
    """Memory for 40 padded tokens; the answers are those that memory for all gives."""
    from pipeline.stages.data import read_split

    model, tokenizer = load_model(tiny_model, "text-classification", ["a", "b"]), load_tokenizer(tiny_model)
    texts = read_split(frozen_data("text-classification"), "test")
    rows = encode(texts, tokenizer, "text-classification", ["a", "b"])
    collate = HEADS["text-classification"].collate(tokenizer)
    expected = answers(model, rows, collate, "text-classification").values
    forward = model.forward

    def narrow(**inputs):
        if inputs["input_ids"].numel() > 40:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(**inputs)

    monkeypatch.setattr(model, "forward", narrow)
    told = []
    found = answers(model, rows, collate, "text-classification", tell=told.append)
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    assert told[0] == "Memory ran out, so texts are read at most 120 tokens at a time."
    assert [int(message.values["tokens"]) for message in told] == [120, 60, 30]


def test_a_text_that_does_not_fit_by_itself_is_told():
    def ask(batch):
        raise MemoryError

    with pytest.raises(TrainingError, match="Not even a single text"):
        [*in_batches(np.array([5, 5, 5]), 100, ask, lambda _: None)]


def test_other_faults_are_no_want_of_memory():
    def ask(batch):
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        [*in_batches(np.array([5, 5, 5]), 100, ask)]


def test_what_reading_took_is_counted_and_survives_a_kill(tmp_path):
    reading = Reading()
    with torch.inference_mode(), reading.counted():
        torch.nn.functional.linear(torch.ones(3, 5), torch.ones(7, 5))
    assert reading.flops == 2 * 3 * 5 * 7
    assert reading.seconds > 0
    reading.save(tmp_path / "reading.json")
    assert Reading.load(tmp_path / "reading.json") == reading
    assert Reading.load(tmp_path / "none.json") == Reading()


@pytest.mark.parametrize(
    "name", ["bert", "distilbert", "electra", "roberta", "xlm-roberta", "deberta", "deberta-v2", "mpnet"]
)
def test_what_a_model_of_any_family_says_can_be_counted(family, frozen_data, name):
    """Also one whose modules are given parameters, as DeBERTa's are."""
    from pipeline.stages.data import read_split

    texts, reading = read_split(frozen_data("text-classification"), "test"), Reading()
    model, tokenizer = load_model(family(name), "text-classification", ["a", "b"]), load_tokenizer(family(name))
    said = predict(model, tokenizer, texts, "text-classification")
    with reading.counted():
        counted = predict(model, tokenizer, texts, "text-classification")
    np.testing.assert_array_equal(counted.values, said.values)
    body = 2 * 2 * 4 * 32 * 32  # at the least: two operations a weight of two layers' attention, for each token
    assert reading.flops > len(texts) * body
