"""An ensemble from its start model to the vote: the members' stages and the one that puts them together."""

import json

import numpy as np
import pytest
import torch

from pipeline.parameters import EnsembleParameters
from pipeline.plan.compute import prolonged, times
from pipeline.scores import sigmoid, softmax
from pipeline.spec import (
    AttentionBridge,
    Bagging,
    Boosting,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
)
from pipeline.stages import ensemble, fine_tuning
from pipeline.stages.answering import predict
from pipeline.stages.data import read_split
from pipeline.stages.ensemble import OUT_OF_BAG
from pipeline.stages.judging import Judged
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.sharing import SUFFIX
from pipeline.tasks import TASKS
from tests.pipeline.stages.trained import FULL, TUNINGS, parameters, same, training, weights

FAST = {"epochs": 12, "batch_size": 8, "learning_rate": 5e-3}


@pytest.fixture
def train_members(make_context, frozen_data, tiny_model):
    """A function: kind of ensemble, task, tuning → the members' folders and the ensemble's."""

    def train_members(kind, task, tuning):
        data = frozen_data(task)
        folders = []
        for number in range(1, kind.members + 1):
            asked = parameters(
                task,
                tuning=tuning,
                sampling="bootstrap" if kind.kind == "bagging" else "boosted",
                member=number,
                shared_layers=kind.shared_layers,
            )
            inputs = {"data": data, "model": tiny_model}
            if folders and kind.kind == "boosting":
                inputs["previous"] = folders[-1]
            context = make_context(asked, inputs, f"member-{number}")
            fine_tuning.run(context)
            folders.append(context.out)
        inputs = {"data": data} | {f"member-{number}": folder for number, folder in enumerate(folders, start=1)}
        context = make_context(EnsembleParameters(task=task, ensemble=kind, seed=0), inputs, "ensemble")
        ensemble.run(context)
        return data, folders, context.out

    return train_members


def said(folder, data, task):
    """Probabilities for the test split."""
    labels = json.loads((data / "data.json").read_text())["labels"]
    model, tokenizer = load_model(folder, task, labels), load_tokenizer(folder)
    values = predict(model, tokenizer, read_split(data, "test"), task).values
    return (sigmoid if TASKS[task].labelling == "several" else softmax)(values)


@pytest.mark.parametrize("task", [name for name in TASKS if name != "language-modelling"])
@pytest.mark.parametrize("shared", [0, 1])
def test_a_bag_of_every_task(task, shared, train_members):
    kind = Bagging(members=2, shared_layers=shared)
    data, folders, out = train_members(kind, task, FullFineTuning(**FAST))
    expected = np.mean([said(folder, data, task) for folder in folders], axis=0)
    np.testing.assert_allclose(said(out, data, task), expected, atol=1e-5)
    facts = json.loads((out / "facts.json").read_text())
    assert 0 < facts["out_of_bag_texts"] < 48
    assert facts[OUT_OF_BAG[TASKS[task].metrics[0]]] > 0.5
    assert not list(out.parent.glob(f"*{SUFFIX}*"))
    assert not list(out.parent.glob(f".*{SUFFIX}*"))


@pytest.mark.parametrize("tuning", [LowRankAdaptation(**FAST), AttentionBridge(**FAST)], ids=lambda tuning: tuning.kind)
def test_a_bag_of_other_tunings(tuning, train_members):
    kind = Bagging(members=2, shared_layers=1 if tuning.kind == "lora" else 0)
    data, folders, out = train_members(kind, "text-classification", tuning)
    expected = np.mean([said(folder, data, "text-classification") for folder in folders], axis=0)
    np.testing.assert_allclose(said(out, data, "text-classification"), expected, atol=1e-5)


@pytest.mark.parametrize("shared", [0, 1])
def test_boosted_members_know_of_each_other(shared, train_members):
    kind = Boosting(members=3, shared_layers=shared)
    data, folders, out = train_members(kind, "text-classification", FullFineTuning(**FAST | {"epochs": 1}))
    weights = np.array([json.loads((folder / "member.json").read_text())["weight"] for folder in folders])
    assert (weights > 0).all()
    expected = np.average([said(folder, data, "text-classification") for folder in folders], axis=0, weights=weights)
    np.testing.assert_allclose(said(out, data, "text-classification"), expected, atol=1e-5)


@pytest.mark.parametrize(
    "tuning",
    [FullFineTuning(**FAST), LinearProbe(**FAST), GradualUnfreezing(**FAST), LowRankAdaptation(**FAST, rank=1)],
    ids=lambda tuning: tuning.kind,
)
def test_the_rival_of_members_that_share_layers_has_their_compute(
    tuning, train_members, make_context, tiny_spec, tiny_model
):
    """By the operations that both counted; trained three times as long, it would have twice as many."""
    kind = Bagging(members=3, shared_layers=1)
    recipe = tiny_spec.recipe.model_copy(update={"ensemble": kind, "fine_tuning": tuning})
    data, folders, _ = train_members(kind, "text-classification", tuning)
    longer = prolonged(tuning, times(tiny_spec.model_copy(update={"recipe": recipe})))
    rival = make_context(parameters(tuning=longer), {"data": data, "model": tiny_model}, "rival")
    fine_tuning.run(rival)
    spent = [json.loads((folder / "training.json").read_text())["flops"] for folder in (*folders, rival.out)]
    assert spent[-1] == pytest.approx(sum(spent[:-1]), rel=0.2)


def test_members_learn_from_different_texts_and_keep_the_shared_layers(train_members, tiny_model):
    kind = Bagging(members=2, shared_layers=1)
    _, folders, _ = train_members(kind, "text-classification", FullFineTuning(**FAST))
    first, second = (load_model(folder, "text-classification", ["x", "y"]).state_dict() for folder in folders)
    start = load_model(tiny_model, "text-classification", ["x", "y"]).state_dict()
    for name in start:
        if name.startswith(("bert.embeddings", "bert.encoder.layer.0")):
            assert torch.equal(first[name], start[name])
            assert torch.equal(second[name], start[name])
        elif name.startswith("bert.encoder.layer.1.output.dense"):
            assert not torch.equal(first[name], second[name])
    unseen = [set(Judged.load(folder / "unseen.safetensors").rows.tolist()) for folder in folders]
    assert unseen[0] != unseen[1]


@pytest.mark.parametrize("kind", ["full", "lora", "gradual"])
def test_shared_layers_stay_as_they_were_under_what_learns(family, fine_tune, kind):
    tuning = TUNINGS.get(kind, FullFineTuning(**FULL))
    if kind == "lora":
        tuning = tuning.model_copy(update={"train_embeddings": False})
    found = weights(fine_tune(family("bert"), tuning=tuning, shared_layers=1, sampling="bootstrap", member=1))
    source = load_model(family("bert"), "text-classification", ["a", "b"]).state_dict()
    frozen = [name for name in source if ".layer.0." in name or ".embeddings." in name]
    assert frozen
    assert all(torch.equal(found[name], source[name]) for name in frozen)
    assert not torch.equal(
        found["bert.encoder.layer.1.output.dense.weight"], source["bert.encoder.layer.1.output.dense.weight"]
    )


def test_what_shared_layers_compute_once_is_part_of_the_first_members_cost(family, fine_tune):
    options = {
        "tuning": FullFineTuning(**FULL | {"epochs": 1}),
        "shared_layers": 1,
        "sampling": "bootstrap",
        "member": 1,
    }
    first, second = (training(fine_tune(family("bert"), name=name, **options)) for name in ("first", "second"))
    tokens = 48 * 5  # three words a text, and what stands around them
    layer = 2 * (4 * 32 * 32 + 2 * 32 * 64)
    assert first["flops"] - second["flops"] == pytest.approx(tokens * layer, rel=0.15)
    assert first["tokens"] == second["tokens"]


def test_boosted_members_follow_each_other(family, fine_tune):
    first = fine_tune(family("bert"), sampling="boosted", member=1, name="first")
    second = fine_tune(family("bert"), sampling="boosted", member=2, name="second", inputs={"previous": first.out})
    for member in (first, second):
        assert {"member.json", "example_weights.safetensors", "model.safetensors"} <= {
            path.name for path in member.out.iterdir()
        }


def test_members_of_a_bag_with_shared_layers_read_rows_from_disk(tiny_model, fine_tune, monkeypatch):
    tuning = FullFineTuning(**FULL | {"epochs": 1})
    options = {"sampling": "bootstrap", "member": 1, "shared_layers": 1}
    memory = fine_tune(tiny_model, tuning=tuning, name="memory", **options)
    monkeypatch.setattr("pipeline.stages.rows.FEW", 2)
    monkeypatch.setattr("pipeline.parts.PART", 7)
    disk = fine_tune(tiny_model, tuning=tuning, name="disk", **options)
    assert same(weights(disk), weights(memory))
    unseen = [(context.out / "unseen.safetensors").read_bytes() for context in (memory, disk)]
    assert unseen[0] == unseen[1]
