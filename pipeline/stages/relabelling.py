"""What the labelling of a pool works on, and its ways: by the model alone, and with a second view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from datasets import Dataset

from pipeline.classical.features import NGrams
from pipeline.evaluation.metrics import leading
from pipeline.parameters import PseudoLabelParameters
from pipeline.parts import each
from pipeline.scores import Scores, sigmoid, softmax
from pipeline.self_training.choosing import balanced, choose, fraction, log_odds, numbered, proportions
from pipeline.self_training.co_training import Labeller, Options, relabel
from pipeline.self_training.labellers import OneLabel, SeveralLabels
from pipeline.self_training.sentences import choose_sentences, distributions
from pipeline.self_training.sets import choose_sets
from pipeline.spec import CoTraining
from pipeline.stages.answering import truth_in
from pipeline.tasks import TASKS, Labelling

#: By how much labels may become less stable from round to round before that counts as a fall.
SLACK = 0.01


@dataclass(frozen=True)
class Pool:
    """What there is to label, and to go by.

    Attributes:
        parameters: Of the stage.
        labels: The run's labels.
        texts: The pool.
        known: Texts of the target whose labels may be used.
        dev: Development texts; may be none.
        ask: What the model says of a split.
        check: Stops if the run was cancelled.
        step: Told how many rounds are done.
    """

    parameters: PseudoLabelParameters
    labels: list[str]
    texts: Dataset
    known: Dataset
    dev: Dataset
    ask: Callable[[Dataset], Scores]
    check: Callable[[], None] = lambda: None
    step: Callable[[int], None] = lambda _: None

    def shares(self, logits: np.ndarray) -> np.ndarray:
        """The share of each label in what is taken."""
        return proportions(logits, self.parameters.self_training.proportions, floor=not len(self.known))

    def groups(self) -> np.ndarray | None:
        """The number of each text's group, if it is known what they are about."""
        return numbered(each(self.texts["group"])) if "group" in self.texts.column_names else None

    def dev_score(self, scores: Scores) -> float:
        """The task's leading metric on the development texts."""
        return leading(truth_in(self.parameters.task, self.dev, self.labels), scores)


@dataclass(frozen=True)
class Labelled:
    """Part of the pool, labelled.

    Attributes:
        indices: Of the texts taken, ascending.
        values: Label, labels, tags or probabilities of each.
        answers: What the model or the second view takes every text of the pool for; None for one that it could
            not read to its end.
        score: On the development texts; None without any.
        facts: Of what was found, for people.
    """

    indices: np.ndarray
    values: Sequence[Any] | np.ndarray
    answers: Sequence[Any] | np.ndarray
    score: float | None
    facts: dict[str, float | int | str] = field(default_factory=dict)


def label_texts(pool: Pool) -> Labelled:
    """By what the model says, the surest of each label."""
    options, number = pool.parameters.self_training, pool.parameters.round
    logits = pool.ask(pool.texts).values
    odds, shares, groups = log_odds(logits), pool.shares(logits), pool.groups()
    share = fraction(number, options.rounds, options.first_fraction, options.last_fraction)
    indices, labels = choose(odds, shares, share, groups)
    values = balanced(odds, shares, groups)[indices] if options.labels == "soft" else labels
    score = pool.dev_score(pool.ask(pool.dev)) if len(pool.dev) else None
    return Labelled(indices, values, choose(odds, shares, 1.0, groups)[1], score)


def label_sets(pool: Pool) -> Labelled:
    """By what the model says, the texts of whose labels, of which each may have several, it is surest."""
    options, number = pool.parameters.self_training, pool.parameters.round
    share = fraction(number, options.rounds, options.first_fraction, options.last_fraction)
    logits = pool.ask(pool.texts).values
    indices, sets = choose_sets(logits, share)
    values = sigmoid(logits)[indices] if options.labels == "soft" else [sets[index] for index in indices]
    score = pool.dev_score(pool.ask(pool.dev)) if len(pool.dev) else None
    return Labelled(indices, values, sets, score)


def label_words(pool: Pool) -> Labelled:
    """By what the model says, the sentences of whose tags it is surest."""
    options, number = pool.parameters.self_training, pool.parameters.round
    share = fraction(number, options.rounds, options.first_fraction, options.last_fraction)
    spans = TASKS[pool.parameters.task].spans
    said = pool.ask(pool.texts)
    indices, tags = choose_sentences(said, pool.labels, share, spans=spans)
    values: Sequence[Any] = [tags[index] for index in indices]
    if options.labels == "soft":
        values = distributions(softmax(said.values), said.offsets, tags, indices)
    score = pool.dev_score(pool.ask(pool.dev)) if len(pool.dev) else None
    return Labelled(indices, values, tags, score)


def co_train(pool: Pool) -> Labelled:
    """By the second view, after the round that did best on the development texts.

    Without any, rounds end where labels become less stable.
    """
    parameters = pool.parameters
    options, task = parameters.self_training, TASKS[parameters.task]
    assert isinstance(options, CoTraining)  # noqa: S101 - the stage's table sees to it
    labeller = LABELLERS[task.labelling](pool, pool.ask(pool.texts).values)
    features = NGrams(task.columns)
    columns = {name: [*pool.texts[name][:], *pool.known[name][:]] for name in task.columns}
    rows = features.fit(columns)
    known = rows[len(pool.texts) :], labeller.known(pool.known[str(task.label_column)][:])
    dev = features.transform({name: pool.dev[name][:] for name in features.columns}) if len(pool.dev) else None
    how = Options(
        rounds=options.rounds,
        first=options.first_fraction,
        last=options.last_fraction,
        first_view=options.first_view,
        weight=options.weight,
        seed=parameters.seed,
    )
    before = labeller.answers(labeller.first)
    kept, kept_round, best, answers = None, 0, -np.inf, before
    for number, found in enumerate(relabel(rows[: len(pool.texts)], labeller, known, how, check=pool.check), start=1):
        pool.step(number)
        now = labeller.answers(found.odds)
        stable = float(labeller.same(now, before).mean())
        before = now
        signal = stable if dev is None else pool.dev_score(Scores.of_texts(found.view.odds(dev)))
        if dev is None and signal < best - SLACK:
            break
        if dev is None or signal >= best:
            kept, kept_round, answers = found, number, now
        best = max(best, signal)
    assert kept is not None  # noqa: S101 - there is at least one round
    indices, values = labeller.take(kept, options.last_fraction, soft=options.labels == "soft")
    facts: dict[str, float | int | str] = {"rounds": options.rounds, "kept_round": kept_round}
    facts["views_agree"] = float(labeller.same(answers, labeller.predicted).mean())
    return Labelled(indices, values, labeller.listed(answers), None if dev is None else best, facts)


#: How texts are labelled → what co-training needs to know of a pool of them, given the network's logits.
LABELLERS: dict[Labelling, Callable[[Pool, np.ndarray], Labeller]] = {
    "one": lambda pool, logits: OneLabel(logits, pool.shares(logits), pool.groups()),
    "several": lambda _, logits: SeveralLabels(logits),
}
