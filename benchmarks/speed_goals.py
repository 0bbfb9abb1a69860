"""What the figures of ``benchmarks.inference``, ``.serving`` and ``.training`` should be: three tables."""

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
        unit: Of both; ``%`` for shares of 1.
    """

    said: str
    limit: float
    least: bool = True
    unit: str = "×"

    def judged(self, found: float) -> str:
        """The figure beside its goal."""
        reached = found >= self.limit if self.least else found <= self.limit
        bound = f"{'≥' if self.least else '≤'} {self._written(self.limit)}"
        return f"| {self.said} | {self._written(found)} | {bound} | {'reached' if reached else 'missed'} |"

    def _written(self, value: float) -> str:
        return f"{value:.1%}" if self.unit == "%" else f"{value:.2f} {self.unit}"


#: Figure of models → its goal. With four of six layers shared a bag of five runs 14 layers where one model runs 6: no
#: less than 2.33 ×, so that it stands among the details only.
MODELS: dict[str, Goal] = {
    "one": Goal("one text of 32 tokens: int8 against PyTorch eager", 5.5),
    "many": Goal("32 texts of 128 tokens: int8 against PyTorch eager", 3.0),
    "gemm": Goal("32 texts of 128 tokens: fp32's share of the rate of its matrix products alone", 0.9, unit="%"),
    "mixed": Goal("texts of mixed lengths, int8: the predictor against padded batches in arrival order", 1.5),
    "mixed-fp32": Goal("the same in float32", 1.5),
    "bag-0": Goal("a bag of five, nothing shared, against one model", 1.05 * MEMBERS, least=False),
    "bag-0-apart": Goal("the same against its five members as graphs of their own, in turn", 1.05, least=False),
    "bag-5": Goal("a bag of five, five of six layers shared, against one model", 2.0, least=False),
    "bridge": Goal("the bridge's graph against the plain encoder", 2.2, least=False),
    "bridge-labels": Goal("texts that the bridge's graph labels as PyTorch does", 1.0, unit="%"),
}

#: Figure of the server → its goal. Of a peer's p95 it is to be no more than all.
SERVER: dict[str, Goal] = {
    "of-bare": Goal("32 clients, one text a request: the server's share of the bare session's rate", 0.9, unit="%"),
    **{
        f"{peer}-{together}-{figure}": Goal(f"{told}, {together} a request: {said}", limit, least=least)
        for peer, told in (("infinity", "against infinity_emb"), ("pipeline", "against the pipeline behind FastAPI"))
        for together in (1, 8)
        for figure, said, limit, least in (("rate", "texts a second", 1.3, True), ("p95", "p95", 1.0, False))
    },
    "start": Goal("from its start to its first answer, beyond importing onnxruntime", 2.0, least=False, unit="s"),
}

#: Figure of a training → its goal. "Equal" is within half a point. Members that share four of six layers stand among
#: the details, as above: five times two layers are 1.7 times one model's six, before anything else is counted.
TRAINING: dict[str, Goal] = {
    f"{name}-{figure}": goal
    for name, told, ratio in (("sst2", "SST-2", 6.0), ("shop", "shop reviews", 3.0))
    for figure, goal in (
        ("ratio", Goal(f"{told}: examples a second against run_glue's defaults", ratio)),
        ("ahead", Goal(f"{told}: accuracy ahead of run_glue's, mean of the seeds", -0.5, unit="points")),
        ("gemm", Goal(f"{told}: share of the rate of its matrix products", 0.8, unit="%")),
        ("members", Goal(f"{told}: five members, five of six layers shared, against one model", 2.0, least=False)),
    )
}


def judged(goals: dict[str, Goal], figures: dict[str, float]) -> str:
    """Markdown: a table of the figures that were found, each beside its goal."""
    lines = ["| What | Found | Goal | |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *(goal.judged(figures[name]) for name, goal in goals.items() if name in figures)])
