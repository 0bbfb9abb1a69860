"""Which precision is taken, that runs on one machine take the same, and that a resumed training keeps it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from transformers import BertConfig, BertModel

from pipeline.settings import Settings
from pipeline.stages import bf16, precision
from pipeline.stages.precision import as_read, choose


@pytest.fixture
def model():
    return BertModel(BertConfig(hidden_size=128, num_hidden_layers=1, num_attention_heads=2, intermediate_size=256))


@pytest.fixture
def machine(monkeypatch, tmp_path) -> Callable[..., list[torch.dtype]]:
    """A function: what a machine has and can do → that is what is found; gives what was timed to choose."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def machine(*, has_bf16, gain, name="a processor"):
        timed = []

        def speed(shape, dtype, where):
            timed.append(dtype)
            return gain * 1e9 if dtype == torch.bfloat16 else 1e9

        monkeypatch.setattr(bf16, "cpu_has_bf16", lambda: has_bf16)
        monkeypatch.setattr(bf16, "gemm_speed", speed)
        monkeypatch.setattr(bf16, "generation", lambda: name)
        monkeypatch.setattr(precision, "gemm_speed", lambda shape, dtype, where: 7e9)
        return timed

    return machine


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        ({"has_bf16": True, "gain": 4}, "bf16"),
        ({"has_bf16": True, "gain": 1.4}, "fp32"),
        ({"has_bf16": False, "gain": 9}, "fp32"),
    ],
)
def test_bf16_is_taken_where_the_machine_has_it_and_is_faster_by_half(model, machine, make_context, found, chosen):
    machine(**found)
    found = choose(model, 1000, make_context(None))
    assert found.name == chosen
    assert found.gemm_flops_per_second == 7e9  # of the model's own shape
    with found.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == precision.TYPES[chosen]


@pytest.mark.parametrize("gains", [(1.6, 1.4), (1.4, 1.6)])
def test_two_runs_on_one_machine_choose_alike_however_near_it_is(model, machine, make_context, gains):
    names = []
    for number, gain in enumerate(gains):
        machine(has_bf16=True, gain=gain)
        names.append(choose(model, 1000, make_context(None, name=f"run-{number}")).name)
    assert names == (["bf16", "bf16"] if gains[0] > 1.5 else ["fp32", "fp32"])


def test_it_is_timed_once_for_a_machine_and_again_on_another(model, machine, make_context):
    first = machine(has_bf16=True, gain=4)
    choose(model, 1000, make_context(None, name="one"))
    choose(model, 1000, make_context(None, name="two"))
    assert len(first) == 2 * bf16.ROUNDS
    machine(has_bf16=True, gain=0.5, name="another processor")
    assert choose(model, 1000, make_context(None, name="three")).name == "fp32"
    again = machine(has_bf16=True, gain=0.5)
    assert choose(model, 1000, make_context(None, name="four")).name == "bf16"
    assert again == []


@pytest.mark.parametrize("left", ["{", "[]", '{"a processor": "fast"}'])
def test_a_damaged_record_is_made_anew(machine, tmp_path, left):
    kept = tmp_path / "cache" / "graft" / "bf16.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(left)
    machine(has_bf16=True, gain=4)
    assert bf16.pays()
    machine(has_bf16=True, gain=0.5)
    assert bf16.pays()


def test_where_nothing_can_be_kept_it_is_timed_each_time(machine, tmp_path):
    (tmp_path / "cache").write_text("no folder")
    machine(has_bf16=True, gain=4)
    assert bf16.pays()


@pytest.mark.parametrize("native", [True, False])
def test_a_gpus_features_decide(machine, monkeypatch, native):
    timed = machine(has_bf16=not native, gain=1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    assert bf16.pays() is native
    assert timed == []


def test_a_resumed_training_goes_on_as_it_began(model, machine, make_context):
    machine(has_bf16=True, gain=4)
    first = choose(model, 1000, make_context(None))
    machine(has_bf16=True, gain=1, name="another machine")
    assert choose(model, 1000, make_context(None)) == first


@pytest.mark.parametrize("asked", ["fp32", "bf16"])
def test_a_host_can_decide(model, machine, make_context, asked):
    timed = machine(has_bf16=True, gain=4 if asked == "fp32" else 0.5)
    context = make_context(None)
    context.settings = Settings.from_environment({"GRAFT_PRECISION": asked})
    assert choose(model, 1000, context).name == asked
    assert timed == []


def test_nothing_is_timed_for_a_model_too_small_to_gain(tiny_model, make_context, machine):
    timed = machine(has_bf16=True, gain=9)
    assert choose(BertModel.from_pretrained(tiny_model), 1000, make_context(None)).name == "fp32"
    assert timed == []


def test_a_model_that_only_reads_does_so_in_float32(model, machine):
    machine(has_bf16=True, gain=9)
    assert as_read(model).name == "fp32"
