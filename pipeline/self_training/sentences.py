"""Which unlabelled sentences to take, and with what tags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import log_softmax

from pipeline.data.schemes import OUTSIDE, to_iob2
from pipeline.scores import Scores


def choose_sentences(
    scores: Scores, labels: list[str], taken: float, *, spans: bool
) -> tuple[np.ndarray, list[list[int] | None]]:
    """Take the sentences whose tags are surest, by the mean log-probability of their words' likeliest tags.

    Where tags spell entities, the share is taken of the sentences with an entity and of those without alike: a
    model is surest where it sees nothing, and would learn to see nothing.

    Args:
        scores: Of a model on the sentences.
        labels: The run's tags.
        taken: Share of the sentences to take. Those cut off by the model's length are never taken.
        spans: Whether tags spell entities; they are brought to IOB2 then.

    Returns:
        Indices of sentences, ascending; and the tags of every sentence, None where it has no words or was cut off.
    """
    surest = np.where(np.isnan(scores.values), -np.inf, log_softmax(np.nan_to_num(scores.values), axis=1)).max(axis=1)
    predicted = scores.predicted()
    tags: list[list[int] | None] = []
    confidence = np.full(len(scores), -np.inf)
    for index, (start, end) in enumerate(zip(scores.offsets[:-1], scores.offsets[1:], strict=True)):
        whole = end > start and (predicted[start:end] >= 0).all()
        tags.append(predicted[start:end].tolist() if whole else None)
        if whole:
            confidence[index] = surest[start:end].mean()
    if spans:
        tags = _repaired(tags, labels)
    entities = np.array(
        [spans and given is not None and any(labels[tag] != OUTSIDE for tag in given) for given in tags]
    )
    chosen: list[int] = []
    for group in (entities, ~entities):
        members = np.flatnonzero(group & np.isfinite(confidence))
        order = members[np.argsort(-confidence[members], kind="stable")]
        chosen += order[: round(taken * len(members))].tolist()
    return np.array(sorted(chosen), np.int64), tags


def distributions(
    probabilities: np.ndarray, offsets: np.ndarray, tags: Sequence[list[int] | None], indices: np.ndarray
) -> list[np.ndarray]:
    """How likely each tag is of each word of some sentences.

    Where a word's likeliest tag was repaired, all of its probability goes to the tag that it was brought to: inside an
    entity that nobody has begun a word can't be, and what spoke for it spoke for an entity of that type. So the
    likeliest tags spell the same entities as hard labels do, and the model stays as sure or unsure as it was.

    Args:
        probabilities: Of each tag, float ``[words, labels]``.
        offsets: The words of sentence ``i`` are ``offsets[i]:offsets[i + 1]``.
        tags: Of every sentence, as :func:`choose_sentences` gives them.
        indices: Which sentences.

    Returns:
        float ``[words, labels]`` for each sentence asked for.
    """
    found = []
    for index in indices:
        table = probabilities[offsets[index] : offsets[index + 1]].copy()
        words, likeliest = np.arange(len(table)), table.argmax(axis=1)
        repaired = words[likeliest != tags[index]]
        meant = np.asarray(tags[index], np.int64)[repaired]
        table[repaired, meant] += table[repaired, likeliest[repaired]]
        table[repaired, likeliest[repaired]] = 0
        found.append(table)
    return found


def _repaired(tags: list[list[int] | None], labels: list[str]) -> list[list[int] | None]:
    """Tags in IOB2: one that continues no entity begins one."""
    index = {label: number for number, label in enumerate(labels)}
    whole = [given for given in tags if given is not None]
    if not whole:
        return tags
    starts = np.cumsum([0, *map(len, whole[:-1])]).tolist()
    flat = [tag for given in whole for tag in given]
    repaired = iter(to_iob2([labels[tag] for tag in flat], starts).tags)
    return [None if given is None else [index.get(next(repaired), tag) for tag in given] for given in tags]
