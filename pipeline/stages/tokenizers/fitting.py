"""How well a tokenizer fits a text."""

from __future__ import annotations

from transformers import PreTrainedTokenizerFast

from pipeline.report import TokenizerFit


def fit(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> TokenizerFit:
    """How a tokenizer reads ``texts``: unknown tokens, and pieces for each character."""
    encoded = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"] if texts else []
    pieces = sum(map(len, encoded))
    unknown = sum(ids.count(tokenizer.unk_token_id) for ids in encoded)
    characters = sum(len(text.replace(" ", "")) for text in texts)
    return TokenizerFit(
        vocabulary_size=len(tokenizer),
        unknown_rate=unknown / pieces if pieces else 0.0,
        pieces_per_character=pieces / characters if characters else 0.0,
    )
