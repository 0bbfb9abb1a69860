"""The texts that somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from pipeline.analysis.gathering import Choice, Gathered

Kind = Literal["disagree", "fixed", "broke", "wrong", "all"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Wanted:
    """Which texts.

    Attributes:
        kind: Where any two models differ; where the last model is right and the first is not (``fixed``), or the other
            way round (``broke``); where some model is wrong; or all.
        label: Only texts with this true label; empty: any.
        said: Only texts that some model gave this label; empty: any.
        contains: Only texts that contain this, whatever its capitals; empty: any.
    """

    kind: Kind = "all"
    label: str = ""
    said: str = ""
    contains: str = ""


def wanted(gathered: Gathered, asked: Wanted) -> np.ndarray:
    """Numbers of the texts, ascending; int64."""
    first, last = (gathered.answers[choice] for choice in _ends(gathered))
    right = np.stack([answers.right for answers in gathered.answers.values()])
    kinds = {
        "disagree": np.any([first.flips(other) for other in gathered.answers.values()], axis=0),
        "fixed": last.right & ~first.right,
        "broke": first.right & ~last.right,
        "wrong": ~right.all(axis=0),
        "all": np.ones(len(gathered.examples), bool),
    }
    kept = kinds[asked.kind]
    for label, given in ((asked.label, _true(gathered)), (asked.said, _given(gathered))):
        if label:
            kept = kept & np.array([label in labels for labels in given])
    if sought := asked.contains.strip().lower():
        kept = kept & np.array([sought in f"{one.text}\n{one.second}".lower() for one in gathered.examples])
    return np.flatnonzero(kept)


def _ends(gathered: Gathered) -> tuple[Choice, Choice]:
    choices = [*gathered.scores]
    return choices[0], choices[-1]


def _true(gathered: Gathered) -> list[set[str]]:
    return [{one.label} if isinstance(one.label, str) else {*one.label} for one in gathered.examples]


def _given(gathered: Gathered) -> list[set[str]]:
    """All labels that any model gave each text."""
    labels, offsets = [*gathered.truth.labels, ""], gathered.truth.offsets
    found: list[set[str]] = [set() for _ in gathered.examples]
    for answers in gathered.answers.values():
        for number, (start, end) in enumerate(pairwise(offsets.tolist())):
            said = answers.said[start:end]
            indices = np.flatnonzero(said[0]) if said.ndim > 1 else said
            found[number] |= {labels[index] for index in indices}
    return found
