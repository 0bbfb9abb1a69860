"""Holds texts out: the same ones for the same seed, and nothing of them left behind."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pipeline.data.columns import coded
from pipeline.data.labellings import Label
from pipeline.data.texts import Texts
from pipeline.data.wording import shortened
from pipeline.errors import DataError
from pipeline.messages import Message

Purpose = Literal["test", "development"]
_PURPOSES = {"test": Message("test"), "development": Message("development")}


def hold_out(
    texts: Texts, fraction: float, seed: int, *, by_label: bool = True, purpose: Purpose = "test"
) -> tuple[Texts, Texts]:
    """Divide texts in two; equal texts stay together.

    Args:
        texts: What to divide.
        fraction: Share of the distinct texts to hold out. At least one goes to either side.
        seed: The same seed gives the same division.
        by_label: Divide the texts of each label in this proportion; else all of them at random.
        purpose: What they are held out for, for the message.

    Returns:
        The rest and the held-out texts, both in the order they had.

    Raises:
        DataError: There are fewer than two different texts, or a label has.
    """
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - the page need not wait for it at its start

    firsts = texts.firsts
    strata = coded((texts.labels if by_label else None) or [""] * len(texts))
    held = [np.empty(0, np.int64)]
    for code in sorted(np.unique(strata.codes).tolist(), key=lambda code: str(strata.names[code])):
        members = firsts[strata.codes[firsts] == code]  # a text counts for the label that it has first
        if len(members) < 2:
            raise _too_few(strata.names[code], purpose)
        count = min(max(round(len(members) * fraction), 1), len(members) - 1)
        held.append(members[train_test_split(np.arange(len(members)), test_size=count, random_state=seed)[1]])
    chosen = np.isin(texts.marks, texts.marks[np.concatenate(held)])
    return texts.at(np.flatnonzero(~chosen)), texts.at(np.flatnonzero(chosen))


def _too_few(label: Label, purpose: Purpose) -> DataError:
    if label:
        return DataError(
            "Label “{label}” has fewer than two different texts, so none can be held out as {purpose} texts.",
            "Add texts with this label, remove it, or give a {purpose} file.",
            label=shortened(str(label)),
            purpose=_PURPOSES[purpose],
        )
    return DataError(
        "There are fewer than two different texts, so none can be held out as {purpose} texts.",
        "Add texts, or give a {purpose} file.",
        purpose=_PURPOSES[purpose],
    )
