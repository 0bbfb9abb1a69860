"""What the figures of ``benchmarks.inference`` should be: one table."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.embedded import MEMBERS


@dataclass(frozen=True)
class Goal:
    """A figure and what it should be.

    Attributes:
        said: What the figure is.
        limit: At least so much, or at most.
        least: Whether it is at least.
        share: Whether it is a share of 1 rather than a ratio.
    """

    said: str
    limit: float
    least: bool = True
    share: bool = False

    def judged(self, found: float) -> str:
        """The figure beside its goal."""
        reached = found >= self.limit if self.least else found <= self.limit
        bound = f"{'≥' if self.least else '≤'} {self._written(self.limit)}"
        return f"| {self.said} | {self._written(found)} | {bound} | {'reached' if reached else 'missed'} |"

    def _written(self, value: float) -> str:
        return f"{value:.1%}" if self.share else f"{value:.2f} ×"


#: Figure → its goal. With four of six layers shared a bag of five runs 14 layers where one model runs 6: no less than
#: 2.33 ×, so that it stands among the details only.
GOALS: dict[str, Goal] = {
    "one": Goal("one text of 32 tokens: int8 against PyTorch eager", 5.5),
    "many": Goal("32 texts of 128 tokens: int8 against PyTorch eager", 3.0),
    "gemm": Goal("32 texts of 128 tokens: fp32's share of the rate of its matrix products alone", 0.9, share=True),
    "mixed": Goal("texts of mixed lengths, int8: the predictor against padded batches in arrival order", 1.5),
    "mixed-fp32": Goal("the same in float32", 1.5),
    "bag-0": Goal("a bag of five, nothing shared, against one model", 1.05 * MEMBERS, least=False),
    "bag-5": Goal("a bag of five, five of six layers shared, against one model", 2.0, least=False),
    "bridge": Goal("the bridge's graph against the plain encoder", 2.2, least=False),
    "bridge-labels": Goal("texts that the bridge's graph labels as PyTorch does", 1.0, share=True),
}
