"""What making a model cost, from the records of the stages that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report import TrainingCost


def training_cost(records: Sequence[dict[str, Any]]) -> TrainingCost:
    """The cost of all stages together.

    Args:
        records: Their ``training.json``: ``seconds``, of which a network was idle for ``idle_seconds``, and where it
            was at work the ``tokens`` that it learned from, its ``flops``, and the ``gemm_flops_per_second`` that plain
            matrix products reached beside it.

    A network is at work, too, where it only reads: a pool that it labels, or training texts for frozen layers. The
    share of the peak is weighted by time. Stages without a network count with their seconds alone.
    """
    neural = [record for record in records if record.get("tokens") or record.get("flops")]
    tokens, seconds = sum(record["tokens"] for record in neural), _working(neural)
    measured = [record for record in neural if record.get("flops") and record.get("gemm_flops_per_second")]
    beside = _working(measured)
    at_peak = sum(record["flops"] / record["gemm_flops_per_second"] for record in measured)
    return TrainingCost(
        seconds=sum(record["seconds"] for record in records),
        tokens_per_second=tokens / seconds if tokens and seconds else None,
        gemm_share=at_peak / beside if beside else None,
    )


def _working(records: Sequence[dict[str, Any]]) -> float:
    """Seconds in which a network was at work."""
    return float(sum(record["seconds"] - record.get("idle_seconds", 0) for record in records))
