"""Tokens by the company they keep.

A token that neither a spelling nor a dictionary reaches takes the mean over tokens that are used
alike in the target text, weighted by likeness (Dobler and de Melo 2023, who measure likeness
between fastText vectors; here these are a truncated singular value decomposition of positive
pointwise mutual information between tokens, Levy et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.special import softmax
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

#: Tokens to either side that are company; width of the vectors; occurrences for a token to be judged by them.
WINDOW, WIDTH, SEEN = 2, 100, 5
#: How many tokens a mean is taken over, and how sharply likeness weighs in it.
NEAREST, TEMPERATURE = 100, 0.1


def usage_vectors(texts: Sequence[Sequence[int]], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The tokens that occur often enough, and unit vectors ``[tokens, WIDTH]`` that are close for those used alike."""
    gap = [-1] * WINDOW
    line = np.array([token for text in texts for token in (*text, *gap)], dtype=np.int64)
    found, often = np.unique(line[line >= 0], return_counts=True)
    tokens = found[often >= SEEN]
    size = len(tokens)
    if size < 2:
        return tokens, np.zeros((size, 1))
    places = np.searchsorted(tokens, line).clip(max=size - 1)
    places[tokens[places] != line] = -1
    counts = sparse.csr_matrix((size, size))
    for distance in range(1, WINDOW + 1):
        left, right = places[:-distance], places[distance:]
        within = (left >= 0) & (right >= 0)
        pairs = (np.ones(within.sum()), (left[within], right[within]))
        counts += sparse.csr_matrix(pairs, shape=(size, size))
    counts = (counts + counts.T).tocoo()
    company = np.asarray(counts.sum(0)).ravel()
    information = np.log(counts.data * counts.sum() / (company[counts.row] * company[counts.col]))
    positive = sparse.csr_matrix((np.maximum(information, 0), (counts.row, counts.col)), shape=(size, size))
    decomposition = TruncatedSVD(min(WIDTH, size - 1), random_state=seed)
    return tokens, normalize(decomposition.fit_transform(positive))


def alike(tokens: np.ndarray, vectors: np.ndarray, known: np.ndarray) -> dict[int, dict[int, float]]:
    """For each token that is not known, the known ones likest to it, with weights that sum to one.

    Args:
        tokens: As :func:`usage_vectors` gives them.
        vectors: Their vectors.
        known: Whether each token of the vocabulary is known.
    """
    judged = vectors.any(1)
    anchors, asked = np.flatnonzero(judged & known[tokens]), np.flatnonzero(judged & ~known[tokens])
    result = {}
    for place in asked if len(anchors) else ():
        likeness = vectors[anchors] @ vectors[place]
        nearest = np.argsort(-likeness, kind="stable")[:NEAREST]
        weights = softmax(likeness[nearest] / TEMPERATURE)
        result[int(tokens[place])] = dict(zip(tokens[anchors[nearest]].tolist(), weights.tolist(), strict=True))
    return result
