"""What a new token's embedding is made of: source tokens with weights that sum to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

Mixture = dict[int, float]


def evenly(tokens: Sequence[int]) -> Mixture:
    """The mean over source tokens; one that comes twice counts twice."""
    return blend([{token: 1.0} for token in tokens])


def blend(mixtures: Sequence[Mixture], weights: Sequence[float] | None = None) -> Mixture:
    """The weighted mean over mixtures."""
    weights = [1.0] * len(mixtures) if weights is None else weights
    total = sum(weights)
    result: defaultdict[int, float] = defaultdict(float)
    for mixture, weight in zip(mixtures, weights, strict=True):
        for token, share in mixture.items():
            result[token] += share * weight / total
    return dict(result)
