"""A masked LM's head, taken from the source that a model was made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, PreTrainedModel, PreTrainedTokenizerFast

from pipeline.spec import TransplantVocabulary
from pipeline.stages.embeddings import find_mixtures
from pipeline.stages.masked_lm import take_head
from pipeline.stages.models import load_language_model, load_model, load_tokenizer, save_model
from pipeline.stages.tokenizers import learn_tokenizer
from pipeline.stages.vocabulary import exchange_embeddings, name_special_tokens

HEADED = ["bert", "distilbert", "roberta", "xlm-roberta", "deberta-v2", "camembert", "deberta", "ernie", "mpnet"]


@pytest.fixture
def source(family: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """A function: name of a family → a model of it whose output has a bias for each token."""

    def make(name: str, *, tied: bool = True) -> Path:
        model = AutoModelForMaskedLM.from_pretrained(family(name), tie_word_embeddings=tied)
        torch.manual_seed(5)
        with torch.no_grad():
            model.get_output_embeddings().bias.normal_()
        save_model(model, load_tokenizer(family(name)), tmp_path / "source")
        return tmp_path / "source"

    return make


def remade(source: Path, *, exchanged: bool = False) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """What masked LM on the way to a task begins with: a classifier made of the source, without its head."""
    model, tokenizer = load_model(source, "text-classification", ["a", "b"]), load_tokenizer(source)
    if exchanged:
        new = learn_tokenizer(["good 汤 film"] * 30, TransplantVocabulary(size=100), tokenizer)
        exchange_embeddings(model, find_mixtures(tokenizer, new, {}), seed=0)
        name_special_tokens(model.config, new)
        tokenizer = new
    save_model(model, tokenizer, source.parent / "classifier")
    found, drawn = load_language_model(source.parent / "classifier")
    assert drawn
    return found, tokenizer


def heads(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    inside = f"{model.base_model_prefix}."
    return {name: value for name, value in model.named_parameters() if not name.startswith(inside)}


@pytest.mark.parametrize("name", HEADED)
@torch.inference_mode()
def test_with_the_sources_vocabulary_a_model_guesses_as_its_source_does(source: Callable[..., Path], name: str) -> None:
    folder = source(name)
    model, tokenizer = remade(folder)
    asked = tokenizer(["good film", "bad soup"], padding=True, return_tensors="pt")
    own = load_language_model(folder)[0].eval()(**asked).logits
    assert not torch.allclose(model.eval()(**asked).logits, own, atol=1e-3)
    assert take_head(model, tokenizer, folder)
    assert torch.equal(model(**asked).logits, own)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert", "deberta-v2"])
def test_with_another_vocabulary_tokens_of_the_same_name_keep_their_bias(
    source: Callable[..., Path], name: str, tied: bool
) -> None:
    folder = source(name, tied=tied)
    model, tokenizer = remade(folder, exchanged=True)
    embeddings = model.get_input_embeddings().weight.detach().clone()
    own, known, vocabulary = load_language_model(folder)[0], load_tokenizer(folder).get_vocab(), tokenizer.get_vocab()
    assert take_head(model, tokenizer, folder)
    assert torch.equal(model.get_input_embeddings().weight, embeddings)  # also where the output is tied to them
    outputs, before = model.get_output_embeddings(), own.get_output_embeddings()
    per_token = {id(weight) for weight in outputs.parameters()}
    theirs = heads(own)
    others = {name: weight for name, weight in heads(model).items() if id(weight) not in per_token}
    assert len(others) == 4  # dense and layer norm
    assert all(torch.equal(weight, theirs[name]) for name, weight in others.items())
    assert len(outputs.bias) == len(tokenizer)
    assert outputs.bias[tokenizer.mask_token_id] == before.bias[known[tokenizer.mask_token]]
    assert outputs.bias[vocabulary["汤"]].item() == pytest.approx(before.bias.mean().item())
    if not tied:
        assert torch.equal(outputs.weight[tokenizer.mask_token_id], before.weight[known[tokenizer.mask_token]])


@pytest.mark.parametrize("name", ["minilm", "electra"])
def test_a_source_without_a_head_lends_none(family: Callable[[str], Path], name: str) -> None:
    model, tokenizer = load_language_model(family(name))[0], load_tokenizer(family(name))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert not take_head(model, tokenizer, family(name))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
