"""From a text to its words, and from a word to the sub-word token that speaks for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from tokenizers import Encoding

#: Scripts that are tagged character by character: Chinese characters, and Japanese kana.
IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
IDEOGRAPH = re.compile(f"[{IDEOGRAPHS}]")
CHUNK = re.compile(f"[{IDEOGRAPHS}]|[^\\s{IDEOGRAPHS}]+")


def split(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end.

    Words stand between spaces; each Chinese character or kana is one by itself, and so is each
    mark at the edge of a word, as tagged corpora have it: ``"Is this Ada's?"`` has the words Is,
    this, Ada's and the question mark.
    """
    spans = []
    for found in CHUNK.finditer(text):
        start, end = found.span()
        first, last = start, end
        while first < end and _mark(text[first]):
            first += 1
        while last > first and _mark(text[last - 1]):
            last -= 1
        spans += [(place, place + 1) for place in range(start, first)]
        spans += [(first, last)] if first < last else []
        spans += [(place, place + 1) for place in range(last, end)]
    return spans


def join(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """A text of the given words, and where each stands; no space between two Chinese characters."""
    text, spans = "", []
    for word in words:
        if text and not (IDEOGRAPH.match(text[-1]) and IDEOGRAPH.match(word)):
            text += " "
        spans.append((len(text), len(text) + len(word)))
        text += word
    return text, spans


def first_pieces(encoding: Encoding, words: int) -> np.ndarray:
    """Position of each word's first token, int64 ``[words]``; -1 for a word that was cut off or has none."""
    positions = np.full(words, -1, np.int64)
    for position, word in reversed(list(enumerate(encoding.word_ids))):
        if word is not None:
            positions[word] = position
    return positions


def word_logits(encoding: Encoding, logits: np.ndarray, words: int) -> np.ndarray:
    """From the logits of tokens, ``[tokens, labels]``, those of words: float32 ``[words, labels]``, NaN if unseen."""
    positions = first_pieces(encoding, words)
    values = logits[np.maximum(positions, 0)].astype(np.float32)
    values[positions < 0] = np.nan
    return values


def _mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
