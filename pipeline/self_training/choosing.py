"""Which unlabelled texts to take, and as what: the surest of each label, by rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
from scipy.special import expit, logsumexp

#: What a label gets at least, as a share of its equal part, where the model has seen no target label: it may then
#: lean to one side so far that it hardly knows another.
LEAST_SHARE = 0.5
#: Texts that a group needs for its labels to be told apart within it.
SMALLEST_GROUP = 50


def log_odds(logits: np.ndarray) -> np.ndarray:
    """The log-odds of each label against all others, from logits ``[texts, labels]``."""
    values = np.asarray(logits, np.float64)
    if values.shape[1] == 1:
        return np.zeros_like(values)
    others = [logsumexp(np.delete(values, label, axis=1), axis=1) for label in range(values.shape[1])]
    return values - np.stack(others, axis=1)


def proportions(logits: np.ndarray, kind: Literal["predicted", "equal"], *, floor: bool) -> np.ndarray:
    """The share of each label in what is taken, ``[labels]``; sums to 1.

    ``predicted`` is the share of the pool that the model gives each label. The shares among target labels are
    not asked: these are often drawn by label, and say nothing of the pool.

    Args:
        logits: Of the pool, ``[texts, labels]``.
        kind: Predicted, or equal.
        floor: Whether each label gets at least :data:`LEAST_SHARE` of an equal part.
    """
    labels = logits.shape[1]
    if kind == "equal" or not len(logits):
        return np.full(labels, 1 / labels)
    shares = np.bincount(logits.argmax(axis=1), minlength=labels) / len(logits)
    return _raised(shares, LEAST_SHARE / labels) if floor else shares


def fraction(number: int, rounds: int, first: float, last: float) -> float:
    """The share of the pool that round ``number`` of ``rounds`` takes: it grows linearly; one alone takes the last."""
    return last if rounds == 1 else first + (last - first) * (number - 1) / (rounds - 1)


def numbered(groups: Iterable[str]) -> np.ndarray:
    """The number of each text's group, ``[texts]``; groups too small to tell labels within are put together."""
    found: dict[str, int] = {}
    numbers = np.fromiter((found.setdefault(str(group), len(found)) for group in groups), np.int64)
    ranks = np.empty(len(found), np.int64)
    ranks[[found[name] for name in sorted(found)]] = np.arange(len(found))
    numbers = ranks[numbers]
    sizes = np.bincount(numbers)
    return np.where(sizes[numbers] < SMALLEST_GROUP, -1, numbers)


def choose(
    odds: np.ndarray, shares: np.ndarray, taken: float, groups: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Take the surest texts of each label, of all texts or of each group of them.

    A model may take what a text is about for its label: whole categories of goods are bad to it. Within one of
    them it still ranks well. So each group, if there are any, gives the same share of each label.

    Args:
        odds: Log-odds ``[texts, labels]``.
        shares: Of the labels, ``[labels]``.
        taken: Share of the texts to take.
        groups: The number of each text's group, ``[texts]``; None: all are one.

    Returns:
        Indices of texts, ascending, and the label of each; int64.
    """
    found = np.full(len(odds), -1)
    for members in _members(len(odds), groups):
        found[members] = _chosen(odds[members], shares, taken)
    indices = np.flatnonzero(found >= 0)
    return indices, found[indices]


def balanced(odds: np.ndarray, shares: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Probabilities of texts of which about these shares are likeliest to have each label, ``[texts, labels]``.

    What is learned as probabilities leans to one label as the model does, however well the labels are balanced
    by which texts are taken. So the odds of each label are moved until it has its share; not at all where it has.

    Args:
        odds: Log-odds ``[texts, labels]``.
        shares: Of the labels, ``[labels]``.
        groups: The number of each text's group, ``[texts]``, which each have these shares; None: all are one.
    """
    moved = np.array(odds, np.float64)
    for members in _members(len(odds), groups):
        counts = _rounded(shares, len(members))
        if (np.bincount(moved[members].argmax(axis=1), minlength=len(shares)) != counts).any():
            moved[members] -= thresholds(moved[members], counts)
    found = expit(moved)
    return found / found.sum(axis=1, keepdims=True)


def thresholds(odds: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Above what so many texts have each label, ``[labels]``.

    It is 0 where that does, else in the middle between the last text that has the label and the first that has not, or
    half a unit from the one where there is no other near.

    Args:
        odds: Of each label, float ``[texts, labels]``.
        counts: How many texts are to have it, ``[labels]``; ones that tie with those beyond have not.
    """
    found = np.zeros(odds.shape[1])
    for label, count in enumerate(counts):
        ordered = np.sort(odds[:, label])[::-1]
        least = ordered[count - 1] if count else np.inf
        most = ordered[count] if count < len(ordered) else -np.inf
        if least <= 0:
            found[label] = (least + max(most, least - 1)) / 2
        elif most > 0:
            found[label] = (most + min(least, most + 1)) / 2
    return found


def _members(texts: int, groups: np.ndarray | None) -> Iterator[np.ndarray]:
    """The texts of each group; all of them where there are none."""
    if groups is None:
        yield np.arange(texts)
        return
    for group in np.unique(groups):
        yield np.flatnonzero(groups == group)


def _chosen(odds: np.ndarray, shares: np.ndarray, taken: float) -> np.ndarray:
    """The label of each text ``[texts]``; -1 where it is not taken.

    Texts are ranked for each label by its log-odds, and a rank counts relative to the label's share. So a
    model that leans to one label does not take all texts for it. A text goes to the label for which it ranks best
    that still has room.
    """
    texts, labels = odds.shape
    room = _rounded(shares, round(taken * texts))
    ranks = np.empty((texts, labels))
    for label in range(labels):
        ranks[np.argsort(-odds[:, label], kind="stable"), label] = np.arange(1, texts + 1)
    with np.errstate(divide="ignore"):
        relative = np.where(room > 0, ranks / shares, np.inf).ravel()
    found = np.full(texts, -1)
    left = int(room.sum())
    for place in _numbers(np.argsort(relative, kind="stable")):
        if not left:
            break
        text, label = divmod(place, labels)
        if found[text] < 0 and room[label]:
            found[text] = label
            room[label] -= 1
            left -= 1
    return found


def _numbers(values: np.ndarray, at_once: int = 100_000) -> Iterator[int]:
    """Whole numbers as Python's, of which a pool of millions has too many to hold."""
    for start in range(0, len(values), at_once):
        yield from values[start : start + at_once].tolist()


def _raised(shares: np.ndarray, least: float) -> np.ndarray:
    """Shares of at least ``least``; what that takes comes from the others, in proportion."""
    low = np.zeros(len(shares), bool)
    while True:
        rest = shares[~low].sum()
        scaled = np.where(low, least, shares / max(rest, 1e-12) * (1 - least * low.sum()))
        if not (scaled < least - 1e-12).any():
            return scaled
        low |= scaled < least


def _rounded(shares: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to shares that sum to ``total``: the largest remainders are rounded up."""
    exact = shares / shares.sum() * total
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: total - whole.sum()]] += 1
    return whole
