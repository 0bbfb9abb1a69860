"""Memory and disk: from what a measured step held to what the run will hold. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from pipeline.spec import ExportSpec, ExtendVocabulary, RunSpec, TransplantVocabulary, VariantName

FLOAT = 4  # bytes
#: Bytes of a learning parameter besides its weight: its gradient and AdamW's two moments.
LEARNING = 3 * FLOAT
#: Tokens that a size chosen from the text was seen to have.
CHOSEN_SIZE = 4000
#: How many times the model's weights each variant of an export holds. The repairs of int8 may leave most in float32.
HELD_BY: dict[VariantName, float] = {
    **dict.fromkeys(get_args(VariantName), 1.0),
    **dict.fromkeys(("int8", "int8-static"), 0.9),
    **dict.fromkeys(("O4", "fp16"), 0.6),
}
KEPT_CHECKPOINTS = 2


@dataclass(frozen=True)
class Peak:
    """Main memory of the measuring process, in bytes.

    Attributes:
        before: With the model loaded, before the first step.
        after: The most that it held.
        learning: Parameters that learned.
    """

    before: int
    after: int
    learning: int

    @property
    def activations(self) -> int:
        """What the batch itself took."""
        return max(0, self.after - self.before - LEARNING * self.learning)


def vocabulary_size(spec: RunSpec, own: int) -> int:
    """Tokens of the transferred model.

    Args:
        spec: The run.
        own: Tokens of the source model.
    """
    vocabulary = spec.recipe.vocabulary
    if isinstance(vocabulary, ExtendVocabulary):
        return own + vocabulary.size
    if isinstance(vocabulary, TransplantVocabulary):
        return vocabulary.size or CHOSEN_SIZE
    return own  # an adopted one's size is not known before it is read; those of models are of like size


def export_factor(export: ExportSpec) -> float:
    """Disk of an export, in times the model's weights."""
    return sum(HELD_BY[variant] for variant in export.variants)
