"""Which training texts each member of an ensemble learns from, and how much its vote counts.

*Bagging* (Breiman 1996): each member learns from a bootstrap sample, and all votes count the same.

*Boosting* is AdaBoost SAMME (Zhu, Zou, Rosset and Hastie 2009): a text that a member got wrong weighs
more for the next one, and a member's vote counts the more the less it erred. Two things differ
from the textbook, because a fine-tuned transformer can learn its training set by heart:

- The weights decide how often a text is drawn, not how much its loss counts. Once a network fits all
  its texts, the weights in its loss no longer move what it learns (Byrd and Lipton 2019).
- SAMME breaks down at a training error of 0: the vote's weight would be infinite, and no text would
  weigh more for the next. So a fifth of the texts is held out before each draw, by chance and not by
  weight, and the member's error is measured on these alone. The weights change by what it says of all.

Labels that self-training found are learned from, but nobody is judged by them: neither a member's error nor what a
bag says of unseen texts counts them, and boosting leaves their weights as they were at the start. SAMME is defined on
true labels, and takes a text that a member gets wrong for a hard one. Where the label was found it is likelier that the
label is wrong, and weights that rise there have boosting learn the noise (Dietterich 2000). Semi-supervised boosting
gives such texts weights by their margins (d'Alché-Buc, Grandvalet and Ambroise 2002), of which members that know their
texts by heart have none to speak of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from datasets import Dataset
from safetensors.numpy import load_file, save_file
from transformers import PreTrainedModel

from pipeline.parameters import FineTuningParameters
from pipeline.parts import parts
from pipeline.stages.context import Context
from pipeline.stages.encoding import Collate
from pipeline.stages.judging import judge, truth_of
from pipeline.tasks import TASKS, Labelling

HELD_OUT = 0.2
#: Weight of the vote of a member that is no better than chance.
LEAST_ALPHA = 1e-3


@dataclass(frozen=True)
class Sample:
    """What one member learns from.

    Attributes:
        indices: int64 ``[drawn]``: rows of the encoded training set, each as often as it was drawn:
            train on ``dataset.select(sample.indices)``.
        held_out: int64: rows kept back before drawing, to judge a boosted member by; empty for bagging.
        weights: float64 ``[rows]``: by what the rows were drawn; sums to 1.
        known: How many rows, the first ones, have true labels; those of the others were found by self-training.
    """

    indices: np.ndarray
    held_out: np.ndarray
    weights: np.ndarray
    known: int

    @property
    def unseen(self) -> np.ndarray:
        """int64: rows with true labels that were not drawn, ascending."""
        return np.setdiff1d(np.arange(self.known), self.indices)


def sample(context: Context[FineTuningParameters], dataset: Dataset, known: int) -> Sample:
    """Draw what the member learns from; with sampling ``all`` every row once.

    Every label of the training set is in the sample too, and a sample has as many rows as the set, or a few more.

    Args:
        context: Its parameters say how; a boosted member reads its input ``previous``, if there is one.
        dataset: The whole training set, encoded.
        known: How many of its rows, the first ones, have true labels.
    """
    parameters = context.parameters
    rows = len(dataset)
    uniform = np.broadcast_to(1 / max(rows, 1), rows)
    nothing = np.empty(0, np.int64)
    if parameters.sampling == "all":
        return Sample(np.arange(rows), nothing, uniform, known)
    labels = _labels(dataset, TASKS[parameters.task].labelling)
    strata = _strata(labels)
    generator = np.random.default_rng([parameters.seed, parameters.member])
    if parameters.sampling == "bootstrap":
        drawn = [generator.choice(stratum, len(stratum)) for stratum in strata]
        return Sample(_complete(np.concatenate(drawn), np.arange(rows), labels, generator), nothing, uniform, known)
    previous = context.inputs.get("previous")
    weights = load_file(previous / "example_weights.safetensors")["weights"] if previous else uniform
    strata = [stratum[stratum < known] for stratum in strata]
    counts = [max(0, min(round(HELD_OUT * len(stratum)), len(stratum) - 1)) for stratum in strata]
    held = [generator.permutation(stratum)[:count] for stratum, count in zip(strata, counts, strict=True)]
    held_out = np.sort(np.concatenate(held))
    candidates = np.setdiff1d(np.arange(rows), held_out)
    chances = weights[candidates] / weights[candidates].sum()
    indices = generator.choice(candidates, rows, p=chances)
    return Sample(_complete(indices, candidates, labels, generator), held_out, weights, known)


def after_training(
    context: Context[FineTuningParameters],
    drawn: Sample,
    model: PreTrainedModel,
    dataset: Dataset,
    collate: Collate,
) -> None:
    """Judge a trained member, and write what the next member and the ensemble need; with sampling ``all`` nothing.

    Writes ``member.json`` (``weight`` of the vote), ``unseen.safetensors`` (what it says of the rows with true labels
    that it did not see), and for boosting ``example_weights.safetensors``.

    Args:
        context: The member's stage.
        drawn: What it learned from.
        model: Gives ``logits`` for the batches that ``collate`` makes, without ``labels`` and ``weight``.
        dataset: The whole training set, as ``collate`` takes it.
        collate: Makes a batch of rows, padded on the right.
    """
    parameters = context.parameters
    if parameters.sampling == "all":
        return
    asked = drawn.unseen if parameters.sampling == "bootstrap" else np.arange(drawn.known)
    said = judge(model, dataset, collate, rows=asked, task=parameters.task, check=context.check, tell=context.note)
    weight = 1.0
    if parameters.sampling == "boosted":
        judges = drawn.held_out if len(drawn.held_out) else asked
        wrong, mass = said.wrong(), drawn.weights[asked].sum()
        weight, raised = samme(wrong, drawn.weights[asked] / mass, model.config.num_labels, judges)
        weights = np.concatenate([mass * raised, drawn.weights[drawn.known :]])
        save_file({"weights": weights}, context.out / "example_weights.safetensors")
        context.note(
            "{stage}: wrong on {share:.1%} of the texts held out; its vote counts {weight:.2f}.",
            stage=context.title,
            share=float(wrong[judges].mean()),
            weight=weight,
        )
        said = said.select(drawn.unseen)
    said.save(context.out / "unseen.safetensors")
    context.write_json("member.json", {"weight": weight})


def samme(wrong: np.ndarray, weights: np.ndarray, labels: int, judges: np.ndarray) -> tuple[float, np.ndarray]:
    """One step of AdaBoost SAMME.

    Args:
        wrong: bool ``[rows]``: which the member got wrong.
        weights: float64 ``[rows]``: what they weighed; sums to 1.
        labels: How many there are, at least 2.
        judges: Rows on which the error is measured; all of them in the textbook.

    Returns:
        The weight of the member's vote, ``ln((1 - error) / error) + ln(labels - 1)``, and the rows' new weights.
        An error that can't be told from 0 counts as half a row. A member no better than chance hardly
        counts, and the weights start anew.
    """
    error = max(float(np.average(wrong[judges], weights=weights[judges])), 0.5 / len(judges))
    if error >= 1 - 1 / labels:
        return LEAST_ALPHA, np.full(len(weights), 1 / len(weights))
    alpha = float(np.log((1 - error) / error) + np.log(labels - 1))
    raised = weights * np.exp(alpha * wrong)
    return alpha, raised / raised.sum()


@dataclass(frozen=True)
class _Labels:
    """Which row has which label, without repeats, row by row.

    Attributes:
        rows: int32: a row.
        labels: int32: one of its labels.
        count: How many rows there are; some may have no label.
    """

    rows: np.ndarray
    labels: np.ndarray
    count: int


def _labels(dataset: Dataset, labelling: Labelling) -> _Labels:
    """Each row's labels, as indices."""
    rows, labels = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    start = 0
    for part in parts(dataset["labels"]):
        truths = [truth_of(value, labelling) for value in part]
        found = [np.flatnonzero(row[0]) if labelling == "several" else np.unique(row) for row in truths]
        rows.append(np.repeat(np.arange(start, start + len(found), dtype=np.int32), [len(each) for each in found]))
        labels.append(np.concatenate(found).astype(np.int32))
        start += len(found)
    return _Labels(np.concatenate(rows), np.concatenate(labels), start)


def _strata(labels: _Labels) -> list[np.ndarray]:
    """Rows by the rarest of their labels, in the order of the labels; those without any come first."""
    known, counts = np.unique(labels.labels, return_counts=True)
    by_rarity = known[np.argsort(counts, kind="stable")]  # of two that are as rare the lesser label
    rarest = np.full(labels.count, -1, np.int32)
    for label in by_rarity[::-1]:
        rarest[labels.rows[labels.labels == label]] = label
    return [np.flatnonzero(rarest == label) for label in np.unique(rarest)]


def _complete(
    indices: np.ndarray, candidates: np.ndarray, labels: _Labels, generator: np.random.Generator
) -> np.ndarray:
    """A sample with a row more for each label that the draw has missed."""
    drawn, there = (np.isin(np.arange(labels.count), rows)[labels.rows] for rows in (indices, candidates))
    missed = np.setdiff1d(labels.labels[there], labels.labels[drawn])
    more = [generator.choice(labels.rows[there & (labels.labels == label)]) for label in missed]
    return np.concatenate([indices, np.array(more, np.int64)])
