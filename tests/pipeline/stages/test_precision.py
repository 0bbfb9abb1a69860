"""Which precision is taken, and that a resumed training keeps it."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertModel

from pipeline.settings import Settings
from pipeline.stages import precision
from pipeline.stages.precision import choose


@pytest.fixture
def model():
    return BertModel(BertConfig(hidden_size=128, num_hidden_layers=1, num_attention_heads=2, intermediate_size=256))


@pytest.fixture
def machine(monkeypatch):
    """A function: what a machine has and can do → that is what is measured."""

    def machine(*, has_bf16, bf16, fp32):
        speeds = {torch.bfloat16: bf16, torch.float32: fp32}
        monkeypatch.setattr(precision, "_has_bf16", lambda: has_bf16)
        monkeypatch.setattr(precision, "gemm_speed", lambda shape, dtype, where: speeds[dtype])

    return machine


@pytest.mark.parametrize(
    ("speeds", "chosen"),
    [
        ({"has_bf16": True, "bf16": 4e9}, "bf16"),
        ({"has_bf16": True, "bf16": 1.4e9}, "fp32"),
        ({"has_bf16": True, "bf16": 0.5e9}, "fp32"),
        ({"has_bf16": False, "bf16": 9e9}, "fp32"),
    ],
)
def test_bf16_is_taken_where_the_machine_has_it_and_is_faster_by_half(model, machine, make_context, speeds, chosen):
    machine(fp32=1e9, **speeds)
    found = choose(model, 1000, make_context(None))
    assert found.name == chosen
    assert found.gemm_flops_per_second == (speeds["bf16"] if chosen == "bf16" else 1e9)
    with found.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == precision.TYPES[chosen]


def test_a_resumed_training_goes_on_as_it_began(model, machine, make_context):
    machine(has_bf16=True, bf16=4e9, fp32=1e9)
    first = choose(model, 1000, make_context(None))
    machine(has_bf16=True, bf16=1e9, fp32=1e9)
    assert choose(model, 1000, make_context(None)) == first


@pytest.mark.parametrize("asked", ["fp32", "bf16"])
def test_a_host_can_decide(model, machine, make_context, asked):
    machine(has_bf16=False, bf16=1e9, fp32=2e9)
    context = make_context(None)
    context.settings = Settings.from_environment({"GRAFT_PRECISION": asked})
    assert choose(model, 1000, context).name == asked


def test_nothing_is_measured_of_a_model_too_small_to_gain(tiny_model, make_context, machine):
    machine(has_bf16=True, bf16=9e9, fp32=1e9)
    assert choose(BertModel.from_pretrained(tiny_model), 1000, make_context(None)).name == "fp32"
