import pytest
import torch
import transformers

import pipeline.models  # noqa: F401 - registers the models
from pipeline.errors import TrainingError
from pipeline.models.bridge import build_bridge
from pipeline.models.ensemble import build_ensemble, vote
from pipeline.models.layers import FAMILIES
from pipeline.spec import AttentionBridge


@pytest.fixture
def members(make_model):
    """A function: three members of one kind; their lowest ``shared`` layers are the same."""

    def make(kind="bert", head="sequence", shared=0, **options):
        models = [make_model(kind, head, seed=seed, **options) for seed in range(3)]
        lower = [f"layer.{number}." for number in range(shared)]
        common = ("embeddings", "conv", "encoder.LayerNorm", "relative_attention_bias")
        for model in models[1:] if shared else []:
            state = models[0].state_dict()
            same = {name: v for name, v in state.items() if any(part in name for part in (*lower, *common))}
            model.load_state_dict(same, strict=False)
        return models

    return make


def test_probabilities_are_averaged_by_weight():
    logits = torch.tensor([[[2.0, 0.0, -1.0]], [[0.0, 1.0, 0.0]]])
    weights = torch.tensor([3.0, 1.0])
    expected = 0.75 * logits[0].softmax(-1) + 0.25 * logits[1].softmax(-1)
    torch.testing.assert_close(vote(logits, weights, several=False).softmax(-1), expected)


def test_where_texts_have_several_labels_each_is_averaged_by_itself():
    logits = torch.tensor([[[2.0, 0.0, -1.0]], [[0.0, 1.0, 0.0]]])
    weights = torch.tensor([3.0, 1.0])
    expected = 0.75 * logits[0].sigmoid() + 0.25 * logits[1].sigmoid()
    torch.testing.assert_close(vote(logits, weights, several=True).sigmoid(), expected)


@pytest.mark.parametrize("several", [False, True])
def test_a_vote_of_members_who_are_very_sure_stays_finite(several):
    logits = torch.tensor([[[300.0, -300.0]], [[300.0, -300.0]]])
    assert vote(logits, torch.ones(2), several=several).isfinite().all()


@torch.no_grad()
def test_a_split_vote_falls_to_the_heavier_member():
    logits = torch.tensor([[[9.0, 0.0]], [[0.0, 9.0]]])
    assert vote(logits, torch.tensor([1.0, 2.0]), several=False).argmax(-1).tolist() == [1]
    assert vote(logits, torch.tensor([2.0, 1.0]), several=False).argmax(-1).tolist() == [0]


@pytest.mark.parametrize("head", ["sequence", "token"])
@torch.no_grad()
def test_it_says_what_its_members_say_together(head, members, batch):
    models = members(head=head)
    ensemble = build_ensemble(models, [1.0, 1.0, 1.0])
    expected = torch.stack([model(**batch).logits.softmax(-1) for model in models]).mean(0)
    assert ensemble(**batch).logits.shape == expected.shape
    torch.testing.assert_close(ensemble(**batch).logits.exp(), expected)


@torch.no_grad()
def test_a_multi_label_ensemble_averages_sigmoids(members, batch):
    models = members(problem_type="multi_label_classification")
    expected = torch.stack([model(**batch).logits.sigmoid() for model in models]).mean(0)
    torch.testing.assert_close(build_ensemble(models, [1.0] * 3)(**batch).logits.sigmoid(), expected)


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("shared", [0, 2])
@torch.no_grad()
def test_its_folder_loads_like_any_other(kind, shared, members, batch, tmp_path):
    models = members(kind, shared=shared)
    expected = torch.stack([model(**batch).logits.softmax(-1) for model in models])
    expected = (expected * torch.tensor([0.5, 0.3, 0.2])[:, None, None]).sum(0)
    ensemble = build_ensemble(models, [0.5, 0.3, 0.2], shared)
    torch.testing.assert_close(ensemble(**batch).logits.exp(), expected)
    ensemble.save_pretrained(tmp_path)
    loaded, info = transformers.AutoModelForSequenceClassification.from_pretrained(
        tmp_path, use_safetensors=True, output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert torch.equal(loaded(**batch).logits, ensemble(**batch).logits)


def test_the_trunk_is_stored_and_run_once(members, batch):
    shared = build_ensemble(members(shared=2), [1.0] * 3, 2)
    names = list(shared.state_dict())
    assert sum("word_embeddings" in name for name in names) == 1
    assert sum("attention.self.query.weight" in name for name in names) == 2 + 3 * 2
    calls = []
    shared.trunk.register_forward_hook(lambda *_: calls.append(1))
    shared(**batch)
    assert calls == [1]


@torch.no_grad()
def test_token_types_reach_the_members(members, batch):
    types = (torch.arange(9) > 3).long().expand(3, 9)
    for shared in (0, 2):
        models = members(shared=shared)
        expected = torch.stack([model(**batch, token_type_ids=types).logits.softmax(-1) for model in models]).mean(0)
        logits = build_ensemble(models, [1.0] * 3, shared)(**batch, token_type_ids=types).logits
        torch.testing.assert_close(logits.exp(), expected)


def test_members_whose_lower_layers_differ_can_not_share_them(members):
    with pytest.raises(TrainingError, match="layers of member 2"):
        build_ensemble(members(shared=0), [1.0] * 3, 2)


@pytest.fixture
def bridges(make_model):
    """Two bridges from one model, as different as training makes them; their sources are the same."""
    models = [build_bridge(make_model(), AttentionBridge()) for _ in range(2)]
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in (parameter for model in models for parameter in model.target.parameters()):
            parameter.add_(0.3 * torch.randn_like(parameter))
    return models


@torch.no_grad()
def test_bridges_share_their_source(bridges, batch, tmp_path):
    expected = torch.stack([bridge(**batch).logits.softmax(-1) for bridge in bridges]).mean(0)
    ensemble = build_ensemble(bridges, [1.0, 1.0])
    calls = []
    ensemble.trunk.register_forward_hook(lambda *_: calls.append(1))
    torch.testing.assert_close(ensemble(**batch).logits.exp(), expected)
    assert calls == [1]
    assert (ensemble.config.hidden_size, ensemble.config.vocab_size) == (16, 50)
    assert sum("word_embeddings" in name for name in ensemble.state_dict()) == 3
    ensemble.save_pretrained(tmp_path)
    loaded = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path)
    torch.testing.assert_close(loaded(**batch).logits.exp(), expected)


def test_bridges_to_different_sources_are_refused(make_model):
    models = [build_bridge(make_model(seed=seed), AttentionBridge()) for seed in range(2)]
    with pytest.raises(TrainingError, match="layers of member 2"):
        build_ensemble(models, [1.0, 1.0])


@pytest.mark.parametrize("kind", ["whole", "shared layers", "bridges"])
def test_a_graph_traced_on_one_shape_serves_another(kind, members, bridges, batch):
    shared = 2 if kind == "shared layers" else 0
    models = bridges if kind == "bridges" else members(shared=shared)
    ensemble = build_ensemble(models, [2.0, 1.0, 1.0][: len(models)], shared)

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.ensemble = ensemble

        def forward(self, input_ids, attention_mask):
            return self.ensemble(input_ids, attention_mask).logits

    traced = torch.jit.trace(Plain(), (batch["input_ids"], batch["attention_mask"]))
    ids = torch.randint(2, 50, (5, 4))
    torch.testing.assert_close(traced(ids, torch.ones_like(ids)), ensemble(input_ids=ids).logits)
