"""What tokens spell, family by family."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from pipeline.spec import ExtendVocabulary, TransplantVocabulary
from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import Spelling, extend_tokenizer, learn_tokenizer, spellings
from pipeline.stages.tokenizers.spelling import read_words


def spelled(tokenizer: PreTrainedTokenizerFast, token: str) -> Spelling:
    return spellings(tokenizer)[tokenizer.get_vocab()[token]]


@pytest.mark.parametrize(("name", "token"), [("bert", "good"), ("roberta", "Ġfilm"), ("xlm-roberta", "▁good")])
def test_marks_are_left_out(family: Callable[[str], Path], name: str, token: str) -> None:
    assert spelled(load_tokenizer(family(name)), token) == Spelling("", token.strip("Ġ▁"))


@pytest.mark.parametrize(("name", "token"), [("bert", "##a"), ("roberta", "oo"), ("deberta-v2", "a")])
def test_a_piece_within_a_word_is_told_apart(family: Callable[[str], Path], name: str, token: str) -> None:
    assert spelled(load_tokenizer(family(name)), token) == Spelling("continuation", token.strip("#"))


def test_scripts_without_spaces_and_punctuation_have_no_place_in_a_word(family: Callable[[str], Path]) -> None:
    multilingual = load_tokenizer(family("xlm-roberta"))
    assert spelled(multilingual, "汤") == Spelling("", "汤")
    assert spelled(multilingual, ".") == Spelling("", ".")


@pytest.mark.parametrize("name", ["bert", "roberta", "xlm-roberta", "deberta-v2"])
def test_special_tokens_are_known_by_their_role(family: Callable[[str], Path], name: str) -> None:
    tokenizer = load_tokenizer(family(name))
    found = spellings(tokenizer)
    for role in ("cls_token", "sep_token", "pad_token", "unk_token", "mask_token"):
        assert found[getattr(tokenizer, f"{role}_id")].role == role


def test_bytes_are_read_as_text() -> None:
    """A byte-level tokenizer with Chinese in it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    bare.train_from_iterator(["好吃 好吃 Straße Straße"], trainer)
    found = spellings(PreTrainedTokenizerFast(tokenizer_object=bare, unk_token="<unk>"))
    assert Spelling("", "好吃") in found
    assert Spelling("", "Straße") in found
    fragment = bare.token_to_id(pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str("好")[0][0][0])
    assert found[fragment].role == "opaque"


def test_learned_and_added_tokens_are_text(family: Callable[[str], Path]) -> None:
    source = load_tokenizer(family("roberta"))
    texts = ["汤很好喝 ganzgut"] * 30
    assert Spelling("", "ganzgut") in spellings(learn_tokenizer(texts, TransplantVocabulary(size=200), source))
    extended = spellings(extend_tokenizer(texts, ExtendVocabulary(size=50), source))
    assert {Spelling("", "ganzgut"), Spelling("", "汤很好喝")} <= set(extended)


def test_words_are_read_as_within_a_text(family: Callable[[str], Path]) -> None:
    byte_level, multilingual = (load_tokenizer(family(name)) for name in ("roberta", "xlm-roberta"))
    assert byte_level.convert_ids_to_tokens(read_words(byte_level, ["film"])[0]) == ["Ġfilm"]
    assert multilingual.convert_ids_to_tokens(read_words(multilingual, ["汤"])[0]) == ["汤"]
    assert read_words(multilingual, []) == []
