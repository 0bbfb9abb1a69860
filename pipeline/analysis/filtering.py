"""The texts that somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pipeline.analysis.gathering import Choice, Gathered

Kind = Literal["disagree", "flips", "fixed", "broke", "wrong", "all"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Wanted:
    """Which texts.

    Attributes:
        kind: Where any two models differ; of one pair, where the two differ (``flips``), where the second is right and
            the first is not (``fixed``), or the other way round (``broke``); where some model is wrong; or all.
        label: Only texts with this true label; empty: any.
        said: Only texts that some model gave this label; empty: any.
        contains: Only texts that contain this, whatever its capitals; empty: any.
        first: The first of the pair; the first model of all if none is given.
        second: The second of the pair; the last model of all if none is given.
    """

    kind: Kind = "all"
    label: str = ""
    said: str = ""
    contains: str = ""
    first: Choice | None = None
    second: Choice | None = None


def wanted(gathered: Gathered, asked: Wanted) -> np.ndarray:
    """Numbers of the texts, ascending; int64."""
    choices = [*gathered.scores]
    first, second = (gathered.answers[one] for one in (asked.first or choices[0], asked.second or choices[-1]))
    right = np.stack([answers.right for answers in gathered.answers.values()])
    kinds = {
        "disagree": np.any([first.flips(other) for other in gathered.answers.values()], axis=0),
        "flips": first.flips(second),
        "fixed": second.right & ~first.right,
        "broke": first.right & ~second.right,
        "wrong": ~right.all(axis=0),
        "all": np.ones(len(gathered.examples), bool),
    }
    kept = kinds[asked.kind]
    if asked.label:
        kept = kept & np.array([asked.label in labels for labels in gathered.true_labels])
    if asked.said:
        kept = kept & np.array([asked.said in labels for labels in gathered.given_labels])
    if asked.contains.strip():
        kept = kept & gathered.containing(asked.contains)
    return np.flatnonzero(kept)
