"""Special tokens, and the order in which a text is framed by them, as the source model learned it."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from tokenizers import AddedToken, Tokenizer, processors
from transformers import PreTrainedTokenizerFast

#: What special tokens are called if the source has none for the role.
DEFAULTS = {
    "unk_token": "[UNK]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}

SpecialTokens = dict[str, str | AddedToken]


def special_tokens(tokenizer: PreTrainedTokenizerFast) -> SpecialTokens:
    """Role → special token, in the order of their indices; roles that an encoder needs are always there."""
    own = {role: token for role, token in tokenizer.special_tokens_map_extended.items() if not isinstance(token, list)}
    vocabulary = tokenizer.get_vocab()
    return dict(sorted({**DEFAULTS, **own}.items(), key=lambda item: vocabulary.get(str(item[1]), len(vocabulary))))


def frame(tokenizer: Tokenizer, source: PreTrainedTokenizerFast, special: SpecialTokens) -> PreTrainedTokenizerFast:
    """A tokenizer that gives a model its texts as ``source`` does.

    The same special tokens stand around a text and between two, token types and input names
    are the same, padding is on the right, and the padding token has the source's index:
    RoBERTa counts its positions from it.

    Args:
        tokenizer: Cuts texts into pieces.
        source: The model's own tokenizer.
        special: What the special tokens of each role are called in ``tokenizer``.
    """
    framed = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)  # adds those that are missing
    if source.pad_token_id is not None:
        seated = _seated(framed.backend_tokenizer, framed.pad_token, source.pad_token_id)
        framed = PreTrainedTokenizerFast(tokenizer_object=seated, **special)
    framed.backend_tokenizer.post_processor = _template(source, framed)
    return dressed(framed.backend_tokenizer, source, special)


def dressed(tokenizer: Tokenizer, source: PreTrainedTokenizerFast, special: SpecialTokens) -> PreTrainedTokenizerFast:
    """A bare tokenizer with the outward settings of ``source``."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=source.model_max_length,
        model_input_names=source.model_input_names,
        padding_side="right",
        truncation_side="right",
        **special,
    )


def adopt_tokenizer(other: PreTrainedTokenizerFast, source: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """Another model's tokenizer, which frames a text as ``source`` does."""
    special = special_tokens(other)
    for role in special_tokens(source).keys() - special.keys():  # RoBERTa's bos is its cls
        twin = next((r for r in DEFAULTS if getattr(source, r) == getattr(source, role)), None)
        if twin is not None:
            special[role] = special[twin]
    return frame(Tokenizer.from_str(other.backend_tokenizer.to_str()), source, special)


def _template(source: PreTrainedTokenizerFast, framed: PreTrainedTokenizerFast) -> processors.TemplateProcessing:
    """How the source frames one text and two, read off two letters."""
    names = {getattr(source, role): getattr(framed, role) for role in special_tokens(source)}
    single, pair = (
        _pattern(source(*texts, return_token_type_ids=True).encodings[0], names) for texts in (("a",), ("a", "b"))
    )
    return processors.TemplateProcessing(
        single=single,
        pair=pair,
        special_tokens=[(token, framed.convert_tokens_to_ids(token)) for token in set(names.values())],
    )


def _pattern(encoding: Any, names: dict[str, str]) -> list[str]:
    """Such as ``[CLS]:0 $A:0 [SEP]:0``; text that was cut into several pieces is one ``$A``."""
    entries = zip(encoding.sequence_ids, encoding.tokens, encoding.type_ids, strict=True)
    pattern: list[str] = []
    for sequence, group in groupby(entries, key=lambda entry: entry[0]):
        if sequence is None:
            pattern += [f"{names[token]}:{kind}" for _, token, kind in group]
        else:
            pattern.append(f"${'AB'[sequence]}:{next(group)[2]}")
    return pattern


def _seated(tokenizer: Tokenizer, token: str, index: int) -> Tokenizer:
    """The tokenizer with ``token`` at ``index``; what was there takes the token's place."""
    other, place = tokenizer.id_to_token(index), tokenizer.token_to_id(token)
    if other == token:
        return tokenizer
    document = json.loads(tokenizer.to_str())
    document["post_processor"] = None  # it names indices, and the source's takes its place
    swapped = {index: place, place: index}
    model = document["model"]
    if isinstance(model["vocab"], list):
        with_added_tokens(document)
        entries = model["vocab"]
        entries[index], entries[place] = entries[place], entries[index]
        model["unk_id"] = swapped.get(model["unk_id"], model["unk_id"])
    else:
        model["vocab"] |= {token: index, other: place}
    for entry in document["added_tokens"]:
        entry["id"] = swapped.get(entry["id"], entry["id"])
    return Tokenizer.from_str(json.dumps(document))


def with_added_tokens(document: dict[str, Any]) -> None:
    """Let a Unigram vocabulary list the tokens that were added behind it, where their indices say."""
    entries = document["model"]["vocab"]
    behind = sorted((entry["id"], entry["content"]) for entry in document["added_tokens"])
    entries += [[content, 0.0] for place, content in behind if place >= len(entries)]
