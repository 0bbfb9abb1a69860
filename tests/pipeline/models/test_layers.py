import pytest
import torch

from pipeline.errors import TrainingError
from pipeline.models.layers import FAMILIES, behead, cut, encoder_layers, rejoin


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("head", ["sequence", "token"])
@torch.no_grad()
def test_the_parts_compute_what_the_whole_does(kind, head, make_model, batch):
    model = make_model(kind, head)
    mask = batch["attention_mask"]
    expected = model(**batch).logits
    lower = cut(model, 3)
    states = lower(**batch)[0]
    assert len(encoder_layers(lower)) == 3
    assert len(encoder_layers(model)) == 1
    assert torch.equal(model(inputs_embeds=states, attention_mask=mask).logits, expected)
    assert torch.equal(rejoin(model, lower)(**batch).logits, expected)


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("head", ["sequence", "token"])
@torch.no_grad()
def test_a_head_says_of_its_encoders_states_what_the_whole_does(kind, head, make_model, batch):
    model = make_model(kind, head)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    expected = model(**batch).logits
    encoder = behead(model)
    states = encoder(**batch)[0]
    assert list(model.get_input_embeddings().parameters()) == []
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    assert torch.equal(model(inputs_embeds=states, attention_mask=batch["attention_mask"]).logits, expected)
    if head == "sequence":  # the first token is all that it reads
        first = model(inputs_embeds=states[:, :1], attention_mask=batch["attention_mask"][:, :1]).logits
        torch.testing.assert_close(first, expected)
    whole = rejoin(model, encoder)
    assert torch.equal(whole(**batch).logits, expected)
    assert all(torch.equal(value, before[name]) for name, value in whole.state_dict().items())


@torch.no_grad()
def test_token_types_are_the_lower_parts_business(make_model, batch):
    model = make_model("bert")
    types = (torch.arange(9) > 3).long().expand(3, 9)
    expected = model(**batch, token_type_ids=types).logits
    assert not torch.equal(model(**batch).logits, expected)
    lower = cut(model, 1)
    states = lower(**batch, token_type_ids=types)[0]
    assert torch.equal(model(inputs_embeds=states, attention_mask=batch["attention_mask"]).logits, expected)


@pytest.mark.parametrize("kind", FAMILIES)
def test_training_the_upper_part_leaves_nothing_behind_when_rejoined(kind, make_model, batch):
    model = make_model(kind)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    lower = cut(model, 2)
    learners = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.SGD(learners, lr=0.1)
    states = lower(**batch)[0]
    labels = torch.tensor([0, 1, 2])
    model(inputs_embeds=states, attention_mask=batch["attention_mask"], labels=labels).loss.backward()
    optimiser.step()
    expected = model(inputs_embeds=states, attention_mask=batch["attention_mask"]).logits
    whole = rejoin(model, lower)
    after = whole.state_dict()
    assert set(after) == set(before)
    torch.testing.assert_close(whole(**batch).logits, expected)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed
    assert not any("embeddings" in name or ".layer.0." in name or ".layer.1." in name for name in changed)


@pytest.mark.parametrize("layers", [0, 4, 9])
def test_a_cut_leaves_a_layer_on_either_side(layers, make_model):
    with pytest.raises(TrainingError, match="between 1 and 3"):
        cut(make_model(), layers)


def test_a_family_without_a_row_is_refused_by_name():
    from transformers import FNetConfig, FNetForSequenceClassification

    config = FNetConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, intermediate_size=8)
    for taken_apart in (encoder_layers, behead):
        with pytest.raises(TrainingError, match="type fnet"):
            taken_apart(FNetForSequenceClassification(config))
