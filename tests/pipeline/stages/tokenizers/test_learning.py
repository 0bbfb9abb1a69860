"""Learned tokenizers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from transformers import PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.samples import FOLDER as SAMPLES
from pipeline.spec import TransplantVocabulary
from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import fit, learn_tokenizer
from pipeline.stages.tokenizers.learning import LEARNERS
from pipeline.stages.tokenizers.scripts import is_unspaced

TEXTS = ["今天的汤很好喝", "屏幕坏了，声音也差", "房间很干净 good", "耳机声音清晰", "送餐太慢，汤都凉了"] * 4
KINDS = list(LEARNERS)

AGAIN = """
import sys
from pathlib import Path
from pipeline.stages.models import load_tokenizer
sys.path.insert(0, sys.argv[1])
from test_learning import learned_hashes
print(*learned_hashes(load_tokenizer(Path(sys.argv[2]))))
"""


@pytest.fixture(scope="module")
def source(tiny_model: Path) -> PreTrainedTokenizerFast:
    return load_tokenizer(tiny_model)


def pieces(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    return [token for token in tokenizer.get_vocab() if token not in tokenizer.all_special_tokens]


def test_there_is_a_learner_for_every_kind() -> None:
    assert set(LEARNERS) == set(get_args(TransplantVocabulary.model_fields["tokenizer"].annotation))


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_its_own_text_in_fewer_pieces_than_characters(
    kind: str, source: PreTrainedTokenizerFast, tmp_path: Path, reviews: list[str]
) -> None:
    tokenizer = learn_tokenizer(reviews, TransplantVocabulary(tokenizer=kind, size=4000), source)
    assert len(tokenizer) <= 4000
    learned = fit(tokenizer, reviews)
    assert learned.unknown_rate == 0
    assert learned.pieces_per_character < 0.8
    tokenizer.save_pretrained(tmp_path)
    assert load_tokenizer(tmp_path)(reviews)["input_ids"] == tokenizer(reviews)["input_ids"]


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_of_scripts_without_spaces_are_short_and_words_of_others_whole(
    kind: str, source: PreTrainedTokenizerFast
) -> None:
    options = TransplantVocabulary(tokenizer=kind, size=300, max_piece_length=2)
    tokenizer = learn_tokenizer(["汤很好喝 refrigerator"] * 50, options, source)
    assert "▁refrigerator" in pieces(tokenizer)
    assert max(len(piece) for piece in pieces(tokenizer) if is_unspaced(piece)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_one_unknown_character_leaves_the_rest_readable(kind: str, source: PreTrainedTokenizerFast) -> None:
    tokenizer = learn_tokenizer(TEXTS, TransplantVocabulary(tokenizer=kind, size=150), source)
    tokens = tokenizer.convert_ids_to_tokens(tokenizer("声音龘很好", add_special_tokens=False)["input_ids"])
    assert tokens.count(tokenizer.unk_token) == 1
    assert "".join(tokens).replace(tokenizer.unk_token, "龘") == "声音龘很好"


def learned_hashes(source: PreTrainedTokenizerFast) -> list[str]:
    """Of the tokenizer.json that each kind learns."""
    texts = (SAMPLES / "reviews.zh.unlabelled.txt").read_text(encoding="utf-8").splitlines()
    options = [TransplantVocabulary(tokenizer=kind, size=2500) for kind in KINDS]
    learned = [learn_tokenizer(texts, option, source, words=["屏幕", "好吃"]) for option in options]
    return [hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest() for tokenizer in learned]


def test_learning_in_another_process_gives_the_same_tokenizers(
    source: PreTrainedTokenizerFast, tiny_model: Path
) -> None:
    """Byte for byte, whatever the order in which hash tables keep their entries."""
    command = [sys.executable, "-c", AGAIN, str(Path(__file__).parent), str(tiny_model)]
    environment = {**os.environ, "PYTHONHASHSEED": "20251", "PYTHONPATH": str(Path.cwd())}
    there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.split() == learned_hashes(source)


@pytest.mark.parametrize("kind", ["unigram", "wordpiece"])
def test_known_words_become_tokens_while_there_is_room(kind: str, source: PreTrainedTokenizerFast) -> None:
    words = ["味道", "好极了", "太贵"]
    options = TransplantVocabulary(tokenizer=kind, size=200, max_piece_length=2)
    tokenizer = learn_tokenizer(TEXTS, options, source, words=words)
    assert {"味道", "太贵"} <= set(pieces(tokenizer))
    assert "好极了" not in pieces(tokenizer)  # longer than the longest piece
    assert {"极", "贵"} <= set(pieces(tokenizer))  # but its characters are known
    many = [f"词{chr(0x4E00 + number)}" for number in range(500)]
    assert len(learn_tokenizer(TEXTS, options, source, words=many)) == 200


def test_bpe_knows_the_characters_of_known_words(source: PreTrainedTokenizerFast) -> None:
    tokenizer = learn_tokenizer(TEXTS, TransplantVocabulary(tokenizer="bpe", size=200), source, words=["味道"])
    assert {"味", "道"} <= set(pieces(tokenizer))


@pytest.mark.parametrize("kind", KINDS)
def test_a_size_left_open_is_that_at_which_pieces_are_frequent(
    kind: str, source: PreTrainedTokenizerFast, reviews: list[str]
) -> None:
    tokenizer = learn_tokenizer(reviews * 5, TransplantVocabulary(tokenizer=kind, size=None), source)
    used = Counter(index for ids in tokenizer(reviews * 5)["input_ids"] for index in ids)
    assert 500 <= len(tokenizer) <= 30_000
    assert fit(tokenizer, reviews).unknown_rate == 0
    if kind == "unigram":  # a piece of BPE may live on in longer ones alone
        counts = [used[index] for token, index in tokenizer.get_vocab().items() if len(token) > 1]
        assert min(count for count in counts if count) >= 20


def test_little_text_still_makes_a_small_vocabulary(source: PreTrainedTokenizerFast) -> None:
    tokenizer = learn_tokenizer(TEXTS, TransplantVocabulary(size=None), source)
    assert fit(tokenizer, TEXTS).unknown_rate == 0
    assert any(len(piece) > 1 for piece in pieces(tokenizer))


def test_too_small_a_vocabulary_goes_without_the_rarest_characters(source: PreTrainedTokenizerFast) -> None:
    texts = ["".join(chr(0x4E00 + n) for n in range(start, start + 20)) for start in range(0, 400, 20)]
    tokenizer = learn_tokenizer([*texts, texts[0]], TransplantVocabulary(size=100), source)
    assert len(tokenizer) <= 100
    assert tokenizer.unk_token_id not in tokenizer(texts[0])["input_ids"]


def test_capitals_are_kept_if_the_source_keeps_them(family: Callable[[str], Path]) -> None:
    for name, word in (("bert", "▁gut"), ("roberta", "▁Gut")):
        learned = learn_tokenizer(["Gut, gut"] * 5, TransplantVocabulary(size=100), load_tokenizer(family(name)))
        assert learned.tokenize("Gut")[0] == word


def test_blank_text_says_what_to_add(source: PreTrainedTokenizerFast) -> None:
    with pytest.raises(TrainingError, match="Add target text"):
        learn_tokenizer(["  ", ""], TransplantVocabulary(), source)
