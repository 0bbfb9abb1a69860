"""What making a model cost, from the records of the stages that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report import TrainingCost


def training_cost(records: Sequence[dict[str, Any]]) -> TrainingCost:
    """The cost of all stages together.

    Args:
        records: Their ``training.json``: ``seconds``, and where a network learned ``tokens``,
            ``flops`` and the ``gemm_flops_per_second`` that plain matrix products reached beside it.

    The share of that peak is weighted by time. Stages in which nothing neural learned count with
    their seconds alone.
    """
    learned = [record for record in records if record.get("tokens")]
    seconds = sum(record["seconds"] for record in learned)
    measured = [record for record in learned if record.get("flops") and record.get("gemm_flops_per_second")]
    beside = sum(record["seconds"] for record in measured)
    at_peak = sum(record["flops"] / record["gemm_flops_per_second"] for record in measured)
    return TrainingCost(
        seconds=sum(record["seconds"] for record in records),
        tokens_per_second=sum(record["tokens"] for record in learned) / seconds if seconds else None,
        gemm_share=at_peak / beside if beside else None,
    )
