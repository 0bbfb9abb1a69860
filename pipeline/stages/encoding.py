"""From texts to the rows that models learn from: token ids, and labels beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from tokenizers import pre_tokenizers
from transformers import (
    DataCollatorForLanguageModeling,
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerFast,
)

#: Columns of some rows: name → one value a row.
Columns = dict[str, list[Any]]
#: Makes a batch of encoded rows, padded on the right: name → tensor ``[rows, …]``.
Collate = Callable[[list[dict[str, Any]]], Any]

#: transformers' label of a token that is no unit.
IGNORED = -100
#: What a model is not told.
ANSWERS = ("labels", "weight")
#: Column with the token at which each word of a text begins; -1 for a word that has none.
WORD_STARTS = "word_starts"


def encode_texts(columns: Columns, tokenizer: PreTrainedTokenizerFast) -> Columns:
    """Texts or pairs of texts, cut at the tokenizer's limit."""
    halves = [columns[name] for name in ("text", "second") if name in columns]
    return _model_inputs(tokenizer(*halves, truncation=True), tokenizer)


def encode_words(columns: Columns, tokenizer: PreTrainedTokenizerFast) -> Columns:
    """Texts that are given word by word; :data:`WORD_STARTS` leads back from tokens to words.

    A word has no token of its own if it lies beyond the limit, or if the tokenizer drops all its characters.
    """
    _accept_words(tokenizer)
    encoded = tokenizer(columns["tokens"], is_split_into_words=True, truncation=True)
    starts = []
    for row, words in enumerate(columns["tokens"]):
        first = [-1] * len(words)
        for position, word in reversed(list(enumerate(encoded.word_ids(row)))):
            if word is not None:
                first[word] = position
        starts.append(first)
    return {**_model_inputs(encoded, tokenizer), WORD_STARTS: starts}


def encode_for_masking(columns: Columns, tokenizer: PreTrainedTokenizerFast, *, windows: bool = False) -> Columns:
    """Texts of any task, for masked LM: what is no target, because it is special or unknown, is marked.

    Args:
        columns: ``tokens``, or ``text`` and perhaps ``second``, which counts as a text of its own.
        tokenizer: Of the model.
        windows: Whether a text beyond the limit goes on in further rows, instead of being cut.
    """
    words = "tokens" in columns
    if words:
        _accept_words(tokenizer)
        texts = columns["tokens"]
    else:
        texts = [text for name in ("text", "second") for text in columns.get(name, ())]
    encoded = tokenizer(texts, is_split_into_words=words, truncation=True, return_overflowing_tokens=windows)
    found = _model_inputs(encoded, tokenizer)
    special = set(tokenizer.all_special_ids)
    found["special_tokens_mask"] = [[int(token in special) for token in ids] for ids in found["input_ids"]]
    return found


def align(encoded: Columns, tags: list[list[int]]) -> list[list[int]]:
    """Words' tags as tokens' labels: a word's tag at its first piece, :data:`IGNORED` elsewhere."""
    rows = []
    for ids, starts, given in zip(encoded["input_ids"], encoded[WORD_STARTS], tags, strict=True):
        row = [IGNORED] * len(ids)
        for start, tag in zip(starts, given, strict=True):
            if start >= 0:
                row[start] = tag
        rows.append(row)
    return rows


def align_distributions(encoded: Columns, distributions: list[list[list[float]]]) -> list[list[list[float]]]:
    """How likely each tag is of the words that have a first piece, in their order; of other tokens nothing is known."""
    return [
        [shares for start, shares in zip(starts, given, strict=True) if start >= 0]
        for starts, given in zip(encoded[WORD_STARTS], distributions, strict=True)
    ]


def collate_texts(tokenizer: PreTrainedTokenizerFast) -> Collate:
    """Pads texts that have labels as a whole."""
    return _only(tokenizer, ANSWERS, DataCollatorWithPadding(tokenizer))


def collate_words(tokenizer: PreTrainedTokenizerFast) -> Collate:
    """Pads texts that have a label at each token, or a distribution at each word's first.

    Of distributions ``labels`` are float ``[rows, tokens, labels]``: zeros where no word begins.
    """
    indices = _only(tokenizer, ANSWERS, DataCollatorForTokenClassification(tokenizer))
    padded = _only(tokenizer, ("weight",), DataCollatorWithPadding(tokenizer))

    def collate(rows: list[dict[str, Any]]) -> Any:
        count = max(map(_distributed, rows))
        if not count:
            return indices(rows)
        batch = padded(rows)
        batch["labels"] = torch.zeros(*batch["input_ids"].shape, count)
        for number, row in enumerate(rows):
            starts = [start for start in row[WORD_STARTS] if start >= 0]
            if starts:
                batch["labels"][number, starts] = torch.tensor(row["labels"])
        return batch

    return collate


def collate_masked(tokenizer: PreTrainedTokenizerFast, probability: float = 0.15, seed: int | None = None) -> Collate:
    """Masks tokens as BERT does (Devlin et al. 2019), and pads; ``labels`` are :data:`IGNORED` elsewhere.

    Args:
        tokenizer: Of the model.
        probability: Share of the tokens to be guessed.
        seed: Of a generator of its own, above 0; None: torch's generator draws.
    """
    mask = DataCollatorForLanguageModeling(tokenizer, mlm_probability=probability, seed=seed)
    return _only(tokenizer, ("special_tokens_mask",), mask)


def _distributed(row: dict[str, Any]) -> int:
    """Over how many labels the words of a row have distributions; 0 if they have tags, or there are none."""
    first = next(iter(row.get("labels", ())), None)
    return len(first) if isinstance(first, list) else 0


def _only(tokenizer: PreTrainedTokenizerFast, more: tuple[str, ...], collate: Collate) -> Collate:
    """``collate`` on what the model reads and ``more``; what else a row holds is left out."""
    names = (*tokenizer.model_input_names, *more)
    return lambda rows: collate([{name: row[name] for name in names if name in row} for row in rows])


def _model_inputs(encoded: Any, tokenizer: PreTrainedTokenizerFast) -> Columns:
    return {name: encoded[name] for name in tokenizer.model_input_names if name in encoded}


def _accept_words(tokenizer: PreTrainedTokenizerFast) -> None:
    """Have a byte-level tokenizer read each word as after a space, as in running text; RoBERTa's insists on it."""
    backend = tokenizer.backend_tokenizer
    if not tokenizer.add_prefix_space and isinstance(backend.pre_tokenizer, pre_tokenizers.ByteLevel):
        splitter = backend.pre_tokenizer
        splitter.add_prefix_space = True
        backend.pre_tokenizer = splitter
        tokenizer.add_prefix_space = tokenizer.init_kwargs["add_prefix_space"] = True
