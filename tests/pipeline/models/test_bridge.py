import pytest
import torch
import transformers

import pipeline.models  # noqa: F401 - registers the models
from pipeline.errors import TrainingError
from pipeline.models.attention import BridgedLayer, gates_merged
from pipeline.models.bridge import MODELS, GraftBridgeConfig, build_bridge, look
from pipeline.models.layers import FAMILIES, encoder_layers
from pipeline.spec import AttentionBridge

MULTI = AttentionBridge(bridged="multi", every=2)
OUT = "target.bert.encoder.layer.3.attention.out.bias"


def open_gates(bridge):
    """As after training: every new parameter away from where it starts."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in bridge.bridge_parameters():
            parameter.add_(torch.randn_like(parameter))
    return bridge


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("head", ["sequence", "token"])
@torch.no_grad()
def test_training_starts_from_the_plain_model(kind, head, make_model, batch):
    model = make_model(kind, head)
    bridge = build_bridge(model, MULTI)
    assert torch.equal(bridge(**batch).logits, model(**batch).logits)
    assert not torch.allclose(open_gates(bridge)(**batch).logits, model(**batch).logits)


@pytest.mark.parametrize("kind", FAMILIES)
@torch.no_grad()
def test_its_folder_loads_like_any_other(kind, make_model, batch, tmp_path):
    bridge = open_gates(build_bridge(make_model(kind), AttentionBridge(bridged="single", target_layers=3)))
    bridge.save_pretrained(tmp_path)
    assert [path.suffix for path in tmp_path.iterdir() if path.name.startswith("model")] == [".safetensors"]
    loaded, info = transformers.AutoModelForSequenceClassification.from_pretrained(
        tmp_path, use_safetensors=True, output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert torch.equal(loaded(**batch).logits, bridge(**batch).logits)
    assert not any(parameter.requires_grad for parameter in loaded.source.parameters())


@pytest.mark.parametrize(
    ("options", "bridged", "looked_at"),
    [
        (AttentionBridge(bridged="single"), [3], [3]),
        (AttentionBridge(bridged="multi", every=2), [1, 3], [1, 3]),
        (AttentionBridge(bridged="multi", every=3), [2, 3], [2, 3]),
        (AttentionBridge(bridged="multi", every=1, target_layers=2), [0, 1], [1, 3]),
        (AttentionBridge(bridged="multi", every=9), [3], [3]),
        (AttentionBridge(bridged="multi", every=1), [0, 1, 2, 3], [1, 1, 2, 3]),
    ],
)
def test_which_layers_are_bridged_and_where_they_look(options, bridged, looked_at, make_model):
    layers = encoder_layers(build_bridge(make_model(), options).target)
    found = {number: layer.source_layer for number, layer in enumerate(layers) if isinstance(layer, BridgedLayer)}
    assert found == dict(zip(bridged, looked_at, strict=True))


@torch.no_grad()
def test_the_source_has_the_layers_that_are_looked_at(make_model, batch):
    model = make_model()
    bridge = build_bridge(model, MULTI)
    assert len(encoder_layers(bridge.source)) == bridge.source.config.num_hidden_layers == 3
    states = look(bridge.source, **batch)
    expected = model.bert(**batch, output_hidden_states=True).hidden_states
    assert all(torch.equal(*pair) for pair in zip(states, expected[:4], strict=True))


def test_a_config_that_does_not_say_where_to_look_is_of_a_bridge_that_looks_as_deep(make_model):
    said = build_bridge(make_model(), MULTI).config.to_dict()
    silent = GraftBridgeConfig(**{name: value for name, value in said.items() if name != "source_layers"})
    before = MODELS["sequence-classification"](silent)
    layers = [layer for layer in encoder_layers(before.target) if isinstance(layer, BridgedLayer)]
    assert [layer.source_layer for layer in layers] == [2, 4]
    assert len(encoder_layers(before.source)) == 4


@torch.no_grad()
def test_a_bridge_adds_what_the_gate_lets_through(make_model, batch):
    """The formula, for the last layer of a tagger: what its head reads is h_T + tanh(g) · attention(h_T, h_S)."""
    model = make_model(head="token")
    bridge = open_gates(build_bridge(model, AttentionBridge(bridged="single")))
    layer = encoder_layers(bridge.target)[-1]
    own, seen = model.bert(**batch)[0], model.bert(**batch, output_hidden_states=True).hidden_states[3]
    kept = batch["attention_mask"][:, None, None].bool()
    read = ((layer.attention.query, own), (layer.attention.key, seen))
    heads = [part(states).unflatten(-1, (2, 8)).transpose(1, 2) for part, states in read]
    weights = (heads[0] @ heads[1].mT / 8**0.5).masked_fill(~kept, -torch.inf).softmax(-1)
    values = layer.attention.value(seen).unflatten(-1, (2, 8)).transpose(1, 2)
    looked = layer.attention.out((weights @ values).transpose(1, 2).flatten(2))
    expected = model.classifier(own + torch.tanh(layer.gate) * looked)
    torch.testing.assert_close(bridge(**batch).logits, expected)


@torch.no_grad()
def test_with_its_gates_merged_it_computes_the_same_and_is_as_it_was_afterwards(make_model, batch):
    bridge = open_gates(build_bridge(make_model(head="token"), MULTI)).eval()
    before, weights = bridge(**batch).logits, {name: value.clone() for name, value in bridge.state_dict().items()}
    layer = encoder_layers(bridge.target)[-1]
    with gates_merged(bridge):
        torch.testing.assert_close(bridge(**batch).logits, before)
        torch.testing.assert_close(layer.attention.out.bias, torch.tanh(layer.gate) * weights[OUT])
        layer.gate.add_(1)  # is not read
        torch.testing.assert_close(bridge(**batch).logits, before)
        layer.gate.sub_(1)
    torch.testing.assert_close(bridge.state_dict(), weights)
    torch.testing.assert_close(bridge(**batch).logits, before)


def test_where_all_is_padding_it_says_no_nan(make_model, batch):
    bridge = open_gates(build_bridge(make_model(), MULTI)).eval()
    assert bridge(**{**batch, "attention_mask": torch.zeros_like(batch["input_ids"])}).logits.isfinite().all()


def test_the_source_stays_as_it_is_while_the_rest_learns(make_model, batch):
    bridge = build_bridge(make_model(), MULTI).train()
    assert bridge.target.training
    assert not any(module.training for module in bridge.source.modules())
    before = {name: value.clone() for name, value in bridge.state_dict().items()}
    learners = [parameter for parameter in bridge.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learners, lr=1e-2)
    for _ in range(3):  # the gates open in the first step, what is behind them learns in the second
        optimiser.zero_grad()
        bridge(**batch, labels=torch.tensor([0, 1, 2])).loss.backward()
        optimiser.step()
    changed = {name for name, value in bridge.state_dict().items() if not torch.equal(value, before[name])}
    assert not any(name.startswith("source.") for name in changed)
    assert "target.bert.encoder.layer.3.gate" in changed
    assert "target.bert.encoder.layer.3.attention.query.weight" in changed
    assert "target.bert.embeddings.word_embeddings.weight" in changed


@torch.no_grad()
def test_a_shallower_target_starts_from_the_lowest_layers(make_model, batch):
    model = make_model()
    bridge = build_bridge(model, AttentionBridge(target_layers=2))
    assert len(encoder_layers(bridge.target)) == 2
    assert bridge.target.config.num_hidden_layers == 2
    assert bridge.source.config.num_hidden_layers == 3
    del model.bert.encoder.layer[2:]
    assert torch.equal(bridge(**batch).logits, model(**batch).logits)


def test_padding_is_not_looked_at(make_model, batch):
    bridge = open_gates(build_bridge(make_model(head="token"), MULTI))
    alone = bridge(input_ids=batch["input_ids"][1:2, :5]).logits
    together = bridge(**batch).logits[1:2, :5]
    torch.testing.assert_close(alone, together)


def test_a_graph_traced_on_one_shape_serves_another(make_model, batch):
    """What the export does: nothing of the example's batch or length may stay in the graph."""
    bridge = open_gates(build_bridge(make_model(), MULTI))

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bridge = bridge

        def forward(self, input_ids, attention_mask):
            return self.bridge(input_ids, attention_mask).logits

    traced = torch.jit.trace(Plain(), (batch["input_ids"], batch["attention_mask"]))
    ids = torch.randint(2, 50, (5, 4))
    torch.testing.assert_close(traced(ids, torch.ones_like(ids)), bridge(input_ids=ids).logits)


def test_its_word_embeddings_are_the_targets(make_model, batch):
    bridge = build_bridge(make_model(), MULTI)
    plain = bridge.get_input_embeddings()
    assert plain is bridge.target.bert.embeddings.word_embeddings
    bridge.set_input_embeddings(torch.nn.Embedding(60, 16))
    assert bridge.target.bert.embeddings.word_embeddings.num_embeddings == 60
    assert bridge.source.embeddings.word_embeddings.num_embeddings == 50


def test_its_config_answers_for_the_encoders(make_model):
    config = build_bridge(make_model("distilbert"), MULTI).config
    assert (config.hidden_size, config.num_attention_heads, config.num_hidden_layers) == (16, 2, 4)
    assert (config.vocab_size, config.type_vocab_size, config.pad_token_id, config.num_labels) == (50, 0, 1, 3)
    assert build_bridge(make_model("bert"), MULTI).config.type_vocab_size == 2


@pytest.mark.parametrize("form", ["eager", "sdpa"])
def test_its_encoders_have_the_form_of_attention_that_is_asked_for(form, make_model, tmp_path):
    model = make_model(attn_implementation=form)
    bridge = build_bridge(model, MULTI)
    bridge.save_pretrained(tmp_path)
    auto = transformers.AutoModelForSequenceClassification
    loaded = auto.from_pretrained(tmp_path, attn_implementation=form)
    for one in (bridge, loaded):
        assert {one.source.config._attn_implementation, one.target.config._attn_implementation} == {form}
    assert auto.from_pretrained(tmp_path).target.config._attn_implementation == "sdpa"


def test_more_target_layers_than_there_are_is_refused(make_model):
    with pytest.raises(TrainingError, match="Set target_layers to 4"):
        build_bridge(make_model(), AttentionBridge(target_layers=5))
