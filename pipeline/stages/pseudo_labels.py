"""Labels the unlabelled target texts, so that a model can learn from them.

Output: ``texts/`` as Arrow (what the task reads; ``label``, ``labels``, ``tags`` or ``probabilities``; and ``weight``),
``facts.json``, and ``training.json``: what the network's reading and the second view's learning took.

Each round has a signal: the score on the development texts where there are some, else how many texts keep the label
that the round before gave them. Where the signal falls below the best so far, or the student that is to label is worse
than its teacher (``students``), the labels of the input ``previous``, the round before, are kept; no later round labels
anything, and no later student is trained.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, Features, Value, load_from_disk

from pipeline.errors import TrainingError
from pipeline.parameters import PseudoLabelParameters
from pipeline.parts import each
from pipeline.scores import Scores
from pipeline.spec import CoTraining
from pipeline.stages.answering import predict
from pipeline.stages.checkpoints import State
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import COLUMNS, read_split
from pipeline.stages.encoding import Columns
from pipeline.stages.limiting import in_memory, limited
from pipeline.stages.models import load_model, load_tokenizer
from pipeline.stages.precision import Precision, as_read
from pipeline.stages.reading import Reading
from pipeline.stages.relabelling import SLACK, Labelled, Pool, co_train, label_sets, label_texts, label_words
from pipeline.stages.rows import mapped, select
from pipeline.stages.soft_labels import TYPES, likeliest
from pipeline.stages.students import is_worse
from pipeline.stages.training import write_training
from pipeline.tasks import TASKS

#: Steps of progress that a round of the second view counts for; a text that the model reads counts for one.
_ROUND_STEPS = 200

Facts = dict[str, float | int | str]

#: Kind of self-training, and how texts are labelled → how the pool is.
WAYS: dict[tuple[str, str], Callable[[Pool], Labelled]] = {
    ("pseudo-labels", "one"): label_texts,
    ("pseudo-labels", "several"): label_sets,
    ("pseudo-labels", "tags"): label_words,
    ("co-training", "one"): co_train,
    ("co-training", "several"): co_train,
}


def run(context: Context[PseudoLabelParameters]) -> None:
    """Label the pool with the model, and a second view if the recipe has one.

    Raises:
        TrainingError: There are no unlabelled texts.
    """
    parameters = context.parameters
    previous = context.inputs.get("previous")
    earlier: Facts = read_json(previous / "facts.json") if previous else {}
    if previous and (earlier["stopped"] or is_worse(context.inputs["model"])):
        _keep(context, previous, earlier)
        write_training(context, State(), None, 0)
        return
    reading = Reading()
    pool, precision = _pool(context, reading)
    started = time.monotonic()
    found = WAYS[parameters.self_training.kind, TASKS[parameters.task].labelling](pool)
    idle = time.monotonic() - started - reading.seconds
    write_training(context, State(), precision, len(pool.texts), reading, idle=idle)
    facts: Facts = {"round": parameters.round, "taken": len(found.indices), "pool": len(pool.texts), **found.facts}
    now, best, slack = found.score, f"dev_{TASKS[parameters.task].metrics[0]}", 0.0  # each round is the best so far
    if now is not None:
        facts[best] = now
    elif previous:
        now, best, slack = _agreement(pool, found, load_from_disk(str(previous / "texts"))), "best_agreement", SLACK
        facts |= {"agreement": now, best: max(now, float(earlier.get(best, 0)))}
    before = earlier.get(best)
    if previous and isinstance(before, float) and now is not None and now < before - slack:
        context.note(
            "Round {round} fell from {before:.3f} to {now:.3f}: the labels before it are kept.",
            round=parameters.round,
            before=before,
            now=now,
        )
        _keep(context, previous, earlier)
        return
    _texts(pool, found, context.spare).save_to_disk(str(context.out / "texts"), num_shards=1)
    context.write_json("facts.json", {**facts, "stopped": 0})


def _pool(context: Context[PseudoLabelParameters], reading: Reading) -> tuple[Pool, Precision]:
    """What there is to label, and the precision in which the model reads it; what that takes is counted."""
    parameters, data = context.parameters, context.inputs["data"]
    texts, dev, target = (read_split(data, split) for split in ("unlabelled", "dev", "target_train"))
    known = target.select(limited(target, TASKS[parameters.task].label_column, parameters.limit, parameters.seed))
    texts = _unknown(texts, known, [*TASKS[parameters.task].columns])
    if not len(texts):
        raise TrainingError(
            "There are no unlabelled texts to label.", "Add unlabelled texts, or leave self-training out."
        )
    if isinstance(parameters.self_training, CoTraining):
        kept = in_memory(range(len(texts)), texts, TASKS[parameters.task].columns, parameters.seed)
        if len(kept) < len(texts):
            context.note(
                "{stage}: co-training reads {kept:,} of the {count:,} unlabelled texts, drawn at random; more would "
                "not fit into memory.",
                stage=context.title,
                kept=len(kept),
                count=len(texts),
            )
            texts = select(texts, kept)
    labels = read_json(data / "data.json")["labels"]
    folder = context.inputs["model"]
    model, tokenizer = load_model(folder, parameters.task, labels), load_tokenizer(folder)
    options = parameters.self_training
    rounds = options.rounds if isinstance(options, CoTraining) else 0
    done = 0
    total = len(texts) + (0 if rounds else len(dev)) + rounds * _ROUND_STEPS

    def ask(split: Dataset) -> Scores:
        nonlocal done
        start = done

        def progress(count: int) -> None:
            context.step(start + count, total)

        with reading.counted():
            scores = predict(model, tokenizer, split, parameters.task, progress, spare=context.spare, tell=context.note)
        done += len(split)
        return scores

    pool = Pool(
        parameters=parameters,
        labels=labels,
        texts=texts,
        known=known,
        dev=dev,
        ask=ask,
        check=context.check,
        step=lambda number: context.step(done + number * _ROUND_STEPS, total),
    )
    return pool, as_read(model)


def _unknown(texts: Dataset, known: Dataset, columns: list[str]) -> Dataset:
    """The texts that aren't learned with their true labels anyway: to whoever draws samples they are unseen then."""
    return select(texts, np.flatnonzero(~np.isin(_keys(texts, columns), _keys(known, columns))))


def _keep(context: Context[PseudoLabelParameters], previous: Path, facts: Facts) -> None:
    """Make an earlier round's output this one's."""
    shutil.copytree(previous / "texts", context.out / "texts")
    context.write_json("facts.json", {**facts, "stopped": 1})


def _texts(pool: Pool, found: Labelled, spare: Path) -> Dataset:
    options = pool.parameters.self_training
    task = TASKS[pool.parameters.task]
    taken = select(pool.texts, found.indices).select_columns([*task.columns])
    column = "probabilities" if options.labels == "soft" else str(task.label_column)
    kinds = {**COLUMNS, "probabilities": TYPES[task.labelling], "weight": Value("float64")}
    features = Features({name: kinds[name] for name in (*task.columns, column, "weight")})
    if not len(taken):
        return Dataset.from_dict({name: [] for name in features}, features=features)

    def labelled(columns: Columns, numbers: list[int]) -> Columns:
        values = [found.values[number] for number in numbers]
        return {**columns, column: values, "weight": [options.weight] * len(numbers)}

    return mapped(taken, labelled, spare, features=features, numbered=True)


def _agreement(pool: Pool, found: Labelled, earlier: Dataset) -> float:
    """The share of the texts that an earlier round took to which this one gives the same label."""
    task = TASKS[pool.parameters.task]
    names = [*task.columns]
    keys = _keys(pool.texts, names)
    order = np.argsort(keys, kind="stable")
    places = order[np.searchsorted(keys, _keys(earlier, names), side="right", sorter=order) - 1]
    labels: Iterable[Any]
    if "probabilities" in earlier.column_names:
        labels = (likeliest(shares, task.labelling) for shares in each(earlier["probabilities"]))
    else:
        labels = each(earlier[str(task.label_column)])
    same = sum(bool(found.answers[place] == label) for place, label in zip(places, labels, strict=True))
    return same / max(1, len(places))


def _keys(texts: Dataset, names: list[str]) -> np.ndarray:
    """A number for each text, the same for the same text within this process, int64."""
    columns = [each(texts[name]) for name in names]
    return np.fromiter((hash(repr(values)) for values in zip(*columns, strict=True)), np.int64)
