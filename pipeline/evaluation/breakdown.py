"""The test set taken apart: which labels are mistaken for which, which texts are hard, how sure a model is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.metrics import value
from pipeline.report import Slice, SliceKind
from pipeline.scores import Scores, sigmoid, softmax

BINS = 10
#: Where the slices by share of unknown tokens begin and end: next to none, some, most.
UNKNOWN_RATES = np.array([0, 0.01, 0.5, 1])


def confusion(truth: Truth, answers: Answers) -> list[list[int]] | None:
    """Counts ``[true label][predicted label]`` of texts or words; None where an answer is not one label.

    Words that a model did not get to see are left out: it gave them no label.
    """
    if truth.task.spans or truth.task.labelling not in ("one", "tags"):
        return None
    from sklearn.metrics import confusion_matrix  # noqa: PLC0415 - the page need not wait for it at its start

    seen = answers.said >= 0
    return confusion_matrix(truth.values[seen], answers.said[seen], labels=range(len(truth.labels))).tolist()


def probabilities(truth: Truth, scores: Scores) -> np.ndarray | None:
    """Of each label for each text, ``[texts, labels]``; None where texts are not classified."""
    if truth.task.labelling == "one":
        return softmax(scores.values)
    return sigmoid(scores.values) if truth.task.labelling == "several" else None


def calibration_error(truth: Truth, scores: Scores) -> float | None:
    """How far confidence is from the share that is right, on average over ten bins of equal width.

    The confidence is that in the likeliest label of a text, or in the likeliest tag of a word, at its first token;
    where a text may have several labels, that in each yes or no. Words that the model did not get to see are left out.
    None for a language model, and where nothing was seen.

    Source: the expected calibration error of Guo et al., "On Calibration of Modern Neural
    Networks", ICML 2017, equation 3.
    """
    if truth.task.labelling == "none":
        return None
    if truth.task.labelling == "several":
        found = sigmoid(scores.values)
        confidence, right = np.maximum(found, 1 - found).ravel(), ((scores.values > 0) == truth.values).ravel()
    else:
        seen = ~np.isnan(scores.values).any(axis=1)
        found = softmax(scores.values[seen])
        confidence, right = found.max(axis=1), found.argmax(axis=1) == truth.values[seen]
    if not len(confidence):
        return None
    sums = np.bincount(bins(confidence), weights=confidence - right, minlength=BINS)
    return float(np.abs(sums).sum() / len(confidence))


def slices(truth: Truth, answers: Answers, unknown_rates: np.ndarray) -> list[Slice]:
    """The leading metric by length, in quarters of the texts, and by share of unknown tokens.

    Args:
        truth: Of the test set.
        answers: Of one model.
        unknown_rates: ``[texts]``, of the source's tokenizer.

    Slices without texts that ask the model anything are left out.
    """
    return [
        *_slices("length", truth, answers, truth.lengths, quarters(truth.lengths)),
        *_slices("unknown-rate", truth, answers, unknown_rates, UNKNOWN_RATES),
    ]


def _slices(kind: SliceKind, truth: Truth, answers: Answers, values: np.ndarray, edges: np.ndarray) -> list[Slice]:
    metric = truth.task.metrics[0]
    return [
        Slice(kind=kind, low=low, high=high, texts=int(inside.sum()), value=value(metric, answers.counts[inside]))
        for low, high, inside in ranges(values, edges)
        if answers.asked[inside].any()
    ]


def quarters(lengths: np.ndarray) -> np.ndarray:
    """Where the quarters of the texts by length begin and end."""
    return np.quantile(lengths, (0, 0.25, 0.5, 0.75, 1), method="higher")


def ranges(values: np.ndarray, edges: np.ndarray) -> Iterator[tuple[float, float, np.ndarray]]:
    """From each edge to the next: both, and which values lie between them, the last upper edge included."""
    ends = np.unique(edges).tolist()  # many texts of one length make quarters coincide
    for low, high in zip(ends[:-1] or ends, ends[1:] or ends, strict=True):
        yield low, high, (values >= low) & ((values <= high) if high == ends[-1] else (values < high))


def bins(confidence: np.ndarray) -> np.ndarray:
    """Which of ten bins of equal width, from 0, each confidence falls into; a bin holds its upper end."""
    return np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
