"""The stage that changes a model's vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForMaskedLM

from pipeline.parameters import VocabularyParameters
from pipeline.spec import AdoptVocabulary, ExtendVocabulary, LocalSource, TransplantVocabulary
from pipeline.stages import vocabulary
from pipeline.stages.embeddings import find_mixtures
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.tokenizers import learn_tokenizer
from pipeline.stages.tokenizers.corpus import sample
from pipeline.stages.tokenizers.scripts import is_unspaced
from pipeline.tasks import TASKS

TEXTS = ["今天的汤很好喝", "屏幕坏了，声音也差", "房间很干净 good", "耳机声音清晰", "送餐太慢，汤都凉了"] * 4
DICTIONARY = {"汤": ["soup"], "好": ["good", "fine"], "声音": ["screen"], "干净": ["clean"]}
FAMILIES = ["bert", "minilm", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]


def freeze(folder: Path, task: str) -> Path:
    """A data stage's output with target text alone: reading any other split would fail."""
    columns = {"text": TEXTS, "second": TEXTS[::-1], "tokens": [list(text) for text in TEXTS]}
    for split in ("target_train", "unlabelled"):
        rows = {name: columns[name] for name in TASKS[task].columns}
        Dataset.from_dict(rows).save_to_disk(str(folder / split), num_shards=1)
    (folder / "data.json").write_text(json.dumps({"labels": ["a", "b"]}), encoding="utf-8")
    (folder / "dictionary.json").write_text(json.dumps(DICTIONARY), encoding="utf-8")
    return folder


@pytest.fixture
def change(make_context: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    """A function: model, options, task → the model with another vocabulary."""

    def run(model: Path, options: Any, task: str = "text-classification") -> Path:
        data = freeze(tmp_path / f"data-{task}", task)
        parameters = VocabularyParameters(task=task, vocabulary=options, adopted_hash="", seed=1)
        context = make_context(parameters, {"model": model, "data": data}, "vocabulary")
        vocabulary.run(context)
        return context.out

    return run


@torch.inference_mode()
def logits(folder: Path, texts: list[str], task: str = "language-modelling") -> torch.Tensor:
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, task, ["a", "b"]).eval()
    return model(**tokenizer(texts, padding=True, return_tensors="pt")).logits


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("kind", ["transplant", "extend", "adopt"])
def test_every_family_reads_the_target_with_its_new_vocabulary(
    family: Callable[[str], Path], change: Callable[..., Path], name: str, kind: str
) -> None:
    options = {
        "transplant": TransplantVocabulary(size=200),
        "extend": ExtendVocabulary(size=50),
        "adopt": AdoptVocabulary(model=LocalSource(path=str(family("xlm-roberta" if name == "bert" else "bert")))),
    }[kind]
    out = change(family(name), options)
    facts = json.loads((out / "facts.json").read_text(encoding="utf-8"))
    model = load_model(out, "text-classification", ["a", "b"])
    assert model.get_input_embeddings().weight.shape[0] == len(load_tokenizer(out)) == facts["tokens"]
    assert model.config.pad_token_id == load_tokenizer(out).pad_token_id == load_tokenizer(family(name)).pad_token_id
    alone = logits(out, TEXTS[:1], "text-classification")
    padded = logits(out, TEXTS[:4], "text-classification")[:1]
    assert torch.allclose(alone, padded, atol=1e-5)  # positions and mask follow the padding token


@pytest.mark.parametrize("name", FAMILIES)
def test_a_language_model_predicts_the_new_tokens(
    family: Callable[[str], Path], change: Callable[..., Path], name: str
) -> None:
    out = change(family(name), TransplantVocabulary(size=200), "language-modelling")
    tokenizer = load_tokenizer(out)
    model = load_model(out, "language-modelling", [])
    assert logits(out, ["汤"]).shape[-1] == len(tokenizer)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


@pytest.mark.parametrize("name", ["bert", "distilbert", "roberta", "electra", "deberta-v2"])
@pytest.mark.parametrize("tied", [True, False])
@torch.inference_mode()
def test_a_saved_language_model_gives_the_same_logits_when_loaded(
    family: Callable[[str], Path], tmp_path: Path, name: str, tied: bool
) -> None:
    """A matching token keeps its logit's weights and bias, too."""
    old = load_tokenizer(family(name))
    model = AutoModelForMaskedLM.from_pretrained(family(name), tie_word_embeddings=tied).eval()
    model.get_output_embeddings().bias.copy_(torch.randn(len(old)))
    word = "good" if name in ("bert", "electra") else old.convert_ids_to_tokens(old(" film")["input_ids"])[1]
    bias = model.get_output_embeddings().bias[old.get_vocab()[word]].clone()
    new = learn_tokenizer(["good 汤 film"] * 30, TransplantVocabulary(size=100), old)
    found = find_mixtures(old, new, DICTIONARY)
    vocabulary.exchange_embeddings(model, found, seed=0)
    vocabulary.name_special_tokens(model.config, new)
    encoded = new(["good 汤", "film"], padding=True, return_tensors="pt")
    before = model(**encoded).logits
    model.save_pretrained(tmp_path)
    loaded = AutoModelForMaskedLM.from_pretrained(tmp_path).eval()
    assert torch.allclose(loaded(**encoded).logits, before, atol=1e-6)
    token = new.get_vocab()["▁" + word.strip("Ġ▁")]
    assert loaded.get_output_embeddings().bias[token] == bias


def test_roberta_names_its_special_tokens_by_their_new_indices(
    family: Callable[[str], Path], change: Callable[..., Path]
) -> None:
    adopted = AdoptVocabulary(model=LocalSource(path=str(family("bert"))))
    out = change(family("roberta"), adopted)
    config, tokenizer = load_model(out, "text-classification", ["a"]).config, load_tokenizer(out)
    assert (config.bos_token_id, config.eos_token_id) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    assert config.pad_token_id == 1


@pytest.mark.parametrize("task", list(TASKS))
def test_every_task_has_text_to_learn_from(tiny_model: Path, change: Callable[..., Path], task: str) -> None:
    out = change(tiny_model, TransplantVocabulary(size=150), task)
    facts = json.loads((out / "facts.json").read_text(encoding="utf-8"))
    assert facts["unknown_rate_after"] == 0 < facts["unknown_rate_before"]
    assert 0 < facts["pieces_per_character_after"] <= 1
    assert facts["matching"] >= 5
    counts = ("matching", "dictionary", "parts", "pieces", "neighbours", "distribution")
    assert sum(facts.get(rule, 0) for rule in counts) == facts["tokens"]
    longest = max(len(piece) for piece in load_tokenizer(out).get_vocab() if is_unspaced(piece))
    assert (longest == 1) == (TASKS[task].labelling == "tags")  # where a piece lies within a tagged word


def test_it_says_what_came_of_it(tiny_model: Path, change: Callable[..., Path], tmp_path: Path) -> None:
    out = change(tiny_model, TransplantVocabulary(size=None))
    training = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert (training.pop("seconds") > 0, set(training.values())) == (True, {0})
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    notes = " ".join(event["text"] for event in events if event["kind"] == "note")
    tokens = len(load_tokenizer(out))
    assert f"The new vocabulary has {tokens:,} tokens (a number chosen from the text)" in notes
    assert "0.0% of the new" in notes


def test_target_texts_are_read_as_often_as_somebody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.parts.PART", 7)
    pairs = vocabulary.TargetTexts(
        freeze(tmp_path / "pairs", "sentence-pair-classification"), "sentence-pair-classification"
    )
    assert [*pairs] == [*pairs] == [*TEXTS, *TEXTS[::-1], *TEXTS, *TEXTS[::-1]]
    assert len(pairs) == 4 * len(TEXTS)
    words = vocabulary.TargetTexts(freeze(tmp_path / "words", "part-of-speech"), "part-of-speech")
    assert [*words] == [" ".join(text) for text in TEXTS] * 2
    assert " ".join(TEXTS[0]) in words
    assert TEXTS[0] not in words
    assert sample(words, 50) == [*words][:: -(-sum(map(len, words)) // 50)]
