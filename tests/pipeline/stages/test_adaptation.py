"""Masked LM: on the way to another task, and as the task itself."""

from __future__ import annotations

import itertools
import json
import shutil

import pytest
import torch
from datasets import Dataset

from pipeline.errors import Cancelled, TrainingError
from pipeline.parameters import AdaptationParameters
from pipeline.spec import EmbeddedSource, LocalSource, MaskedLanguageModelling
from pipeline.stages import adaptation
from pipeline.stages.adaptation import run
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.tasks import TASKS

FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
OPTIONS = MaskedLanguageModelling(
    embedding_epochs=2, epochs=4, batch_size=8, learning_rate=2e-3, embedding_learning_rate=5e-3, mask_probability=0.3
)


@pytest.fixture
def adapt(make_context, frozen_data):
    """A function: folder of a model, task, options … → the context of a finished stage."""

    def adapt(folder, task="text-classification", options=OPTIONS, *, name="stage", before=None, **more):
        parameters = AdaptationParameters(
            task=task,
            start=more.pop("start", "given"),
            source=more.pop("source", EmbeddedSource()),
            source_hash="",
            max_length=more.pop("max_length", 32),
            seed=more.pop("seed", 0),
            adaptation=options,
            splits=more.pop("splits", ("target_train", "unlabelled")),
            held_out=more.pop("held_out", None),
        )
        context = make_context(parameters, {"data": frozen_data(task), "model": folder}, name)
        if before:
            before(context)
        else:
            context.settings = context.settings.model_copy(update={"checkpoint_seconds": 60})
        run(context)
        return context

    return adapt


def facts(context):
    return json.loads((context.out / "facts.json").read_text())


def training(context):
    return json.loads((context.out / "training.json").read_text())


def labels_of(context):
    return json.loads((context.inputs["data"] / "data.json").read_text())["labels"]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_comes_to_guess_better(family, adapt, name):
    context = adapt(family(name), "language-modelling")
    assert facts(context)["perplexity_after"] < 0.8 * facts(context)["perplexity_before"]
    model = load_model(context.out, "language-modelling", [])
    assert "ForMaskedLM" in type(model).__name__
    cost = training(context)
    assert min(cost[name] for name in ("seconds", "tokens", "flops", "gemm_flops_per_second", "examples")) > 0


@pytest.mark.parametrize("task", [name for name in TASKS if name != "language-modelling"])
def test_on_the_way_to_a_task_the_head_stays_and_the_encoder_learns(family, adapt, task):
    labels = ["a", "b", "c"] if TASKS[task].labelling == "several" else ["a", "b"]
    torch.manual_seed(3)
    source = load_model(family("bert"), task, labels)
    folder = family("bert").parent / f"source-{task}"
    source.save_pretrained(folder)
    load_tokenizer(family("bert")).save_pretrained(folder)
    context = adapt(folder, task, OPTIONS.model_copy(update={"epochs": 1}))
    adapted = load_model(context.out, task, labels_of(context))
    assert torch.equal(adapted.classifier.weight, source.classifier.weight)
    for weight in ("encoder.layer.0.output.dense.weight", "embeddings.word_embeddings.weight"):
        assert not torch.equal(adapted.base_model.get_parameter(weight), source.base_model.get_parameter(weight))
    assert not any("cls" in name for name in adapted.state_dict())


@pytest.mark.parametrize("name", ["bert", "distilbert", "roberta", "deberta-v2"])
def test_on_the_way_to_a_task_the_source_guesses_by_its_own_head(family, adapt, tmp_path, name):
    source = adapt(family(name), "language-modelling", name="source").out  # whose head has learned something
    load_model(source, "text-classification", ["a", "b"]).save_pretrained(tmp_path / "source-only")
    load_tokenizer(source).save_pretrained(tmp_path / "source-only")
    options = OPTIONS.model_copy(update={"epochs": 0.1, "embedding_epochs": 0})
    own = facts(adapt(source, "language-modelling", options, name="own"))
    context = adapt(tmp_path / "source-only", options=options, source=LocalSource(path=str(source)), seed=0)
    assert facts(context)["perplexity_before"] == own["perplexity_before"]
    drawn = facts(adapt(tmp_path / "source-only", options=options, name="drawn"))  # its source brings no head
    assert drawn["perplexity_before"] > 1.5 * own["perplexity_before"]


def test_a_random_start_draws_its_head_too(family, adapt, monkeypatch):
    monkeypatch.setattr(adaptation, "take_head", lambda *_: pytest.fail("of a source that it has nothing of"))
    options = OPTIONS.model_copy(update={"epochs": 0.1, "embedding_epochs": 0})
    adapt(family("bert"), "language-modelling", options, start="random", source=LocalSource(path=str(family("bert"))))


def test_the_body_is_frozen_while_the_embeddings_learn(family, adapt):
    context = adapt(family("bert"), options=OPTIONS.model_copy(update={"epochs": 0}))
    adapted = load_model(context.out, "text-classification", ["a", "b"]).base_model
    source = load_model(family("bert"), "text-classification", ["a", "b"]).base_model
    moved = {name for name, value in adapted.named_parameters() if not torch.equal(value, source.get_parameter(name))}
    assert moved - {"pooler.dense.weight", "pooler.dense.bias"} == {"embeddings.word_embeddings.weight"}


def test_embeddings_and_head_keep_their_own_rate_when_all_learns(family, adapt, monkeypatch):
    seen = []
    train = adaptation.train

    def spy(model, lessons, phases, *rest, **options):
        for phase in phases:
            rates = {id(p): group["lr"] for group in phase.learn() for p in group["params"]}
            seen.append({name: rates[id(p)] for name, p in model.named_parameters() if id(p) in rates})
        return train(model, lessons, phases, *rest, **options)

    monkeypatch.setattr(adaptation, "train", spy)
    adapt(family("bert"), options=OPTIONS.model_copy(update={"epochs": 0.1, "embedding_epochs": 0.1}))
    first, second = seen
    assert set(first.values()) == {5e-3}
    assert second["bert.embeddings.word_embeddings.weight"] == second["cls.predictions.transform.dense.weight"] == 5e-3
    assert second["bert.encoder.layer.0.output.dense.weight"] == 2e-3
    assert set(first) == {name for name, rate in second.items() if rate == 5e-3}


def test_long_texts_go_on_in_the_next_row(family):
    tokenizer = load_tokenizer(family("bert"), 8)
    words = ["soup", "room", "phone", "book", "film", "coat", "cable", "bed"]
    texts = Dataset.from_dict({"text": [" ".join(words), "good"]})
    rows = adaptation._windows(texts, tokenizer)
    assert [tokenizer.decode(ids, skip_special_tokens=True).split() for ids in rows["input_ids"]] == [
        words[:6],
        words[6:],
        ["good"],
    ]
    assert all(ids[0] == tokenizer.cls_token_id and ids[-1] == tokenizer.sep_token_id for ids in rows["input_ids"])


@pytest.mark.parametrize("name", ["bert", "roberta"])
def test_all_text_of_a_task_is_read(family, name):
    """Both halves of pairs, and the words of tagged texts as the task itself reads them."""
    tokenizer = load_tokenizer(family(name), 16)
    pairs = adaptation._windows(Dataset.from_dict({"text": ["good soup"], "second": ["bad room"]}), tokenizer)
    assert pairs["input_ids"] == tokenizer(["good soup", "bad room"])["input_ids"]
    words = adaptation._windows(Dataset.from_dict({"tokens": [["good", "soup"]]}), tokenizer)
    assert words["input_ids"] == tokenizer([["good", "soup"]], is_split_into_words=True)["input_ids"]


def test_perplexity_is_measured_on_development_texts_where_there_are_some(family, adapt, monkeypatch):
    asked = []
    real = adaptation.perplexity

    def perplexity(model, rows, tokenizer, tell):
        asked.append({tokenizer.decode(ids, skip_special_tokens=True) for ids in rows["input_ids"]})
        return real(model, rows, tokenizer, tell)

    def given(context):
        folder = context.inputs["data"] / "dev"
        shutil.rmtree(folder)
        Dataset.from_dict({"text": ["a lovely coat", "a cold room"]}).save_to_disk(str(folder), num_shards=1)

    monkeypatch.setattr(adaptation, "perplexity", perplexity)
    options = OPTIONS.model_copy(update={"epochs": 0.1, "embedding_epochs": 0})
    kept = training(adapt(family("bert"), "language-modelling", options, name="kept"))["examples"]
    assert all(len(texts) > 2 for texts in asked)
    asked.clear()
    context = adapt(family("bert"), "language-modelling", options, name="dev", held_out="dev", before=given)
    assert asked == [{"a lovely coat", "a cold room"}] * 2, "before and after"
    assert training(context)["examples"] == 2 * 48 > kept, "none is set apart"


def test_a_source_model_can_be_taken_as_it_is(family, adapt):
    nothing = MaskedLanguageModelling(epochs=0, embedding_epochs=0)
    source = LocalSource(path=str(family("bert")))
    context = adapt(family("roberta"), "language-modelling", nothing, start="pretrained", source=source, splits=())
    found, original = (load_model(folder, "language-modelling", []) for folder in (context.out, family("bert")))
    assert all(torch.equal(value, original.state_dict()[name]) for name, value in found.state_dict().items())
    assert facts(context) == {}
    assert training(context)["tokens"] == 0


def test_a_source_that_is_taken_as_it_is_tells_that_its_head_was_drawn(family, adapt):
    nothing = MaskedLanguageModelling(epochs=0, embedding_epochs=0)
    source = LocalSource(path=str(family("minilm")))  # an encoder without a head
    context = adapt(family("roberta"), "language-modelling", nothing, start="pretrained", source=source, splits=())
    assert facts(context) == {"head_drawn": 1}
    (note,) = [event["text"] for event in context.events.read()[0] if event["kind"] == "note"]
    assert note == "The source model brings no head for masked LM, so one was drawn at random."


def test_a_random_start_takes_the_shape_alone(family, adapt):
    options = OPTIONS.model_copy(update={"epochs": 0.1, "embedding_epochs": 0})
    context = adapt(family("bert"), "language-modelling", options, start="random", seed=5)
    drawn, source = (load_model(folder, "language-modelling", []) for folder in (context.out, family("bert")))
    name = "bert.encoder.layer.0.output.dense.weight"
    assert not torch.allclose(drawn.state_dict()[name], source.state_dict()[name], atol=1e-2)


def test_an_interrupted_adaptation_ends_as_one_that_was_not(family, adapt):
    def cut(context):
        calls = itertools.count()
        context.cancel_requested = lambda: next(calls) > 30  # in the second phase

    whole = adapt(family("bert"), "language-modelling", name="whole")
    with pytest.raises(Cancelled):
        adapt(family("bert"), "language-modelling", name="cut", before=cut)
    again = adapt(family("bert"), "language-modelling", name="cut")
    assert facts(again) == facts(whole)
    assert training(again)["tokens"] == training(whole)["tokens"]


def test_too_few_texts_are_told(family, adapt):
    def empty(context):
        folder = context.inputs["data"] / "dev"
        shutil.rmtree(folder)
        Dataset.from_dict({"text": []}).save_to_disk(str(folder), num_shards=1)

    with pytest.raises(TrainingError, match="0 texts are too few"):
        adapt(family("bert"), splits=("dev",), before=empty)


def test_nothing_is_claimed_of_text_that_can_not_be_read(family):
    tokenizer, model = load_tokenizer(family("bert"), 16), load_model(family("bert"), "language-modelling", [])
    unknown = adaptation._windows(Dataset.from_dict({"text": ["好 汤", "房"]}), tokenizer)
    assert adaptation.perplexity(model, unknown, tokenizer) is None


def test_patience_watches_the_held_out_text_and_keeps_the_best(adapt, tiny_model, monkeypatch):
    """Said to get better for two passes, and worse from then on."""
    said, seen = [9.0, 5.0, 4.0, 6.0, 7.0, 4.0], []  # before, after each pass, and of what was kept

    def perplexity(model, *_):
        seen.append(model.get_input_embeddings().weight.detach().clone())
        return said[len(seen) - 1]

    monkeypatch.setattr(adaptation, "perplexity", perplexity)
    context = adapt(tiny_model, options=OPTIONS.model_copy(update={"embedding_epochs": 0, "epochs": 20, "patience": 2}))
    assert facts(context) == {"perplexity_before": 9.0, "perplexity_after": 4.0}
    assert len(seen) == len(said)
    assert torch.equal(seen[-1], seen[2])
    assert not torch.equal(seen[4], seen[2])
