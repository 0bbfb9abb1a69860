"""What is spared must not change what is learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from pipeline.stages.thrift import QuickDropout, quicken, used_embeddings

TEXTS = [[2, 20, 30, 3], [2, 40, 3]]
TOKENS = np.array([2, 3, 20, 30, 40])
FAMILIES = ["bert", "distilbert", "electra", "roberta", "deberta-v2"]


def batch(pad):
    ids = torch.tensor([TEXTS[0], [*TEXTS[1], pad]])
    return {"input_ids": ids, "attention_mask": (ids != pad).long()}


def a_step(model, pad):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    model(**batch(pad)).logits.square().sum().backward()
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("name", FAMILIES)
def test_training_the_used_embeddings_is_training_the_embeddings(family, name):
    torch.manual_seed(0)
    plain = AutoModelForSequenceClassification.from_pretrained(family(name)).eval()
    thrifty = AutoModelForSequenceClassification.from_pretrained(family(name)).eval()
    thrifty.load_state_dict(plain.state_dict())
    pad = plain.config.pad_token_id
    before = plain.get_input_embeddings().weight.detach().clone()
    a_step(plain, pad)
    with used_embeddings(thrifty, TOKENS, pad):
        assert len(thrifty.get_input_embeddings().weight) == len({pad, 2, 3, 20, 30, 40})
        a_step(thrifty, pad)
    for key, value in plain.state_dict().items():
        torch.testing.assert_close(thrifty.state_dict()[key], value)
    assert not torch.equal(thrifty.get_input_embeddings().weight[20], before[20])


def test_embeddings_that_a_head_is_tied_to_or_that_are_frozen_stay(family):
    language_model = AutoModelForMaskedLM.from_pretrained(family("bert"))
    frozen = AutoModelForSequenceClassification.from_pretrained(family("bert"))
    frozen.get_input_embeddings().requires_grad_(requires_grad=False)
    for model in (language_model, frozen):
        whole = model.get_input_embeddings()
        with used_embeddings(model, TOKENS, 0):
            assert model.get_input_embeddings() is whole


def test_a_token_that_was_not_foreseen_is_an_error(family):
    model = AutoModelForSequenceClassification.from_pretrained(family("bert"))
    with used_embeddings(model, TOKENS, 0), pytest.raises(IndexError):
        model(input_ids=torch.tensor([[2, 50, 3]]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_quick_dropout_drops_as_much_as_it_should_and_keeps_the_mean(dtype):
    torch.manual_seed(0)
    dropout = QuickDropout(0.1)
    values = torch.ones(1000, 301, dtype=dtype, requires_grad=True)
    dropped = dropout(values)
    assert dropped.dtype == dtype
    assert (dropped == 0).float().mean().item() == pytest.approx(0.1, abs=2e-3)
    assert dropped.float().mean().item() == pytest.approx(1, abs=5e-3)
    assert (dropped == 0).float().mean(0).std() < 0.02  # no column is favoured
    dropped.sum().backward()
    assert torch.equal(values.grad == 0, dropped == 0)
    torch.manual_seed(0)
    assert torch.equal(dropout(values), dropped)
    assert torch.equal(dropout.eval()(values), values)


def test_every_dropout_of_a_model_becomes_quick(family):
    model = AutoModelForSequenceClassification.from_pretrained(family("bert"), hidden_dropout_prob=0.3).eval()
    quicken(model)
    dropouts = [module for module in model.modules() if isinstance(module, nn.Dropout)]
    assert all(isinstance(module, QuickDropout) and not module.training for module in dropouts)
    assert 0.3 in {module.p for module in dropouts}
