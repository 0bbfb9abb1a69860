"""Whether a graph labels texts as PyTorch does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from export.predictor import Predictor, Tokens


def equal_labels(trained: Path, made: Path, texts: Sequence[str]) -> tuple[int, int]:
    """Of how many texts a graph gives PyTorch's label, and of how many it was asked."""
    from export.reference import Reference  # noqa: PLC0415 - torch

    reference = Reference(trained, "text-classification")
    encoded = [Tokens(each.ids, each.type_ids) for each in reference.encode(texts)]
    expected, answered = (
        {row: int(logits.argmax()) for row, logits in model.outputs(encoded)} for model in (reference, Predictor(made))
    )
    return sum(expected[row] == answered[row] for row in expected), len(expected)
