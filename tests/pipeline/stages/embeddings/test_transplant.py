"""Where new tokens' embeddings come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from pipeline.spec import ExtendVocabulary, TransplantVocabulary
from pipeline.spec.vocabulary import Initialisation
from pipeline.stages.embeddings import find_mixtures
from pipeline.stages.embeddings.rules import ORDER
from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import extend_tokenizer, learn_tokenizer

TEXTS = ["今天的汤很好喝", "屏幕坏了，声音也差", "房间很干净 good", "耳机声音清晰", "送餐太慢，汤都凉了"] * 4
DICTIONARY = {"汤": ["soup"], "好": ["good", "fine"], "声音": ["screen"], "干净": ["clean"], "清晰度": ["good"]}


@pytest.fixture(scope="module")
def source(tiny_model: Path) -> PreTrainedTokenizerFast:
    return load_tokenizer(tiny_model)


@pytest.fixture(scope="module")
def learned(source: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    return learn_tokenizer(TEXTS, TransplantVocabulary(size=150, max_piece_length=2), source, words=DICTIONARY)


def test_every_initialisation_has_rules() -> None:
    assert set(ORDER) == set(get_args(Initialisation))


def test_embeddings_come_by_the_first_rule_that_applies(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    table = torch.randn(len(source), 8, generator=torch.Generator().manual_seed(0))
    found = find_mixtures(source, learned, DICTIONARY)
    embeddings = found.embeddings(table, seed=0)
    old, new = source.get_vocab(), learned.get_vocab()
    assert embeddings.shape == (len(learned), 8)
    assert torch.equal(embeddings[learned.cls_token_id], table[source.cls_token_id])
    assert torch.equal(embeddings[new["▁good"]], table[old["good"]])
    assert torch.equal(embeddings[new["汤"]], table[old["soup"]])
    assert torch.allclose(embeddings[new["好"]], (table[old["good"]] + table[old["fine"]]) / 2)
    assert found.counts.total() == len(learned)
    assert {"matching", "dictionary", "parts", "distribution"} <= set(found.counts)
    for mixture, rule in zip(found.mixtures, found.rules, strict=True):
        assert (mixture is None) == (rule == "distribution")
        assert mixture is None or sum(mixture.values()) == pytest.approx(1)


def test_the_same_seed_draws_the_same(learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast) -> None:
    table = torch.randn(len(source), 8)
    first, second = (find_mixtures(source, learned, DICTIONARY, texts=TEXTS, seed=3) for _ in range(2))
    assert first == second
    assert torch.equal(first.embeddings(table, 3), second.embeddings(table, 3))
    drawn = first.rules.index("distribution")
    assert not torch.equal(first.embeddings(table, 3)[drawn], first.embeddings(table, 4)[drawn])


def test_a_piece_of_a_known_word_is_taken_from_the_words_it_is_part_of(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    """Those that the text uses weigh more."""
    piece = learned.get_vocab()["汤"]
    words = {"热汤": ["warm"], "汤都": ["cold"]}  # the text has the second four times
    found = find_mixtures(source, learned, words, texts=TEXTS)
    old = source.get_vocab()
    assert found.rules[piece] == "parts"
    assert found.mixtures[piece] == pytest.approx({old["warm"]: 1 / 6, old["cold"]: 5 / 6})


def test_a_word_is_taken_from_the_known_words_it_is_made_of(source: PreTrainedTokenizerFast) -> None:
    learned = learn_tokenizer(["汤好"] * 30, TransplantVocabulary(size=100), source)
    found = find_mixtures(source, learned, DICTIONARY)
    old = source.get_vocab()
    expected = {old["soup"]: 1 / 2, old["good"]: 1 / 4, old["fine"]: 1 / 4}
    assert found.mixtures[learned.get_vocab()["汤好"]] == pytest.approx(expected)


def test_without_translations_a_token_takes_after_those_used_alike(source: PreTrainedTokenizerFast) -> None:
    texts = [f"{first}{noun}{last}" for first in "我你他她" for last in "了吗呢吧" for noun in ("汤", "羹")]
    texts += [f"{first}{verb}{last}" for first in "东西南北" for last in "风雨雪云" for verb in ("吹", "刮")]
    learned = learn_tokenizer(texts * 5, TransplantVocabulary(size=100, max_piece_length=1), source)
    found = find_mixtures(source, learned, {"汤": ["soup"], "吹": ["cold"]}, texts=texts * 5)
    old, new = source.get_vocab(), learned.get_vocab()
    broth, blow = (found.mixtures[new[token]] or {} for token in ("羹", "刮"))
    assert found.rules[new["羹"]] == "neighbours"
    assert broth[old["soup"]] > 0.9
    assert blow[old["cold"]] > 0.9


def test_matching_leaves_the_dictionary_alone(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    found = find_mixtures(source, learned, DICTIONARY, initialisation="matching", texts=TEXTS)
    assert set(found.counts) <= {"matching", "pieces", "distribution"}
    assert found.rules[learned.get_vocab()["汤"]] == "distribution"
    assert found.rules[learned.get_vocab()["▁good"]] == "matching"


def test_distribution_draws_all_but_special_tokens(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    found = find_mixtures(source, learned, DICTIONARY, initialisation="distribution", texts=TEXTS)
    assert found.counts == {"special": 5, "distribution": len(learned) - 5}


def test_a_new_word_of_the_sources_script_is_the_mean_of_the_sources_pieces(source: PreTrainedTokenizerFast) -> None:
    learned = learn_tokenizer(["goods"] * 30, TransplantVocabulary(size=100), source)
    found = find_mixtures(source, learned, {}, initialisation="matching")
    old = source.get_vocab()
    assert found.mixtures[learned.get_vocab()["▁goods"]] == {old["good"]: 0.5, old["##s"]: 0.5}


@pytest.mark.parametrize(("name", "token"), [("bert", "film"), ("roberta", "Ġfilm"), ("xlm-roberta", "▁film")])
def test_words_match_across_families_whatever_their_case(family: Callable[[str], Path], name: str, token: str) -> None:
    old, cased = load_tokenizer(family(name)), load_tokenizer(family("deberta-v2"))
    learned = learn_tokenizer(["film, Film"] * 30, TransplantVocabulary(size=100), cased)
    found = find_mixtures(old, learned, {}, initialisation="matching")
    for word in ("▁film", "▁Film"):
        assert found.mixtures[learned.get_vocab()[word]] == {old.get_vocab()[token]: 1.0}
    assert found.mixtures[learned.cls_token_id] == {old.cls_token_id: 1.0}


def test_fragments_of_characters_do_not_make_a_word(family: Callable[[str], Path]) -> None:
    old = load_tokenizer(family("roberta"))
    learned = learn_tokenizer(TEXTS, TransplantVocabulary(size=100), old)
    found = find_mixtures(old, learned, {}, initialisation="matching")
    assert found.rules[learned.get_vocab()["汤"]] == "distribution"


def test_the_sources_own_tokens_keep_their_embeddings(source: PreTrainedTokenizerFast) -> None:
    table = torch.randn(len(source), 8)
    extended = extend_tokenizer(TEXTS, ExtendVocabulary(size=50), source)
    found = find_mixtures(source, extended, DICTIONARY, kept=len(source))
    embeddings = found.embeddings(table, seed=0)
    assert torch.equal(embeddings[: len(source)], table)
    assert torch.equal(embeddings[extended.get_vocab()["汤"]], table[source.get_vocab()["soup"]])
    assert found.counts["kept"] == len(source)
