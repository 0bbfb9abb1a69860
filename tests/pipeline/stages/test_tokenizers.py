"""Learned tokenizers, and the transplant of embeddings."""

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from pipeline.demo import SAMPLES
from pipeline.errors import TrainingError
from pipeline.spec import TransplantVocabulary
from pipeline.stages.models import length_batches, load_tokenizer
from pipeline.stages.tokenizers import fit, learn_tokenizer, spelling
from pipeline.stages.vocabulary import transplant_embeddings

TEXTS = ["今天的汤很好喝", "屏幕坏了，声音也差", "房间很干净 good", "耳机声音清晰", "送餐太慢，汤都凉了"] * 4
DICTIONARY = {"汤": ["soup"], "好": ["good", "fine"], "声音": ["screen"], "干净": ["clean"], "清晰度": ["good"]}


@pytest.fixture(scope="module")
def source(tiny_model: Path) -> PreTrainedTokenizerFast:
    return load_tokenizer(tiny_model)


@pytest.fixture(scope="module")
def learned(source: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    return learn_tokenizer(TEXTS, TransplantVocabulary(size=150, max_piece_length=2), source, words=DICTIONARY)


def test_it_reads_its_own_text_and_frames_it_as_the_source_does(
    source: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    tokenizer = learn_tokenizer(TEXTS, TransplantVocabulary(size=150), source)
    ids = tokenizer(TEXTS[0])["input_ids"]
    assert (ids[0], ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.special_tokens_map == source.special_tokens_map
    tokenizer.save_pretrained(tmp_path)
    assert load_tokenizer(tmp_path)(TEXTS[0])["input_ids"] == ids
    assert fit(tokenizer, TEXTS).unknown_rate == 0


def test_known_words_become_tokens_while_there_is_room(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    assert {"汤", "声音", "干净"} <= set(learned.get_vocab())
    assert "清晰度" not in learned.get_vocab()  # longer than the longest piece
    assert {"清", "晰", "度"} <= set(learned.get_vocab())  # but its characters are known
    words = [f"词{chr(0x4E00 + number)}" for number in range(500)]
    assert len(learn_tokenizer(TEXTS, TransplantVocabulary(size=100), source, words=words)) == 100


def test_learning_twice_gives_the_same_tokenizer(source: PreTrainedTokenizerFast) -> None:
    texts = list((SAMPLES / "reviews.zh.unlabelled.txt").read_text(encoding="utf-8").splitlines())
    first, second = (learn_tokenizer(texts, TransplantVocabulary(size=4000), source) for _ in range(2))
    assert first.backend_tokenizer.to_str() == second.backend_tokenizer.to_str()


def test_too_small_a_vocabulary_says_what_to_raise(source: PreTrainedTokenizerFast) -> None:
    texts = ["".join(chr(0x4E00 + n) for n in range(start, start + 20)) for start in range(0, 400, 20)]
    with pytest.raises(TrainingError, match="vocabulary size"):
        learn_tokenizer(texts, TransplantVocabulary(size=100), source)


def test_embeddings_come_by_the_first_rule_that_applies(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    table = torch.randn(len(source), 8, generator=torch.Generator().manual_seed(0))
    embeddings, rules = transplant_embeddings(table, source, learned, DICTIONARY, seed=0)
    old, new = source.get_vocab(), learned.get_vocab()
    assert embeddings.shape == (len(learned), 8)
    assert torch.equal(embeddings[learned.cls_token_id], table[source.cls_token_id])
    assert torch.equal(embeddings[new["汤"]], table[old["soup"]])
    assert torch.allclose(embeddings[new["好"]], (table[old["good"]] + table[old["fine"]]) / 2)
    assert sum(rules.values()) == len(learned)
    assert set(rules) == {"matching", "dictionary", "parts", "distribution"}
    again, _ = transplant_embeddings(table, source, learned, DICTIONARY, seed=0)
    assert torch.equal(embeddings, again)


def test_a_piece_of_a_known_word_is_taken_from_the_words_it_is_part_of(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    table = torch.randn(len(source), 8)
    embeddings, _ = transplant_embeddings(table, source, learned, {"清晰度": ["good"]}, seed=0)
    piece = next(token for token in learned.get_vocab() if token in ("清", "晰", "清晰"))
    assert torch.equal(embeddings[learned.get_vocab()[piece]], table[source.get_vocab()["good"]])


def test_without_a_dictionary_nothing_is_claimed_to_come_from_one(
    learned: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast
) -> None:
    _, rules = transplant_embeddings(torch.randn(len(source), 8), source, learned, {}, seed=0)
    assert set(rules) <= {"matching", "distribution"}


def test_special_tokens_match_by_role_and_continuations_apart(source: PreTrainedTokenizerFast) -> None:
    assert spelling("[CLS]", source)[0] == "cls_token"
    assert spelling("##a", source) != spelling("a", source)
    assert spelling("Ġgood", source) == spelling("▁good", source) == spelling("good", source)


def test_batches_hold_every_text_once_within_the_budget() -> None:
    lengths = [5, 30, 1, 12, 30, 7, 100]
    batches = list(length_batches(lengths, budget=60))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= 60 for batch in batches)
