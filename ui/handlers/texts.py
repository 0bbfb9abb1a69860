"""The test texts that a filter leaves, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.analysis.filtering import KINDS, Kind, Wanted, wanted
from pipeline.errors import RunError
from pipeline.report import Example
from ui.handlers.chosen import Shown
from ui.text import say

PAGE_SIZE = 10


@dataclass(frozen=True)
class Asked:
    """Which texts somebody wants to see; see :class:`~pipeline.analysis.filtering.Wanted`.

    Attributes:
        kind: By what the models said of them.
        label: Their true label; empty: any.
        said: A label that some model gave them; empty: any.
        contains: What they contain; empty: anything.
        first: Name of the first model of the pair.
        second: Name of the second.
    """

    kind: Kind = "all"
    label: str | None = ""
    said: str | None = ""
    contains: str = ""
    first: str | None = None
    second: str | None = None


@dataclass(frozen=True)
class ExamplePage:
    """Some test texts, with their numbers in the report."""

    examples: Sequence[tuple[int, Example]]
    first: int  # counted from 0, of those that the filter leaves
    total: int

    @property
    def has_next(self) -> bool:
        """Whether there are more."""
        return self.first + len(self.examples) < self.total


def examples(shown: Shown, asked: Asked, first: int = 0, size: int = PAGE_SIZE) -> ExamplePage:
    """One page of the test texts that a filter leaves; ``first`` is brought into range."""
    kept = _numbers(shown, asked)
    last_start = max(0, (len(kept) - 1) // size * size)
    first = min(max(0, first), last_start)
    found = [(number, shown.report.examples[number]) for number in kept[first : first + size]]
    return ExamplePage(found, first, len(kept))


def counts(shown: Shown, asked: Asked) -> dict[Kind, int]:
    """How many test texts each kind leaves, the rest of the filter as it is."""
    return {kind: len(_numbers(shown, replace(asked, kind=kind))) for kind in kinds(shown)}


def kinds(shown: Shown) -> tuple[Kind, ...]:
    """The kinds of texts that there can be; without answers, all texts alone."""
    if not shown.labelled:
        return ("all",)
    return KINDS if len(shown.report.models) > 2 else tuple(kind for kind in KINDS if kind != "flips")


def example(shown: Shown, number: int) -> Example:
    """One of the test texts.

    Raises:
        RunError: There is no such text.
    """
    if not 0 <= number < len(shown.report.examples):
        raise RunError(say("compare.no_examples"), say("compare.no_examples_remedy"))
    return shown.report.examples[number]


def _numbers(shown: Shown, asked: Asked) -> list[int]:
    if not shown.labelled:
        sought = asked.contains.strip().lower()
        return [number for number, one in enumerate(shown.report.examples) if sought in one.text.lower()]
    first, second = shown.pair
    return wanted(
        shown.gathered,
        Wanted(
            kind=asked.kind,
            label=asked.label or "",
            said=asked.said or "",
            contains=asked.contains,
            first=shown.choice(asked.first, first),
            second=shown.choice(asked.second, second),
        ),
    ).tolist()
