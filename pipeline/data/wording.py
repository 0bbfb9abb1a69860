"""Numbers and names as they stand in messages."""

from __future__ import annotations

from collections.abc import Sequence

MOST_SHOWN = 10


def counted(count: int, noun: str) -> str:
    """A number with its noun: ``1 row``, ``1,200 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def quoted(names: Sequence[str]) -> str:
    """Names, the first ten of them."""
    return ", ".join(f"“{name}”" for name in names[:MOST_SHOWN]) + (" and others" if len(names) > MOST_SHOWN else "")


def placed(noun: str, numbers: Sequence[int]) -> str:
    """Where something is, the first ten places: ``rows 3, 7``."""
    shown = ", ".join(map(str, numbers[:MOST_SHOWN])) + (", …" if len(numbers) > MOST_SHOWN else "")
    return f"{noun} {shown}" if len(numbers) == 1 else f"{noun}s {shown}"
