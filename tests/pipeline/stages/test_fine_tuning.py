"""The fine-tuning stage: every task on every family, every kind of fine-tuning, and what else it can be told."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file

from pipeline.errors import Cancelled, TrainingError
from pipeline.parameters import FineTuningParameters
from pipeline.scores import softmax
from pipeline.spec import (
    AttentionBridge,
    EmbeddedSource,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
)
from pipeline.stages import fine_tuning
from pipeline.stages.answering import predict
from pipeline.stages.data import read_split
from pipeline.stages.fine_tuning import run, training_set
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.tasks import TASKS

FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
TASK_NAMES = [name for name in TASKS if name != "language-modelling"]
FULL = {"epochs": 6, "batch_size": 8, "learning_rate": 5e-3, "warmup_ratio": 0.1}
TUNINGS = {
    "probe": LinearProbe(**FULL | {"learning_rate": 1e-2}),
    "gradual": GradualUnfreezing(**FULL, layer_decay=0.9),
    "lora": LowRankAdaptation(**FULL | {"learning_rate": 1e-2}, rank=4, train_embeddings=True),
    "bridge": AttentionBridge(**FULL, target_layers=1),
}


@pytest.fixture
def fine_tune(make_context, frozen_data):
    """A function: folder of a model, task, tuning … → the context of a finished stage."""

    def fine_tune(
        folder, task="text-classification", tuning=None, *, inputs=None, name="stage", before=None, **options
    ):
        parameters = FineTuningParameters(
            task=task,
            start=options.pop("start", "given"),
            source=EmbeddedSource(),
            source_hash="",
            max_length=32,
            seed=options.pop("seed", 0),
            split=options.pop("split", "target_train"),
            tuning=tuning or FullFineTuning(**FULL),
            **options,
        )
        data = {"data": frozen_data(task)} if not (inputs and "data" in inputs) else {}
        context = make_context(parameters, {**data, "model": folder, **(inputs or {})}, name)
        if before:
            before(context)
        else:
            context.settings = context.settings.model_copy(update={"checkpoint_seconds": 60})
        run(context)
        return context

    return fine_tune


def loss(folder, context):
    """Mean loss of a model on the stage's training texts."""
    task, labels = context.parameters.task, labels_of(context)
    torch.manual_seed(0)
    model, tokenizer = load_model(folder, task, labels).eval(), load_tokenizer(folder, 32)
    rows = encode(read_split(context.inputs["data"], "target_train"), tokenizer, task, labels)
    with torch.no_grad():
        total, units = objective(task)(model, HEADS[task].collate(tokenizer)(rows.to_list()))
    return (total / units).item()


def weights(context):
    return load_model(context.out, context.parameters.task, labels_of(context)).state_dict()


def labels_of(context):
    return json.loads((context.inputs["data"] / "data.json").read_text())["labels"]


def training(context):
    return json.loads((context.out / "training.json").read_text())


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(value, second[name]) for name, value in first.items())


# ── every task on every family ──────────────────────────────────────────────────────


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


# ── every kind of fine-tuning ───────────────────────────────────────────────────────


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


# ── starts and seeds ────────────────────────────────────────────────────────────────


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


# ── what it learns from ─────────────────────────────────────────────────────────────


def pseudo_labels(folder, **columns):
    Dataset.from_dict(columns).save_to_disk(str(folder / "texts"), num_shards=1)
    return folder


@pytest.fixture
def collected(make_context, frozen_data, family):
    """A function: parameters and inputs → the rows that would be learned from, and how many have true labels."""

    def collected(inputs=None, **options):
        parameters = FineTuningParameters(
            task="text-classification",
            start="given",
            source=EmbeddedSource(),
            source_hash="",
            max_length=32,
            seed=0,
            split=options.pop("split", "target_train"),
            tuning=FullFineTuning(),
            **options,
        )
        context = make_context(parameters, {"data": frozen_data("text-classification"), **(inputs or {})})
        return training_set(context, load_tokenizer(family("bert"), 32), ["negative", "positive"])

    return collected


def test_a_limit_takes_each_label_alike_and_is_nested(collected):
    (few, known), (more, _) = collected(limit=10), collected(limit=20)
    assert known == 10
    assert sorted(few["labels"]) == [0] * 5 + [1] * 5
    assert len(more) == 20
    assert {tuple(ids) for ids in few["input_ids"]} <= {tuple(ids) for ids in more["input_ids"]}


def test_labels_that_were_found_are_learned_beside_the_true_ones(collected, tmp_path):
    found = pseudo_labels(tmp_path, text=["good soup"], label=[1], weight=[0.5])
    rows, known = collected({"labels": found}, limit=4)
    assert rows["weight"] == [1.0] * 4 + [0.5]
    assert rows["labels"][-1] == 1
    assert known == 4
    rows, known = collected({"labels": found}, split=None)
    assert (rows["weight"], known) == ([0.5], 0)


def test_one_soft_label_makes_all_of_them_distributions(collected, tmp_path):
    found = pseudo_labels(tmp_path, text=["good soup"], probabilities=[[0.25, 0.75]], weight=[1.0])
    rows, _ = collected({"labels": found}, limit=2)
    assert sorted(rows["labels"]) == [[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]]


def test_nothing_to_learn_from_is_told(collected, tmp_path):
    empty = pseudo_labels(tmp_path, text=[], label=[], weight=[])
    with pytest.raises(TrainingError, match="no labelled texts"):
        collected({"labels": empty}, split=None)


@pytest.mark.parametrize("stopped", [0, 1])
def test_where_self_training_has_stopped_no_further_student_is_trained(family, fine_tune, tmp_path, stopped):
    tuning = FullFineTuning(**FULL | {"epochs": 1})
    found = pseudo_labels(tmp_path / "found", text=["good soup"] * 8, label=[1] * 8, weight=[1.0] * 8)
    (found / "facts.json").write_text(json.dumps({"stopped": 0}))
    first = fine_tune(family("bert"), tuning=tuning, inputs={"labels": found}, name="first")
    (found / "facts.json").write_text(json.dumps({"stopped": stopped}))
    second = fine_tune(
        family("bert"), tuning=tuning, inputs={"labels": found, "student": first.out}, name="second", seed=1
    )
    assert same(weights(second), weights(first)) == bool(stopped)
    assert (training(second)["seconds"] == 0) == bool(stopped)


def test_a_model_learns_from_soft_labels_alone(family, fine_tune, tmp_path):
    texts = ["good soup", "bad soup"] * 16
    soft = [[0.1, 0.9], [0.9, 0.1]] * 16
    found = pseudo_labels(tmp_path / "found", text=texts, probabilities=soft, weight=[1.0] * 32)
    tuning = FullFineTuning(**FULL | {"epochs": 12})
    context = fine_tune(family("bert"), tuning=tuning, inputs={"labels": found}, split=None)
    assert training(context)["examples"] == 32
    model, tokenizer = load_model(context.out, "text-classification", ["a", "b"]), load_tokenizer(context.out)
    asked = Dataset.from_dict({"text": ["good soup", "bad soup"]})
    sure = softmax(predict(model, tokenizer, asked, "text-classification").values)
    np.testing.assert_allclose(sure, [[0.1, 0.9], [0.9, 0.1]], atol=0.07)


# ── further options ─────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("task", ["text-classification", "entity-recognition"])
def test_under_a_probe_each_text_is_read_once_whatever_the_epochs(family, fine_tune, task):
    tuning = TUNINGS["probe"].model_copy(update={"dropout": 0.3})
    spent = []
    for epochs in (1, 20):
        longer = tuning.model_copy(update={"epochs": epochs})
        context = fine_tune(family("bert"), task, longer, name=f"{task}-{epochs}")
        spent.append(training(context)["flops"])
        found, source = weights(context), load_model(family("bert"), task, labels_of(context)).state_dict()
        kept = [name for name in source if name.startswith("bert.") and "pooler" not in name]  # which is new
        assert all(torch.equal(found[name], source[name]) for name in kept)
        assert not [*context.out.parent.glob("*.npy")]
        assert not (context.out / "activations.json").exists()
    assert spent[0] > 48 * 5 * 2 * 2 * (4 * 32 * 32 + 2 * 32 * 64)  # every text, through both layers
    assert spent[1] < 1.5 * spent[0]


def test_a_probe_learns_from_what_the_encoder_says_without_dropout(family, fine_tune, monkeypatch):
    """The states of a text are those of the model that answers, however much dropout there is."""
    seen = []
    train = fine_tuning.train

    def spy(model, lessons, *args, **options):
        seen.extend(lessons.collate([lessons.dataset[index] for index in range(4)])["inputs_embeds"])
        return train(model, lessons, *args, **options)

    monkeypatch.setattr(fine_tuning, "train", spy)
    context = fine_tune(family("bert"), tuning=TUNINGS["probe"].model_copy(update={"dropout": 0.5}))
    model, tokenizer = load_model(context.out, "text-classification", ["a", "b"]), load_tokenizer(context.out)
    texts = read_split(context.inputs["data"], "target_train")["text"][:4]
    with torch.inference_mode():
        said = [model.eval().base_model(**tokenizer(text, return_tensors="pt"))[0][0, :1] for text in texts]
    torch.testing.assert_close(torch.stack(seen), torch.stack(said), atol=5e-3, rtol=1e-2)


def test_a_probes_encoder_reads_in_the_precision_that_is_asked_for(family, fine_tune):
    def ask_for_bf16(context):
        context.settings = context.settings.model_copy(update={"precision": "bf16", "checkpoint_seconds": 60})

    context = fine_tune(family("bert"), tuning=TUNINGS["probe"], before=ask_for_bf16)
    assert training(context)["precision"] == "bf16"


def test_probes_of_a_bag_share_what_the_encoder_reads(family, fine_tune):
    options = {"tuning": TUNINGS["probe"], "sampling": "bootstrap"}
    first, second = (fine_tune(family("bert"), name=f"member-{n}", member=n, **options) for n in (1, 2))
    assert training(second)["flops"] < 0.5 * training(first)["flops"]
    assert not same(weights(first), weights(second))


def test_boosted_members_follow_each_other(family, fine_tune):
    first = fine_tune(family("bert"), sampling="boosted", member=1, name="first")
    second = fine_tune(family("bert"), sampling="boosted", member=2, name="second", inputs={"previous": first.out})
    for member in (first, second):
        assert {"member.json", "example_weights.safetensors", "model.safetensors"} <= {
            path.name for path in member.out.iterdir()
        }


# ── many rows ───────────────────────────────────────────────────────────────────────


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
