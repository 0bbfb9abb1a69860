"""How well a tokenizer fits a text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from transformers import PreTrainedTokenizerFast

from pipeline.parts import parts
from pipeline.report import TokenizerFit


def fit(tokenizer: PreTrainedTokenizerFast, *texts: Sequence[str]) -> TokenizerFit:
    """How a tokenizer reads texts, together: unknown tokens, and pieces for each character."""
    pieces = unknown = characters = 0
    for part in chain.from_iterable(map(parts, texts)):
        encoded = tokenizer(part, add_special_tokens=False, verbose=False)["input_ids"]
        pieces += sum(map(len, encoded))
        unknown += sum(ids.count(tokenizer.unk_token_id) for ids in encoded)
        characters += sum(len(text.replace(" ", "")) for text in part)
    return TokenizerFit(
        vocabulary_size=len(tokenizer),
        unknown_rate=unknown / pieces if pieces else 0.0,
        pieces_per_character=pieces / characters if characters else 0.0,
    )
