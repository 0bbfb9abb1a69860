"""Holds out a test set: by label, the same for the same seed, and nothing of it left behind."""

from __future__ import annotations

from sklearn.model_selection import train_test_split

from pipeline.data.texts import Texts
from pipeline.errors import DataError


def hold_out(texts: Texts, fraction: float, seed: int) -> tuple[Texts, Texts]:
    """Divide texts in two, each label in the same proportion; equal texts stay together.

    At least one distinct text of each label goes to either side, however small the fraction.

    Args:
        texts: What to divide.
        fraction: Share of each label's distinct texts to hold out.
        seed: The same seed gives the same division.

    Returns:
        The rest and the held-out texts, both in the order they had.

    Raises:
        DataError: A label has fewer than two different texts.
    """
    labels = texts.labels or [""] * len(texts)
    first_label: dict[str, str] = {}
    for text, label in zip(texts.texts, labels, strict=True):
        first_label.setdefault(text, label)
    distinct: dict[str, list[str]] = {label: [] for label in sorted(set(labels))}
    for text, label in first_label.items():
        distinct[label].append(text)
    held: set[str] = set()
    for label, members in distinct.items():
        if len(members) < 2:
            raise DataError(
                f"Label “{label}” has fewer than two different texts, so none can be held out for testing.",
                "Add texts with this label, remove it, or give a test file.",
            )
        count = min(max(round(len(members) * fraction), 1), len(members) - 1)
        held.update(train_test_split(members, test_size=count, random_state=seed)[1])
    return (
        texts.at(place for place, text in enumerate(texts.texts) if text not in held),
        texts.at(place for place, text in enumerate(texts.texts) if text in held),
    )
