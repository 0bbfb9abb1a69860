"""A closer look at the models that are shown: one against another, how sure they are, parts of the texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.crossing import crossed
from pipeline.analysis.cutting import CUTS, Cut, Part, cut
from pipeline.analysis.reliability import Bin, reliability
from ui.handlers.chosen import WHOLE, Shown


@dataclass(frozen=True)
class Crossed:
    """Two models' labels against each other.

    Attributes:
        first: Name of the model of the rows.
        second: Of the columns.
        counts: ``[label of the first][label of the second]``.
    """

    first: str
    second: str
    counts: list[list[int]]

    @property
    def differing(self) -> int:
        """How often the two differ."""
        table = np.array(self.counts)
        return int(table.sum() - np.trace(table))


def against(shown: Shown, first: str | None, second: str | None) -> Crossed | None:
    """Two of the models against each other; None where a text has not one label, or there is but one model."""
    if not shown.labelled or len(shown.report.models) < 2:
        return None
    one, other = (shown.choice(name, default) for name, default in zip((first, second), shown.pair, strict=True))
    found = crossed(shown.gathered, one, other)
    return None if found is None else Crossed(one.model, other.model, found.tolist())


def sureness(shown: Shown) -> dict[str, list[Bin]]:
    """Model → how often it is right where it is how sure; empty where a text has not one label."""
    if not shown.labelled:
        return {}
    found = {choice.model: reliability(shown.gathered, choice) for choice in shown.gathered.scores}
    return {name: bins for name, bins in found.items() if bins}


def cuts(shown: Shown) -> tuple[Cut, ...]:
    """The ways in which these texts can be cut."""
    if not shown.labelled:
        return ()
    return CUTS if shown.task.labelling == "one" else tuple(how for how in CUTS if how != "confidence")


def parts(shown: Shown, how: Cut, by: str | None = None, text: str = "") -> list[Part]:
    """The leading metric on parts of the texts; ``by`` is the model whose confidence is meant."""
    if how not in cuts(shown):
        return []
    return cut(shown.gathered, how, by=shown.choice(by, shown.pair[-1]), text=text)


def value(part: Part, model: str) -> float:
    """A part's leading metric under one model."""
    return next(found for choice, found in part.values.items() if (choice.run, choice.model) == (WHOLE, model))
