"""Words and texts: how a text falls into words, and how words make a text again, whatever the script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

#: Scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana and Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
_MARKS = r"!\"#$%&()*+,./:;<=>?@\[\\\]^`{|}~\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff00-\uff65\u0964¡¿«»·"
_WORD = re.compile(rf"[{_UNSPACED}]|[{_MARKS}]|[^\s{_UNSPACED}{_MARKS}]+")
_RUN = re.compile(rf"[{_UNSPACED}]+")
_UNJOINED = re.compile(rf"[{_UNSPACED}\u3000-\u303f\uff00-\uff65“”‘’…—]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
LONGEST_RUN = 4  # characters of a word in a script without spaces
_PIECE = 100  # characters


def folded(text: str) -> str:
    """A text without the differences of case and of form (NFKC) between equal characters.

    Putting marks above letters in order takes time that grows with the square of their number, so that a text of
    marks alone would stop the machine; a long one is brought to its form piece by piece.
    """
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize("NFKC", piece) for piece in pieces).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """Divide a text at white space and punctuation; scripts without spaces fall into characters."""
    return tuple(_WORD.findall(text))


def joined(words: str | Sequence[str]) -> str:
    """Words as a text, with spaces where the script has them; a text stays as it is."""
    if isinstance(words, str):
        return words
    parts = list(words[:1])
    for before, word in pairwise(words):
        if not (_UNJOINED.match(word) or _UNJOINED.match(before[-1:])):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def vocabulary(texts: Iterable[str]) -> set[str]:
    """All that may be a word of the texts, in lower case.

    In scripts without spaces that is every run of up to :data:`LONGEST_RUN` characters.
    """
    found: set[str] = set()
    for text in texts:
        lowered = text.casefold()
        found.update(_WORD.findall(lowered))
        for run in _RUN.findall(lowered):
            for length in range(2, LONGEST_RUN + 1):
                found.update(run[start : start + length] for start in range(len(run) - length + 1))
    return found
