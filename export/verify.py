"""The parity gate: a variant is served only if it answers as PyTorch does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from export.predictor import Predictor
from export.report import Parity
from pipeline.spec import TaskName

#: One text of 200 is half a point, and allowed: not to be lost to the last digit of a difference.
ROUNDING = 1e-9

#: Most texts that are asked one by one; of more, as many are taken at even distances.
MOST_SINGLES = 2000


@dataclass(frozen=True)
class Gate:
    """How far a variant may be from PyTorch.

    An exact variant (fp32, O1, O2) computes the same function and is held to the logits. One
    that approximates on purpose (O3's GELU, int8) is held to what a person would notice: the
    task's metric and the labels.

    Attributes:
        max_metric_loss: Fraction of 1 by which the metric may fall; 0.005 is half a point.
        max_flips: Share of the texts whose label may change.
        max_logit_difference: Largest absolute difference of any logit.
    """

    max_metric_loss: float = 0.005
    max_flips: float = 0.01
    max_logit_difference: float = 1e-4

    def judge(self, *, exact: bool, metric_loss: float, flips: float, logit_difference: float) -> str:
        """Which limits are missed and by what; empty if none is. A value that is no number misses."""
        limits = [
            ("the metric falls by", metric_loss, self.max_metric_loss, ".2%"),
            ("the share of changed labels is", flips, self.max_flips, ".2%"),
        ]
        if exact:
            limits.append(("a logit differs by", logit_difference, self.max_logit_difference, ".1e"))
        return "; ".join(
            f"{what} {value:{form}} ({limit:{form}} allowed)"
            for what, value, limit, form in limits
            if not value <= limit + ROUNDING
        )


def accuracy(logits: np.ndarray, truth: Sequence[int]) -> float:
    """Share of the rows of ``logits`` [texts, labels] that are highest at the true label."""
    return float(np.mean(logits.argmax(axis=1) == np.asarray(truth)))


#: The metric that the gate watches: the first of the task's in pipeline.tasks.
METRICS: dict[TaskName, Callable[[np.ndarray, Sequence[int]], float]] = {"text-classification": accuracy}


def compare(
    task: TaskName, logits: np.ndarray, reference: np.ndarray, truth: Sequence[int], *, exact: bool, gate: Gate
) -> Parity:
    """Hold a variant against PyTorch.

    Args:
        task: Decides on the metric.
        logits: The variant's, [texts, labels].
        reference: PyTorch's on the same texts.
        truth: Number of each text's true label; -1 for a label that the model does not know.
        exact: Whether the variant must equal PyTorch in its logits too.
        gate: The limits.
    """
    metric = METRICS[task]
    before, after = metric(reference, truth), metric(logits, truth)
    flip_count = int(np.sum(logits.argmax(axis=1) != reference.argmax(axis=1)))
    difference = float(np.max(np.abs(logits - reference)))
    flips = flip_count / len(truth)
    reason = gate.judge(exact=exact, metric_loss=before - after, flips=flips, logit_difference=difference)
    return Parity(
        texts=len(truth),
        metric_reference=before,
        metric=after,
        metric_loss=before - after,
        flips=flips,
        flip_count=flip_count,
        max_logit_difference=difference,
        passed=not reason,
        reason=reason,
    )


def verify(
    predictor: Predictor,
    task: TaskName,
    texts: Sequence[str],
    truth: Sequence[int],
    reference: np.ndarray,
    *,
    exact: bool,
    gate: Gate,
) -> Parity:
    """Hold a variant against PyTorch at the shapes it is served: in batches, and text by text.

    Dynamic int8 scales its activations by what else is in the batch, padding too, so that an
    approximate variant is asked both ways and the worse answer counts.

    Args:
        predictor: The variant, loaded.
        task: Decides on the metric.
        texts: The frozen test set.
        truth: Number of each text's true label; -1 for a label that the model does not know.
        reference: PyTorch's logits, [texts, labels].
        exact: Whether the variant must equal PyTorch in its logits too.
        gate: The limits.
    """
    outcomes = [compare(task, predictor.logits(texts), reference, truth, exact=exact, gate=gate)]
    if not exact:
        rows = range(0, len(texts), -(-len(texts) // MOST_SINGLES))
        logits = np.concatenate([predictor.logits([texts[row]]) for row in rows])
        outcomes.append(compare(task, logits, reference[rows], [truth[row] for row in rows], exact=exact, gate=gate))
    return max(outcomes, key=lambda parity: (not parity.passed, parity.flips))
