"""The fine-tuning stage: every task on every family, every kind of fine-tuning, and what else it can be told."""

from __future__ import annotations

import itertools
import json
import shutil

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file

from pipeline.errors import Cancelled
from pipeline.spec import (
    FullFineTuning,
)
from pipeline.stages import fine_tuning
from pipeline.stages.answering import predict
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.tasks import TASKS
from tests.pipeline.stages.trained import FULL, TUNINGS, labels_of, loss, notes, same, training, weights

FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
TASK_NAMES = [name for name in TASKS if name != "language-modelling"]


# ── every task on every family ────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_learns_every_task(family, fine_tune, name):
    for task in TASK_NAMES:
        context = fine_tune(family(name), task, FullFineTuning(**FULL | {"epochs": 4}), name=task)
        assert loss(context.out, context) < 0.9 * loss(family(name), context), task
        cost = training(context)
        assert cost["tokens"] > 0 < cost["flops"]
        assert cost["seconds"] > 0 < cost["gemm_flops_per_second"]
        assert (cost["examples"], cost["precision"]) == (48, "fp32")


def test_what_was_learned_is_in_the_folder(family, fine_tune):
    context = fine_tune(family("bert"), "entity-recognition")
    model, tokenizer = load_model(context.out, "entity-recognition", labels_of(context)), load_tokenizer(context.out)
    test = read_split(context.inputs["data"], "test")
    said = predict(model, tokenizer, test, "entity-recognition").predicted()
    assert (said == np.concatenate(test["tags"])).mean() > 0.95
    assert tokenizer.model_max_length == 32
    assert not {"pytorch_model.bin", "training_args.bin", "member.json"} & {path.name for path in context.out.iterdir()}


# ── every kind of fine-tuning ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "kind"),
    [*itertools.product(["bert"], TUNINGS), *zip(FAMILIES[1:], itertools.cycle(TUNINGS), strict=False)],
)
def test_every_kind_learns_and_leaves_a_folder_that_loads(family, fine_tune, name, kind):
    # What an encoder with random weights makes of a whole text is nothing that a probe could tell apart.
    task = "entity-recognition" if kind == "probe" else "text-classification"
    context = fine_tune(family(name), task, TUNINGS[kind])
    assert loss(context.out, context) < 0.8 * loss(family(name), context)
    model = load_model(context.out, task, labels_of(context))
    plain = load_model(family(name), task, labels_of(context))
    assert model.config.model_type == ("graft-bridge" if kind == "bridge" else plain.config.model_type)
    assert kind == "bridge" or model.state_dict().keys() == plain.state_dict().keys()


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "full") for name in FAMILIES), ("bert", "lora"), ("bert", "bridge")]
)
def test_bf16_is_for_products_alone(family, fine_tune, name, kind):
    def ask_for_bf16(context):
        context.settings = context.settings.model_copy(update={"precision": "bf16", "checkpoint_seconds": 60})

    tuning = TUNINGS.get(kind, FullFineTuning(**FULL))
    context = fine_tune(family(name), tuning=tuning, before=ask_for_bf16)
    assert training(context)["precision"] == "bf16"
    assert loss(context.out, context) < 0.8 * loss(family(name), context)
    assert {value.dtype for value in load_file(context.out / "model.safetensors").values()} == {torch.float32}


@pytest.mark.parametrize("kind", TUNINGS)
def test_a_fine_tuning_that_was_interrupted_ends_as_one_that_was_not(family, fine_tune, kind):
    def cut(context):
        calls = itertools.count()
        context.cancel_requested = lambda: next(calls) > 8

    whole = fine_tune(family("bert"), tuning=TUNINGS[kind], name="whole")
    with pytest.raises(Cancelled):
        fine_tune(family("bert"), tuning=TUNINGS[kind], name="cut", before=cut)
    again = fine_tune(family("bert"), tuning=TUNINGS[kind], name="cut")
    assert same(weights(again), weights(whole))


@pytest.mark.parametrize("kind", ["full", "gradual", "lora", "bridge"])
def test_embeddings_learn_at_their_own_rate_and_only_those_of_the_texts(family, fine_tune, kind, monkeypatch):
    tuning = TUNINGS.get(kind, FullFineTuning(**FULL))
    if kind != "lora":
        tuning = tuning.model_copy(update={"embedding_learning_rate": 4e-3})
    rates = []
    adamw = torch.optim.AdamW

    def spy(groups, **options):
        rates.append({id(p): group["lr"] for group in groups for p in group["params"]})
        return adamw(groups, **options)

    monkeypatch.setattr(torch.optim, "AdamW", spy)
    seen = {}
    train = fine_tuning.train

    def trained(model, *args, **options):
        taken = train(model, *args, **options)
        weight = model.get_input_embeddings().weight
        seen.update(rows=len(weight), rate=rates[-1][id(weight)])
        return taken

    monkeypatch.setattr(fine_tuning, "train", trained)
    context = fine_tune(family("bert"), tuning=tuning)
    used = {word for text in read_split(context.inputs["data"], "target_train")["text"] for word in text.split()}
    assert seen == {
        "rows": len(used) + 3,
        "rate": tuning.learning_rate if kind == "lora" else 4e-3,
    }  # and [CLS] [SEP] [PAD]
    tokenizer = load_tokenizer(context.out)
    found = load_model(context.out, "text-classification", ["a", "b"]).get_input_embeddings().weight
    source = load_model(family("bert"), "text-classification", ["a", "b"]).get_input_embeddings().weight
    moved = {token for token, index in tokenizer.get_vocab().items() if not torch.equal(found[index], source[index])}
    assert moved == used | {"[CLS]", "[SEP]"}


# ── starts and seeds ──────────────────────────────────────────────────────────────────


def test_a_random_start_has_nothing_of_the_given_weights(family, fine_tune):
    slow = FullFineTuning(epochs=1, learning_rate=1e-9)
    given = weights(fine_tune(family("bert"), tuning=slow, name="given"))
    drawn = weights(fine_tune(family("bert"), tuning=slow, name="random", start="random"))
    name = "bert.encoder.layer.0.output.dense.weight"
    source = load_model(family("bert"), "text-classification", ["a", "b"]).state_dict()
    torch.testing.assert_close(given[name], source[name])
    assert not torch.allclose(drawn[name], source[name], atol=1e-3)


def test_a_seed_repeats_exactly_and_a_member_has_seeds_of_its_own(family, fine_tune):
    runs = {
        name: weights(fine_tune(family("bert"), tuning=FullFineTuning(epochs=1), name=name, **options))
        for name, options in {
            "first": {},
            "again": {},
            "other": {"seed": 1},
            "member-1": {"member": 1},
            "member-2": {"member": 2},
        }.items()
    }
    assert same(runs["first"], runs["again"])
    heads = {name: tuple(found["classifier.weight"].flatten().tolist()) for name, found in runs.items()}
    assert len(set(heads.values())) == 4


# ── further options ───────────────────────────────────────────────────────────────────


def test_dropout_is_for_this_training_alone(family, fine_tune, monkeypatch):
    seen = []
    train = fine_tuning.train

    def spy(model, *args, **options):
        seen.extend(module.p for module in model.modules() if isinstance(module, torch.nn.Dropout))
        return train(model, *args, **options)

    monkeypatch.setattr(fine_tuning, "train", spy)
    context = fine_tune(family("bert"), tuning=FullFineTuning(epochs=1, dropout=0.4))
    assert set(seen) == {0.4}
    assert json.loads((context.out / "config.json").read_text())["hidden_dropout_prob"] == 0.1


def test_class_weights_change_what_is_learned(family, fine_tune):
    even = FullFineTuning(epochs=1)
    weighted = FullFineTuning(epochs=1, class_weights=True)
    found = [
        weights(fine_tune(family("bert"), "part-of-speech", tuning, name=str(number)))["classifier.bias"]
        for number, tuning in enumerate((even, weighted))
    ]
    assert found[0][0] > found[1][0]  # two words in three have the first tag


@pytest.mark.parametrize("shared", [0, 1])
def test_patience_watches_the_development_texts(family, fine_tune, shared):
    """They are those of the training set, so they are soon learned as well as they can be: no more gain."""
    tuning = FullFineTuning(**FULL | {"epochs": 60}, patience=2)
    context = fine_tune(family("bert"), tuning=tuning, shared_layers=shared)
    steps = [event for event in context.events.read()[0] if event["kind"] == "step"]
    assert steps[-1]["step"] < steps[-1]["total"] / 2
    if not shared:
        model, tokenizer = load_model(context.out, "text-classification", ["a", "b"]), load_tokenizer(context.out)
        dev = read_split(context.inputs["data"], "dev")
        assert (predict(model, tokenizer, dev, "text-classification").predicted() == dev["label"]).all()


def test_patience_without_development_texts_learns_to_the_last_epoch(family, fine_tune):
    def without_dev(context):
        folder = context.inputs["data"] / "dev"
        features = read_split(context.inputs["data"], "dev").features
        shutil.rmtree(folder)
        Dataset.from_dict({name: [] for name in features}, features=features).save_to_disk(str(folder), num_shards=1)

    tuning = FullFineTuning(**FULL)
    patient = tuning.model_copy(update={"patience": 1})
    context = fine_tune(family("bert"), tuning=patient, name="patient", before=without_dev)
    assert "Patient: no development texts to stop by, so it learns to its last epoch." in notes(context)
    plain = fine_tune(family("bert"), tuning=tuning, name="plain", inputs={"data": context.inputs["data"]})
    assert same(weights(context), weights(plain))


# ── many rows ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("text-classification", {"patience": 2, "class_weights": True}),
        ("multi-label-classification", {"class_weights": True}),
        ("entity-recognition", {"patience": 2}),
    ],
)
def test_rows_on_disk_teach_what_rows_in_memory_do(tiny_model, fine_tune, monkeypatch, task, options):
    tuning = FullFineTuning(**FULL | {"epochs": 2}, **options)
    memory = fine_tune(tiny_model, task, tuning, name="memory")
    monkeypatch.setattr("pipeline.stages.rows.FEW", 2)
    monkeypatch.setattr("pipeline.parts.PART", 7)
    disk = fine_tune(tiny_model, task, tuning, name="disk")
    assert same(weights(disk), weights(memory))
    assert {path.name for path in disk.work.iterdir()} == {path.name for path in memory.work.iterdir()}
