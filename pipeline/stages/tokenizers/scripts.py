"""Scripts with and without spaces between words, and the mark that tells where a word begins.

Where words are written with spaces, a piece at a word's beginning is another token than the same
letters within a word (``▁in`` and ``in``). Where they are not, words have no place to be marked.
"""

from __future__ import annotations

import re

from tokenizers import Regex, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

#: Thai, Lao, Tibetan, Burmese, Khmer, kana and Han, as ranges of a character class.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
MARK = "▁"
_UNSPACED = re.compile(f"[{UNSPACED}]")
#: A longer run without spaces is cut: matching WordPiece takes time with the square of a run's length.
LONGEST_RUN = 64


def is_unspaced(text: str) -> bool:
    """Whether ``text`` begins in a script without spaces."""
    return bool(_UNSPACED.match(text))


def is_spaced(text: str) -> bool:
    """Whether ``text`` begins with a letter or digit of a script with spaces."""
    return text[:1].isalnum() and not is_unspaced(text)


def lowercases(tokenizer: PreTrainedTokenizerFast) -> bool:
    """Whether a tokenizer reads capitals as small letters."""
    normalizer = tokenizer.backend_tokenizer.normalizer
    return normalizer is not None and "a" in normalizer.normalize_str("A")


def normalizer(*, lowercase: bool, compatible: bool = True) -> normalizers.Normalizer:
    """What learned tokenizers do to a text first: accents stay, words of scripts with spaces get the mark.

    Args:
        lowercase: Whether capitals become small letters.
        compatible: Whether compatibility forms, such as full-width letters and punctuation, become
            the plain ones (NFKC), which the source model is more likely to know.
    """
    word = rf"[[\p{{L}}\p{{M}}\p{{N}}]&&[^{UNSPACED}]]"
    return normalizers.Sequence(
        [
            *([normalizers.NFKC()] if compatible else []),
            normalizers.BertNormalizer(handle_chinese_chars=False, strip_accents=False, lowercase=lowercase),
            normalizers.Replace(Regex(f"(?<!{word})(?={word})"), MARK),
        ]
    )


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """What learned tokenizers take for words: cut at spaces, punctuation, and between the two kinds of script."""
    run = pre_tokenizers.Split(Regex(f"[{UNSPACED}]{{1,{LONGEST_RUN}}}"), "isolated")
    return pre_tokenizers.Sequence([pre_tokenizers.BertPreTokenizer(), run])
