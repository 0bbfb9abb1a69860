"""The parity gate: a variant is served only if it answers as PyTorch does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from export.asking import Answerer, Replies, ask, joined
from export.measuring import Measure
from export.predictor import Question
from export.report import Parity
from pipeline.messages import Message, Template, clauses
from pipeline.scores import Scores
from pipeline.spec import ExportSpec, TaskName
from pipeline.tasks import TASKS

#: One text of 200 is half a point, and allowed: not to be lost to the last digit of a difference.
ROUNDING = 1e-9

#: Most texts that are asked one by one, by whether the variant must be exact; of more, as many are taken at even
#: distances. Flips are counted, and 1 % of few texts is none; what is no longer exact shows in the logits of any text.
MOST_SINGLES = {True: 500, False: 2000}


@dataclass(frozen=True)
class Gate:
    """How far a variant may be from PyTorch.

    An exact variant (fp32, O1, O2) computes the same function and is held to the logits: with random
    weights twelve layers of BERT, RoBERTa and DeBERTa at width 768 came within 2e-5. One
    that approximates on purpose (O3's GELU, int8) is held to what a person would notice: the
    task's leading metric and the answers.

    Attributes:
        max_metric_loss: By how much the metric may be worse; of a perplexity, which has no scale, as a share of it.
        max_flips: Share of the answers that may change: labels of texts, tags of words, guesses at
            hidden tokens.
        max_logit_difference: Largest absolute difference of any logit; of a language model, of any
            hidden token's negative log-likelihood in nats.
    """

    max_metric_loss: float
    max_flips: float
    max_logit_difference: float

    @classmethod
    def of(cls, options: ExportSpec) -> Gate:
        """The gate that an export asks for."""
        return cls(options.max_metric_loss, options.max_flips, options.max_logit_difference)

    @property
    def told(self) -> Message:
        """The limits, as a sentence."""
        return Message(
            "To pass, the metric may be worse by {loss:.2%} and {flips:.2%} of the answers may change; of fp32, O1 and "
            "O2 no logit may differ by more than {logits:.0e}.",
            loss=self.max_metric_loss,
            flips=self.max_flips,
            logits=self.max_logit_difference,
        )

    def judge(self, *, exact: bool, metric_loss: float, flips: float, logit_difference: float) -> Message:
        """Which limits are missed and by what; empty if none is. A value that is no number misses."""
        limits = [
            (_METRIC, metric_loss, self.max_metric_loss),
            (_FLIPS, flips, self.max_flips),
        ]
        if exact:
            limits.append((_LOGITS, logit_difference, self.max_logit_difference))
        missed = [Message(told, value=value, limit=limit) for told, value, limit in limits if not _within(value, limit)]
        return clauses(missed)


_METRIC = Template("the metric is worse by {value:.2%} ({limit:.2%} allowed)")
_FLIPS = Template("the share of changed answers is {value:.2%} ({limit:.2%} allowed)")
_LOGITS = Template("a logit differs by {value:.1e} ({limit:.1e} allowed)")


def _within(value: float, limit: float) -> bool:
    return value <= limit + ROUNDING


def compare(
    task: TaskName,
    replies: Replies,
    reference: Replies,
    measure: Callable[[Scores], float],
    *,
    exact: bool,
    gate: Gate,
) -> Parity:
    """Hold a variant against PyTorch.

    Args:
        task: Decides what a worse metric is.
        replies: The variant's.
        reference: PyTorch's to the same questions.
        measure: The task's leading metric.
        exact: Whether the variant must equal PyTorch in its logits too.
        gate: The limits.
    """
    before, after = measure(reference.scores), measure(replies.scores)
    loss = after / before - 1 if TASKS[task].lower_is_better else before - after
    changed = replies.choices != reference.choices
    flips = changed if changed.ndim == 1 else changed.any(axis=1)
    share = float(flips.mean()) if len(flips) else 0.0
    difference = _largest_difference(replies.numbers, reference.numbers)
    reason = gate.judge(exact=exact, metric_loss=loss, flips=share, logit_difference=difference)
    return Parity(
        texts=len(reference.scores),
        answers=len(flips),
        metric_reference=before,
        metric=after,
        metric_loss=loss,
        flips=share,
        flip_count=int(flips.sum()),
        max_logit_difference=difference,
        passed=not reason,
        reason=reason,
    )


def verify(
    variant: Answerer,
    task: TaskName,
    questions: Sequence[Question],
    reference: Replies,
    measure: Measure,
    *,
    exact: bool,
    gate: Gate,
) -> Parity:
    """Hold a variant against PyTorch at the shapes it is served: in batches, and text by text.

    Of each figure the worse counts; the metric itself is that of all texts, in batches. Dynamic int8 scales its
    activations by what else is in the batch, padding too; and a fused attention reads where the padding begins, of
    which a text that is alone has none.

    Args:
        variant: Opened.
        task: What it does.
        questions: The frozen test set.
        reference: PyTorch's answers to them.
        measure: The task's leading metric.
        exact: Whether the variant must equal PyTorch in its logits too.
        gate: The limits.
    """
    rows = range(len(questions))
    some = rows[:: -(-len(rows) // MOST_SINGLES[exact])]
    together = ask(variant, task, questions)
    singly = joined([ask(variant, task, [questions[row]]) for row in some])
    outcomes = [
        compare(task, together, reference, lambda scores: measure(scores, rows), exact=exact, gate=gate),
        compare(task, singly, reference.of(some), lambda scores: measure(scores, some), exact=exact, gate=gate),
    ]
    flipped = max(outcomes, key=lambda parity: parity.flips)
    # NumPy's maximum, by which what is no number is the worst.
    loss = float(np.max([parity.metric_loss for parity in outcomes]))
    difference = float(np.max([parity.max_logit_difference for parity in outcomes]))
    reason = gate.judge(exact=exact, metric_loss=loss, flips=flipped.flips, logit_difference=difference)
    return outcomes[0].model_copy(
        update={
            "singles": len(some),
            "answers": flipped.answers,
            "metric_loss": loss,
            "flips": flipped.flips,
            "flip_count": flipped.flip_count,
            "max_logit_difference": difference,
            "passed": not reason,
            "reason": reason,
        }
    )


def _largest_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Of any two numbers; a word that neither has read differs by nothing."""
    both_unread = np.isnan(one) & np.isnan(other)
    return float(np.max(np.where(both_unread, 0, np.abs(one - other)), initial=0))
