"""More tokens for the source's tokenizer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import TrainingError
from pipeline.spec import ExtendVocabulary
from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import extend_tokenizer, fit

FAMILIES = ["bert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
ENGLISH = ["good soup, lovely room", "The driver's phone is broken!", "a film? a cake."]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_sources_own_text_is_read_as_before_and_the_targets_better(
    family: Callable[[str], Path], tmp_path: Path, reviews: list[str], name: str
) -> None:
    source = load_tokenizer(family(name))
    extended = extend_tokenizer(reviews, ExtendVocabulary(size=2000), source)
    extended.save_pretrained(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert len(source) < len(loaded) <= len(source) + 2000
    assert loaded(ENGLISH, ENGLISH)["input_ids"] == source(ENGLISH, ENGLISH)["input_ids"]
    before, after = fit(source, reviews), fit(loaded, reviews)
    assert after.unknown_rate < 0.05  # what occurs once stays unknown
    assert after.unknown_rate < before.unknown_rate or after.pieces_per_character < before.pieces_per_character / 2
    assert loaded.special_tokens_map == source.special_tokens_map
    assert loaded.model_input_names == source.model_input_names


@pytest.mark.parametrize("name", FAMILIES)
def test_chinese_is_cut_into_pieces_without_marks_between(family: Callable[[str], Path], name: str) -> None:
    texts = ["汤很好喝", "声音很好", "汤和声音"] * 30
    extended = extend_tokenizer(texts, ExtendVocabulary(size=100, max_piece_length=2), load_tokenizer(family(name)))
    tokens = extended.convert_ids_to_tokens(extended("声音和汤很好喝", add_special_tokens=False)["input_ids"])
    assert "".join(tokens).removeprefix("▁") == "声音和汤很好喝"
    assert "声音" in tokens
    assert max(map(len, tokens)) == 2


@pytest.mark.parametrize("name", FAMILIES)
def test_added_words_are_whole_words(family: Callable[[str], Path], name: str) -> None:
    extended = extend_tokenizer(["die kunst lebt"] * 30, ExtendVocabulary(size=10), load_tokenizer(family(name)))
    kunst = extended.get_vocab()["kunst"]
    assert kunst in extended("kunst lebt")["input_ids"]
    assert kunst in extended("die kunst, ja")["input_ids"]
    assert kunst not in extended("die kunstler")["input_ids"]
    spaces = {extended.get_vocab().get(space) for space in ("▁", "Ġ")}
    assert not spaces & set(extended("die kunst lebt", add_special_tokens=False)["input_ids"])


def test_no_more_is_added_than_was_asked_for_and_what_is_used_most(family: Callable[[str], Path]) -> None:
    source = load_tokenizer(family("bert"))
    extended = extend_tokenizer(["汤"] * 90 + ["面"] * 60 + ["饭"] * 30, ExtendVocabulary(size=2), source)
    assert set(extended.get_vocab()) - set(source.get_vocab()) == {"汤", "面"}


def test_what_the_source_reads_well_is_not_added(family: Callable[[str], Path]) -> None:
    with pytest.raises(TrainingError, match="Keep the source's vocabulary"):
        extend_tokenizer(["good soup", "lovely room"] * 30, ExtendVocabulary(), load_tokenizer(family("xlm-roberta")))


def test_thousands_of_tokens_do_not_slow_reading_down(family: Callable[[str], Path]) -> None:
    texts = [chr(0x4E00 + number) * 2 for number in range(2000)]
    extended = extend_tokenizer(texts * 2, ExtendVocabulary(size=4000), load_tokenizer(family("bert")))
    assert len(extended) > 2000
    began = time.perf_counter()
    extended(["".join(texts[start : start + 20]) for start in range(0, 2000, 2)])
    assert time.perf_counter() - began < 5  # 40,000 characters
