"""Figures for pictures: label balance and lengths of each file, in bins that all files share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from pipeline.doctor.finding import Role
from pipeline.doctor.material import Material

Unit = Literal["characters", "pieces"]
BINS = 20
_WIDTHS = (1, 2, 5)


@dataclass(frozen=True)
class Histogram:
    """How long texts are.

    Attributes:
        unit: Of the lengths; pieces are tokens of the source's tokenizer, special ones included.
        edges: Of the bins, ascending from 0; the last bin also holds what is longer than its upper edge.
        counts: Role → texts in each bin, one fewer than edges.
        measured: Role → texts that were measured: all of them, or an even sample.
    """

    unit: Unit
    edges: tuple[int, ...]
    counts: dict[Role, tuple[int, ...]]
    measured: dict[Role, int]


@dataclass(frozen=True)
class Figures:
    """What pictures are drawn from.

    Attributes:
        labels: Role → label → texts with it (entities of the type, words with the tag), most frequent first.
        characters: Lengths in characters.
        pieces: Lengths in the source's tokens; without bins if its tokenizer is not at hand.
        max_length: Tokens that are kept of a text.
    """

    labels: dict[Role, dict[str, int]]
    characters: Histogram
    pieces: Histogram
    max_length: int

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def figures(material: Material) -> Figures:
    """The figures of all files that could be read."""
    characters = {sheet.role: [*map(len, sheet.texts)] for sheet in material.readable}
    pieces = {role: read.lengths for role, read in material.pieces.items()}
    return Figures(
        labels={sheet.role: sheet.inspection.label_counts for sheet in material.labelled if sheet.inspection},
        characters=histogram("characters", characters),
        pieces=histogram("pieces", pieces),
        max_length=material.data.max_length,
    )


def histogram(unit: Unit, lengths: Mapping[Role, Sequence[int]]) -> Histogram:
    """Lengths in about :data:`BINS` bins of a round width, which hold all but the longest hundredth.

    Args:
        unit: Of the lengths.
        lengths: Role → length of each text.
    """
    measured = {role: len(found) for role, found in lengths.items()}
    together = np.concatenate([np.empty(0), *(np.asarray(found) for found in lengths.values())])
    if not len(together):
        return Histogram(unit, (), {}, measured)
    width = _round_width(max(1.0, float(np.quantile(together, 0.99))) / BINS)
    count = max(1, int(np.ceil((np.quantile(together, 0.99) + 1) / width)))
    edges = np.arange(count + 1) * width
    counts = {
        role: tuple(np.bincount(np.minimum(np.asarray(found, int) // width, count - 1), minlength=count).tolist())
        for role, found in lengths.items()
    }
    return Histogram(unit, tuple(edges.tolist()), counts, measured)


def _round_width(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, … that is not below ``least``."""
    scale = 1
    while True:
        for width in _WIDTHS:
            if width * scale >= least:
                return width * scale
        scale *= 10
