"""Special tokens where the source model expects them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from pipeline.spec import TransplantVocabulary
from pipeline.stages.models import load_tokenizer
from pipeline.stages.tokenizers import adopt_tokenizer, learn_tokenizer
from pipeline.stages.tokenizers.spelling import SPECIAL_ROLES

FAMILIES = ["bert", "distilbert", "electra", "roberta", "xlm-roberta", "deberta-v2"]
TEXTS = ["好房", "汤"] * 20


def roles(tokenizer: PreTrainedTokenizerFast, *texts: str) -> tuple[list[str], list[int]]:
    """The special tokens of an encoded text or pair by role, a text of one token as ``text``; and token types."""
    encoded = tokenizer(*texts, return_token_type_ids=True)
    named = {getattr(tokenizer, f"{role}_id"): role for role in reversed(SPECIAL_ROLES)}
    return [named.get(index, "text") for index in encoded["input_ids"]], encoded["token_type_ids"]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_learned_tokenizer_frames_texts_as_the_source_does(family: Callable[[str], Path], name: str) -> None:
    source = load_tokenizer(family(name))
    learned = learn_tokenizer(TEXTS, TransplantVocabulary(size=100), source)
    known = source.tokenize("soup")[0].strip("▁Ġ") if name != "roberta" else "."
    assert roles(learned, "汤") == roles(source, known)
    assert roles(learned, "汤", "汤") == roles(source, known, known)
    assert learned.pad_token_id == source.pad_token_id
    assert learned.special_tokens_map == source.special_tokens_map
    assert learned.model_input_names == source.model_input_names
    assert learned.model_max_length == source.model_max_length
    assert (learned.padding_side, learned.truncation_side) == ("right", "right")


@pytest.mark.parametrize(
    ("source_name", "other_name"), [("bert", "xlm-roberta"), ("roberta", "bert"), ("bert", "roberta")]
)
def test_an_adopted_tokenizer_cuts_as_it_did_and_frames_as_the_source_does(
    family: Callable[[str], Path], tmp_path: Path, source_name: str, other_name: str
) -> None:
    source, other = load_tokenizer(family(source_name)), load_tokenizer(family(other_name))
    adopted = adopt_tokenizer(other, source)
    assert adopted.tokenize("good soup 汤 unheard") == other.tokenize("good soup 汤 unheard")
    assert len(adopted) == len(other)
    assert roles(adopted, ".", ".")[0].count("sep_token") == roles(source, ".", ".")[0].count("sep_token")
    assert set(roles(adopted, ".", ".")[1]) == set(roles(source, ".", ".")[1])
    assert adopted.pad_token == other.pad_token
    assert adopted.pad_token_id == source.pad_token_id  # RoBERTa counts positions from it
    assert adopted.model_input_names == source.model_input_names
    adopted.save_pretrained(tmp_path)
    assert load_tokenizer(tmp_path)("good soup", "汤")["input_ids"] == adopted("good soup", "汤")["input_ids"]
