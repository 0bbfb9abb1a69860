"""Texts as sparse rows: TF-IDF of n-grams, chosen by how the script writes words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from typing_extensions import override

from pipeline.data.words import words_of

Columns = Mapping[str, Any]  # of a frozen split, or of a part of one
Arrays = dict[str, np.ndarray]

#: The n-grams of a kind that are kept, the most frequent ones.
LIMIT = 200_000
#: Tried on reviews and questions: where scripts put spaces, n-grams within words and words beside them are 2 to 6
#: points better than plain n-grams of characters; where they do not, longer n-grams than 3 add nothing.
SPACED: tuple[dict[str, Any], ...] = (
    {"analyzer": "char_wb", "ngram_range": (2, 5)},
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\w+|[^\w\s]"},
)
UNSPACED: tuple[dict[str, Any], ...] = ({"analyzer": "char", "ngram_range": (1, 3)},)


class Features(ABC):
    """What makes sparse rows of a split's columns, one a unit, and can be written down without pickle."""

    @abstractmethod
    def fit(self, columns: Columns) -> sp.csr_matrix:
        """Learn the vocabulary; float ``[units, features]``."""

    @abstractmethod
    def transform(self, columns: Columns) -> sp.csr_matrix:
        """The same for other texts, with the vocabulary learned."""

    @abstractmethod
    def state(self) -> tuple[Any, Arrays]:
        """All that was learned, as JSON and arrays."""

    @abstractmethod
    def restore(self, state: Any, arrays: Arrays) -> None:
        """Take back what :meth:`state` gave."""


class NGrams(Features):
    """N-grams of one text, or of a pair.

    A pair of texts ``u`` and ``v`` has the features of both and ``|u - v|``, by which a linear model sees
    what they share.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.vectorizers: list[TfidfVectorizer] = []

    @override
    def fit(self, columns: Columns) -> sp.csr_matrix:
        texts = [text for column in self.columns for text in columns[column]]
        self.vectorizers = [_vectorizer(kind) for kind in (SPACED if spaced(texts) else UNSPACED)]
        for vectorizer in self.vectorizers:
            vectorizer.fit(texts if any(map(str.strip, texts)) else ["?"])
        return self.transform(columns)

    @override
    def transform(self, columns: Columns) -> sp.csr_matrix:
        parts = [sp.hstack([each.transform(columns[name]) for each in self.vectorizers]) for name in self.columns]
        if len(parts) == 2:
            parts.append(abs(parts[0] - parts[1]))
        return sp.hstack(parts, format="csr").astype(np.float64, copy=False)

    @override
    def state(self) -> tuple[Any, Arrays]:
        kinds, arrays = [], {}
        for number, vectorizer in enumerate(self.vectorizers):
            options = vectorizer.get_params()
            kind = {name: options[name] for name in ("analyzer", "ngram_range", "token_pattern")}
            kinds.append({**kind, "terms": vectorizer.get_feature_names_out().tolist()})
            arrays[f"idf_{number}"] = vectorizer.idf_
        return kinds, arrays

    @override
    def restore(self, state: Any, arrays: Arrays) -> None:
        self.vectorizers = []
        for number, kind in enumerate(state):
            options = {**kind, "ngram_range": tuple(kind["ngram_range"])}
            vectorizer = _vectorizer(options, options.pop("terms"))
            vectorizer.idf_ = arrays[f"idf_{number}"]
            self.vectorizers.append(vectorizer)


def spaced(texts: Sequence[str]) -> bool:
    """Whether most words of some texts have several letters, as they have where spaces divide them."""
    words = [word for text in texts[:1000] for word in words_of(text) if word.isalpha()]
    return sum(len(word) > 1 for word in words) * 2 > len(words)


def _vectorizer(kind: dict[str, Any], terms: list[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(**kind, sublinear_tf=True, max_features=LIMIT, vocabulary=terms)
