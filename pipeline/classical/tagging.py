"""Words as sparse rows: what a word looks like, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer
from typing_extensions import override

from pipeline.classical.features import Arrays, Columns, Features

#: Words from which on features must occur twice: most that occur once are names of nothing.
MANY_WORDS = 20_000
_EDGE = "·"


class WordFeatures(Features):
    """Each word, its neighbours up to two away, their n-grams, and how the word is spelled.

    The usual features of feature-based taggers (Ratnaparkhi 1996; Zhang and Johnson 2003): where a token is a
    single character, the n-grams of neighbours are those of characters.
    """

    def __init__(self) -> None:
        self.vectorizer = _vectorizer()

    @override
    def fit(self, columns: Columns) -> sp.csr_matrix:
        words = sum(map(len, columns["tokens"]))
        self.vectorizer = _vectorizer(min_df=2 if words >= MANY_WORDS else 1)
        return self.vectorizer.fit_transform(_described(columns["tokens"])).astype(np.float64)

    @override
    def transform(self, columns: Columns) -> sp.csr_matrix:
        if not any(map(len, columns["tokens"])):
            return sp.csr_matrix((0, len(self.vectorizer.get_feature_names_out())))
        return self.vectorizer.transform(_described(columns["tokens"])).astype(np.float64)

    @override
    def state(self) -> tuple[Any, Arrays]:
        return self.vectorizer.get_feature_names_out().tolist(), {}

    @override
    def restore(self, state: Any, arrays: Arrays) -> None:
        self.vectorizer = _vectorizer(vocabulary=state)


def shape(word: str) -> str:
    """What a word looks like: letters as ``X`` and ``x``, figures as ``9``, marks as they are, and no repeats."""
    kinds = ("X" if each.isupper() else "x" if each.isalpha() else "9" if each.isdigit() else each for each in word)
    return re.sub(r"(.)\1+", r"\1", "".join(kinds))


def describe(words: Sequence[str]) -> Iterator[list[str]]:
    """The features of each word of a sentence."""
    lower = [_EDGE, _EDGE, *map(str.lower, words), _EDGE, _EDGE]
    shapes = [_EDGE, *map(shape, words), _EDGE]
    for place, (word, form) in enumerate(zip(words, lower[2:], strict=False)):
        far_left, left, _, right, far_right = lower[place : place + 5]
        found = [
            f"0 {form}",
            f"-1 {left}",
            f"+1 {right}",
            f"-2 {far_left}",
            f"+2 {far_right}",
            f"-21 {far_left} {left}",
            f"-10 {left} {form}",
            f"01 {form} {right}",
            f"12 {right} {far_right}",
            f"-11 {left} {right}",
            f"-101 {left} {form} {right}",
            f"s {shapes[place + 1]}",
            f"s-10 {shapes[place]} {shapes[place + 1]}",
            f"s01 {shapes[place + 1]} {shapes[place + 2]}",
        ]
        if len(word) > 1:
            for length in range(1, min(4, len(form)) + 1):
                found += [f"p {form[:length]}", f"e {form[-length:]}"]
            marked = f"<{form}>"
            found += [f"g {marked[start : start + 3]}" for start in range(len(marked) - 2)]
        else:
            found += [f"-210 {far_left} {left} {form}", f"012 {form} {right} {far_right}"]
        yield found


def _described(sentences: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    for words in sentences:
        yield from describe(words)


def _as_is(features: list[str]) -> list[str]:
    return features


def _vectorizer(**options: Any) -> CountVectorizer:
    return CountVectorizer(analyzer=_as_is, binary=True, **options)
