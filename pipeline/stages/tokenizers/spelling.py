"""What a token spells, whichever way its tokenizer writes it.

Families mark a token's place in a word differently: WordPiece continues with ``##``, byte-level
BPE begins a word with ``Ġ`` and writes other scripts byte by byte, SentencePiece begins one with
``▁``, some BPE ends one with ``</w>``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from transformers import PreTrainedTokenizerFast
from transformers.models.gpt2.tokenization_gpt2 import bytes_to_unicode

from pipeline.stages.tokenizers.scripts import MARK, is_spaced

#: Roles that special tokens have, the first that applies; and that of a piece within a word.
SPECIAL_ROLES = ("cls_token", "sep_token", "pad_token", "unk_token", "mask_token", "bos_token", "eos_token")
CONTINUATION = "continuation"
#: A token that holds parts of characters, or is special without a role: it only matches the same token.
OPAQUE = "opaque"

_BYTES = {character: byte for byte, character in bytes_to_unicode().items()}


class Spelling(NamedTuple):
    """A token's role and bare characters.

    Attributes:
        role: Of a special token; ``continuation`` within a word of a script with spaces; ``opaque``; else empty.
        text: Its characters without marks.
    """

    role: str
    text: str

    @property
    def is_text(self) -> bool:
        """Whether the token stands for characters of a text, and whole ones."""
        return self.role in ("", CONTINUATION)


def spellings(tokenizer: PreTrainedTokenizerFast) -> list[Spelling]:
    """What each token spells, in the order of the indices.

    Special tokens match by their role, whatever they are called. Tokens of scripts without
    spaces have no role, wherever they stand.
    """
    vocabulary = tokenizer.get_vocab()
    read = _reader(tokenizer, vocabulary)
    result = [Spelling(OPAQUE, "")] * (max(vocabulary.values()) + 1)
    for token, index in vocabulary.items():
        result[index] = read(token)
    for index, added in tokenizer.added_tokens_decoder.items():
        result[index] = Spelling(OPAQUE if added.special else "", added.content.strip())
    for role in reversed(SPECIAL_ROLES):
        if (token := getattr(tokenizer, role)) is not None:
            result[vocabulary[token]] = Spelling(role, token)
    return result


def read_words(tokenizer: PreTrainedTokenizerFast, words: Sequence[str]) -> list[list[int]]:
    """The tokens that a tokenizer reads each word as, within a text.

    That is with a space before, if the word's script has spaces; else without the lone mark that
    SentencePiece puts at the beginning of a text.
    """
    if not words:
        return []
    within = [f" {word}" if is_spaced(word) else word for word in words]
    ids: list[list[int]] = tokenizer(within, add_special_tokens=False)["input_ids"]
    mark = tokenizer.get_vocab().get(MARK)
    return [tokens[1:] if len(tokens) > 1 and tokens[0] == mark else tokens for tokens in ids]


def _reader(tokenizer: PreTrainedTokenizerFast, vocabulary: dict[str, int]) -> Callable[[str], Spelling]:
    """How this tokenizer's tokens are to be read."""
    document = json.loads(tokenizer.backend_tokenizer.to_str())
    prefix = document["model"].get("continuing_subword_prefix") or ""
    suffix = document["model"].get("end_of_word_suffix") or ""
    if _mentions(document["pre_tokenizer"], "ByteLevel"):
        return _read_bytes
    marked = not prefix and any(token.startswith(MARK) and len(token) > 1 for token in vocabulary)

    def read(token: str) -> Spelling:
        if prefix and token.startswith(prefix) and len(token) > len(prefix):
            return _within(token.removeprefix(prefix))
        if marked and token.startswith(MARK) and len(token) > 1:
            return Spelling("", token.removeprefix(MARK))
        bare = token.removesuffix(suffix) or token
        return _within(bare) if marked else Spelling("", bare)

    return read


def _read_bytes(token: str) -> Spelling:
    try:
        text = bytes(_BYTES[character] for character in token).decode()
    except (KeyError, UnicodeDecodeError):
        return Spelling(OPAQUE, token)
    if not text.strip():
        return Spelling("", MARK if text == " " else text)
    return Spelling("", text[1:]) if text[0] == " " else _within(text)


def _within(text: str) -> Spelling:
    """A token that does not begin a word, if its script has words to begin."""
    return Spelling(CONTINUATION if is_spaced(text) else "", text)


def _mentions(part: Any, kind: str) -> bool:
    """Whether a part of a tokenizer, or one of the parts that it is made of, is of a kind."""
    if not isinstance(part, dict):
        return False
    return part["type"] == kind or any(_mentions(inner, kind) for inner in part.get("pretokenizers", ()))
