"""Trains a model on labelled texts; makes every network of a run that has learned from labels.

Output: a Hugging Face folder, and ``training.json``. A member of an ensemble also leaves what
:mod:`pipeline.stages.sampling` writes, and a student of self-training what :mod:`pipeline.stages.students` does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from datasets import Dataset, concatenate_datasets, load_from_disk
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.evaluation.metrics import leading
from pipeline.models.layers import FAMILIES
from pipeline.parameters import FineTuningParameters
from pipeline.parts import parts
from pipeline.stages.answering import answers, truth_in
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.encoding import Collate
from pipeline.stages.heads import HEADS, encode, objective
from pipeline.stages.lessons import Lessons, Watch
from pipeline.stages.limiting import limited
from pipeline.stages.losses import class_weights
from pipeline.stages.models import load_model, load_tokenizer, restore_dropouts, save_model, start_folder
from pipeline.stages.precision import choose
from pipeline.stages.reading import BATCH_TOKENS, Reading
from pipeline.stages.rows import distinct, lengths, select
from pipeline.stages.sampling import after_training, sample
from pipeline.stages.sharing import Shared, freeze_encoder, share
from pipeline.stages.soft_labels import as_distributions
from pipeline.stages.students import hold_against_teacher, stopped
from pipeline.stages.thrift import used_embeddings
from pipeline.stages.training import train, write_training
from pipeline.stages.tunings import TUNINGS
from pipeline.tasks import TASKS


def run(context: Context[FineTuningParameters]) -> None:
    """Fine-tune from the source model, from a stage's output, or from random weights."""
    if stopped(context):
        return
    parameters = context.parameters
    task, tuning = parameters.task, parameters.tuning
    seed = parameters.seed + 7919 * parameters.member  # a prime, so that members of near seeds differ too
    labels = read_json(context.inputs["data"] / "data.json")["labels"]
    folder = start_folder(context)
    tokenizer = load_tokenizer(folder, parameters.max_length)
    torch.manual_seed(seed)  # the head, or everything, is drawn at random
    model = load_model(folder, task, labels, random=parameters.start == "random", to_train=True, dropout=tuning.dropout)
    rows, known = training_set(context, tokenizer, labels)
    dev = _watched(context, tokenizer, labels) if tuning.patience else None
    seen = [rows] if dev is None else [rows, dev]
    tokens = np.unique(np.concatenate([distinct(each) for each in seen]))
    seen_tokens = sum(int(lengths(each).sum(dtype=np.int64)) for each in seen)
    drawn = sample(context, rows, known)
    weights = class_weights(parts(rows["labels"]), TASKS[task].labelling, len(labels)) if tuning.class_weights else None
    collate: Collate = HEADS[task].collate(tokenizer)
    shared = _frozen(model, rows, collate, context)
    if shared is not None:
        rows, collate = shared.dataset, shared.collate
        dev = None if dev is None else shared.computed(dev)

    tuned = TUNINGS[tuning.kind](model, tuning)
    lessons = Lessons(
        dataset=rows if parameters.sampling == "all" else select(rows, drawn.indices),
        collate=collate,
        objective=objective(task, weights),
        batch_size=tuning.batch_size,
        warmup_ratio=tuning.warmup_ratio,
        seed=seed,
    )
    watch = None
    if tuning.patience is not None and dev is not None:
        watch = Watch(_score(context, labels, dev, collate), tuning.patience)
    in_batch = tuning.batch_size * seen_tokens // sum(map(len, seen))
    precision = choose(tuned.model, in_batch, context) if shared is None else shared.precision
    with used_embeddings(tuned.model, tokens, tokenizer.pad_token_id):
        taken = train(tuned.model, lessons, tuned.phases, precision, context, watch=watch)
    tuned.finish()
    read = Reading() if shared is None else shared.reading
    with read.counted():
        after_training(context, drawn, tuned.model, rows, collate)
    trained = tuned.model if shared is None else shared.rejoin()
    restore_dropouts(trained.config, folder)  # the next stage's null means the source's
    save_model(trained, tokenizer, context.out)
    if shared is not None and not parameters.member:  # a member's are the ensemble's to delete
        shared.delete()
    hold_against_teacher(context, read)
    write_training(context, taken, precision, len(lessons.dataset), read)


def _frozen(
    model: PreTrainedModel, rows: Dataset, collate: Collate, context: Context[FineTuningParameters]
) -> Shared | None:
    """The model taken apart, if layers of it stay frozen and so need to read each text but once.

    A probe on an encoder of another family than those of the table, of which it is not known what its head reads, has
    the encoder read in each epoch.
    """
    parameters = context.parameters
    probed = parameters.tuning.kind == "probe" and model.config.model_type in FAMILIES
    if not probed and not parameters.shared_layers:
        return None
    precision = choose(model, BATCH_TOKENS, context)
    if probed:
        of_texts = TASKS[parameters.task].labelling != "tags"
        return freeze_encoder(model, rows, collate, context, precision=precision, first_alone=of_texts)
    return share(model, rows, collate, parameters.shared_layers, context, precision=precision)


def training_set(
    context: Context[FineTuningParameters], tokenizer: PreTrainedTokenizerFast, labels: list[str]
) -> tuple[Dataset, int]:
    """All that may be learned from, encoded: labelled texts, and behind them those that the input ``labels`` labels.

    Returns:
        The rows, and how many of them, the first ones, have true labels.

    Raises:
        TrainingError: There is nothing.
    """
    parameters = context.parameters
    column = TASKS[parameters.task].label_column
    given: list[Dataset] = []
    if parameters.split is not None:
        split = read_split(context.inputs["data"], parameters.split)
        given.append(split.select(limited(split, column, parameters.limit, parameters.seed)))
    known = sum(map(len, given))
    if "labels" in context.inputs:
        given.append(load_from_disk(str(context.inputs["labels"] / "texts")))
    if any("probabilities" in each.column_names for each in given):
        given = [as_distributions(each, parameters.task, len(labels), context.spare) for each in given]
    found = [encode(each, tokenizer, parameters.task, labels, context.spare) for each in given if len(each)]
    if not found:
        raise TrainingError(
            "There are no labelled texts to learn from.", "Add target texts, or raise the shares taken."
        )
    return concatenate_datasets(found), known


def _watched(
    context: Context[FineTuningParameters], tokenizer: PreTrainedTokenizerFast, labels: list[str]
) -> Dataset | None:
    """The development texts, encoded; None without any: all epochs would score alike, and the first be kept."""
    dev = read_split(context.inputs["data"], "dev")
    if not len(dev):
        context.note("{stage}: no development texts to stop by, so it learns to its last epoch.", stage=context.title)
        return None
    return encode(dev, tokenizer, context.parameters.task, labels, context.spare)


def _score(
    context: Context[FineTuningParameters], labels: list[str], rows: Dataset, collate: Collate
) -> Callable[[PreTrainedModel], float]:
    """The task's leading metric on the development texts; higher is better."""
    task = context.parameters.task
    dev = read_split(context.inputs["data"], "dev")
    truth = truth_in(task, dev, labels)
    sign = -1 if TASKS[task].lower_is_better else 1

    def score(model: PreTrainedModel) -> float:
        said = answers(model, rows, collate, task, lambda _: context.check(), tell=context.note)
        return sign * leading(truth, said)

    return score
