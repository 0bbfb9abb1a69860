"""Which weights learn in which phase, and how fast; and that every kind of fine-tuning learns something."""

from __future__ import annotations

import pytest
import torch

from pipeline.models.bridge import NEW_WEIGHTS_RATE
from pipeline.spec import AttentionBridge, FullFineTuning, GradualUnfreezing, LinearProbe, LowRankAdaptation
from pipeline.stages.models import load_model
from pipeline.stages.tunings import TUNINGS

LABELS = ["a", "b"]
KINDS = [FullFineTuning, LinearProbe, GradualUnfreezing, LowRankAdaptation, AttentionBridge]


def tuned(folder, options, task="text-classification"):
    torch.manual_seed(0)
    return TUNINGS[options.kind](load_model(folder, task, LABELS), options)


def rates(ready, phase=-1):
    """Name of each weight that learns in a phase → its rate."""
    groups = ready.phases[phase].learn()
    found = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
    learning = {name for name, parameter in ready.model.named_parameters() if parameter.requires_grad}
    named = {name: found[id(p)] for name, p in ready.model.named_parameters() if id(p) in found}
    assert set(named) == learning
    return named


def test_the_table_has_a_row_for_every_kind():
    assert set(TUNINGS) == {options().kind for options in KINDS}


def test_full_fine_tuning_trains_embeddings_at_their_own_rate(family):
    found = rates(tuned(family("bert"), FullFineTuning(learning_rate=1e-5, embedding_learning_rate=1e-3)))
    assert found["bert.embeddings.word_embeddings.weight"] == 1e-3
    assert found["classifier.weight"] == found["bert.embeddings.position_embeddings.weight"] == 1e-5


def test_a_rate_of_zero_freezes_the_embeddings(family):
    found = rates(tuned(family("bert"), FullFineTuning(embedding_learning_rate=0)))
    assert "bert.embeddings.word_embeddings.weight" not in found
    assert "classifier.weight" in found


def test_biases_and_norms_do_not_decay(family):
    ready = tuned(family("bert"), FullFineTuning(weight_decay=0.3))
    names = {id(parameter): name for name, parameter in ready.model.named_parameters()}
    for group in ready.phases[0].learn():
        for parameter in group["params"]:
            flat = "bias" in names[id(parameter)] or "LayerNorm" in names[id(parameter)]
            assert group["weight_decay"] == (0.0 if flat else 0.3)


def test_a_probe_trains_the_head_alone(family):
    assert set(rates(tuned(family("bert"), LinearProbe()))) == {"classifier.weight", "classifier.bias"}


def test_gradual_unfreezing_goes_from_the_head_down(family):
    options = GradualUnfreezing(learning_rate=1e-3, layer_decay=0.5, unfreezing_epochs=0.25, epochs=2)
    ready = tuned(family("bert"), options)
    assert [(phase.name, phase.epochs) for phase in ready.phases] == [
        ("unfreezing-0", 0.25),
        ("unfreezing-1", 0.25),
        ("training", 2),
    ]
    head = {"bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"}
    assert set(rates(ready, 0)) == head
    second = rates(ready, 1)
    assert {name for name in second if ".layer.1." in name} == set(second) - head
    last = rates(ready, 2)
    assert set(last) == {name for name, _ in ready.model.named_parameters()}
    assert last["classifier.weight"] == last["bert.pooler.dense.weight"] == 1e-3
    assert last["bert.encoder.layer.1.output.dense.weight"] == 0.5e-3
    assert last["bert.encoder.layer.0.output.dense.weight"] == 0.25e-3
    assert last["bert.embeddings.word_embeddings.weight"] == last["bert.embeddings.LayerNorm.weight"] == 0.125e-3


def test_several_layers_can_be_unfrozen_at_once(family):
    ready = tuned(family("bert"), GradualUnfreezing(layers_at_once=2))
    assert [phase.name for phase in ready.phases] == ["unfreezing-0", "training"]


def test_gradual_unfreezing_minds_the_embeddings_own_rate(family):
    ready = tuned(family("bert"), GradualUnfreezing(embedding_learning_rate=7e-4))
    assert "bert.embeddings.word_embeddings.weight" not in rates(ready, 1)
    assert rates(ready)["bert.embeddings.word_embeddings.weight"] == 7e-4
    frozen = tuned(family("bert"), GradualUnfreezing(embedding_learning_rate=0))
    assert "bert.embeddings.word_embeddings.weight" not in rates(frozen)


@pytest.mark.parametrize("name", ["bert", "distilbert", "electra", "roberta", "deberta-v2"])
def test_lora_updates_the_layers_and_leaves_a_plain_model(family, name):
    plain = load_model(family(name), "text-classification", LABELS).state_dict()
    ready = tuned(family(name), LowRankAdaptation(rank=2))
    learning = rates(ready)
    encoder = {key for key in learning if key.startswith(f"{ready.model.base_model_prefix}.") and "pooler" not in key}
    assert encoder
    assert all("lora_" in key for key in encoder)
    assert any(not key.startswith(ready.model.base_model_prefix) for key in learning)  # the head
    layers = ready.model.config.num_hidden_layers
    assert len(encoder) == 2 * layers * 6  # two matrices for each of six
    with torch.no_grad():
        for key, parameter in ready.model.named_parameters():
            if "lora_B" in key:
                parameter.fill_(0.01)
    inputs = {"input_ids": torch.tensor([[2, 20, 30, 3]])}
    updated = ready.model.eval()(**inputs).logits
    ready.finish()
    assert {key: value.shape for key, value in ready.model.state_dict().items()} == {
        key: value.shape for key, value in plain.items()
    }
    torch.testing.assert_close(ready.model(**inputs).logits, updated, atol=1e-5, rtol=1e-4)


def test_lora_can_be_kept_to_the_attention_and_train_embeddings(family):
    for name in ("bert", "distilbert", "deberta-v2"):
        learning = rates(tuned(family(name), LowRankAdaptation(rank=2, targets="attention", train_embeddings=True)))
        updates = {key for key in learning if "lora_" in key}
        assert len(updates) == 2 * 2 * 4
        assert all("attention" in key for key in updates)
        assert any("word_embeddings" in key for key in learning)


def test_a_bridge_learns_faster_at_what_is_new(family):
    found = rates(tuned(family("bert"), AttentionBridge(learning_rate=1e-5, embedding_learning_rate=1e-4)))
    assert found["target.classifier.weight"] == 1e-5
    assert {rate for name, rate in found.items() if name.endswith("gate")} == {1e-5 * NEW_WEIGHTS_RATE}
    assert found["target.bert.embeddings.word_embeddings.weight"] == 1e-4
    assert not any(name.startswith("source.") for name in found)
