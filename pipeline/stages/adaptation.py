"""Masked LM: new embeddings first, with the body frozen, then all. On the way to another task, or as the task.

On the way, the model keeps its classification head, and a masked-LM head, tied to the embeddings, is put on the encoder
for the time being: the source's own, where it brings one. Sources: Gururangan et al. 2020 (adaptive pretraining),
Artetxe et al. 2020 (embeddings of a new language under a frozen body).

Output: a Hugging Face folder, ``training.json``, and ``facts.json`` (held-out perplexity before and after; of a source
that is taken as it is, :data:`HEAD_DRAWN` where it brings no masked-LM head).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset, concatenate_datasets
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.parameters import AdaptationParameters
from pipeline.sources import resolve
from pipeline.stages.answering import answers
from pipeline.stages.checkpoints import State
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.encoding import Columns, collate_masked, encode_for_masking
from pipeline.stages.heads import HEADS, objective
from pipeline.stages.lessons import Lessons, ParameterGroups, Phase, Watch
from pipeline.stages.masked_lm import take_head
from pipeline.stages.models import load_language_model, load_model, load_tokenizer, save_model, start_folder
from pipeline.stages.precision import choose
from pipeline.stages.reading import Tell, logger
from pipeline.stages.rows import lengths, mapped, select
from pipeline.stages.training import train, write_training
from pipeline.stages.tunings import grouped
from pipeline.tasks import TASKS

HELD_OUT, MOST_HELD_OUT = 0.05, 5000  # share of the texts on which perplexity is measured, and how many they may be
LEAST_TOKENS, MOST_TIMES = 5000, 50  # read for it, and how often a text may be
WEIGHT_DECAY = 0.01
HEAD_DRAWN = "head_drawn"  # the fact that a language model guesses by a head that was drawn, and has learned nothing


def run(context: Context[AdaptationParameters]) -> None:
    """Train the encoder to guess masked tokens."""
    parameters = context.parameters
    folder = start_folder(context)
    tokenizer = load_tokenizer(folder, parameters.max_length)
    torch.manual_seed(parameters.seed)  # a head that the folder does not hold is drawn at random
    model, drawn = load_language_model(folder, random=parameters.start == "random", to_train=True)
    if drawn and parameters.start == "given":  # the folder holds the head of its task in place of the source's
        drawn = not take_head(model, tokenizer, resolve(parameters.source).path)
    facts: dict[str, float] = {}
    if parameters.adaptation.epochs or parameters.adaptation.embedding_epochs:
        facts = _train(context, model, tokenizer)
    else:
        write_training(context, State(), None, 0)
        if drawn:
            context.note("The source model brings no head for masked LM, so one was drawn at random.")
            facts = {HEAD_DRAWN: 1}
    if parameters.task != "language-modelling":
        labels = read_json(context.inputs["data"] / "data.json")["labels"]
        trained = model.to("cpu").base_model.state_dict()
        model = load_model(folder, parameters.task, labels, random=parameters.start == "random")
        model.base_model.load_state_dict(trained, strict=False)  # a pooler is part of the classifier alone
    save_model(model, tokenizer, context.out)
    context.write_json("facts.json", facts)


def _train(
    context: Context[AdaptationParameters], model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> dict[str, float]:
    """Train ``model`` in place; gives the perplexity on held-out texts before and after."""
    parameters, options = context.parameters, context.parameters.adaptation
    texts, watched = _texts(context)
    rows, held_out = (_windows(part, tokenizer, context.spare) for part in (texts, watched))
    before = perplexity(model, held_out, tokenizer, context.note)
    lessons = Lessons(
        dataset=rows,
        collate=collate_masked(tokenizer, options.mask_probability),
        objective=objective("language-modelling"),
        batch_size=options.batch_size,
        warmup_ratio=0.1,
        seed=parameters.seed,
    )
    body = {id(parameter) for parameter in model.base_model.parameters()}
    embeddings = {id(parameter) for parameter in model.get_input_embeddings().parameters()}

    def learn(*, all_weights: bool) -> ParameterGroups:
        rates = []
        for parameter in model.parameters():
            new = id(parameter) in embeddings or id(parameter) not in body  # the head is not part of the body
            parameter.requires_grad = new or all_weights
            rates.append((parameter, options.embedding_learning_rate if new else options.learning_rate))
        return grouped([pair for pair in rates if pair[0].requires_grad], WEIGHT_DECAY)

    phases = [
        Phase("embeddings", options.embedding_epochs, lambda: learn(all_weights=False)),
        Phase("all", options.epochs, lambda: learn(all_weights=True)),
    ]
    tokens = int(lessons.lengths.sum(dtype=np.int64)) // len(rows)
    precision = choose(model, options.batch_size * tokens, context)
    watch = None
    if options.patience is not None and before is not None:
        watch = Watch(lambda trained: -_held_to(trained, held_out, tokenizer, context), options.patience)
    taken = train(model, lessons, phases, precision, context, watch=watch)
    write_training(context, taken, precision, len(texts))
    after = perplexity(model, held_out, tokenizer, context.note)
    if before is None or after is None:
        return {}
    context.note("Perplexity on held-out text went from {before:,.0f} to {after:,.0f}.", before=before, after=after)
    return {"perplexity_before": before, "perplexity_after": after}


def _held_to(
    model: PreTrainedModel, rows: Dataset, tokenizer: PreTrainedTokenizerFast, context: Context[AdaptationParameters]
) -> float:
    """Perplexity on held-out rows that have tokens to mask."""
    context.check()
    found = perplexity(model, rows, tokenizer, context.note)
    assert found is not None  # noqa: S101 - they had before
    return found


def perplexity(
    model: PreTrainedModel, rows: Dataset, tokenizer: PreTrainedTokenizerFast, tell: Tell = logger.warning
) -> float | None:
    """Exponential of the mean loss over masked tokens, the same at every call; None if there is nothing to mask.

    Few texts are asked several times, under other masks. ``tell`` is as
    :func:`~pipeline.stages.reading.in_batches` takes it.
    """
    tokens = int(lengths(rows).sum(dtype=np.int64))
    times = min(MOST_TIMES, -(-LEAST_TOKENS // max(1, tokens)))
    asked = select(rows, np.tile(np.arange(len(rows)), times)) if times > 1 else rows
    collate = HEADS["language-modelling"].collate(tokenizer)
    scores = answers(model, asked, collate, "language-modelling", tell=tell)
    if not len(scores.values):
        return None
    return math.exp(min(float(np.mean(scores.values[:, 0], dtype=np.float64)), 50))


def _texts(context: Context[AdaptationParameters]) -> tuple[Dataset, Dataset]:
    """Texts to learn from, and those on which perplexity is measured."""
    parameters = context.parameters
    columns = list(TASKS[parameters.task].columns)
    splits = [read_split(context.inputs["data"], split).select_columns(columns) for split in parameters.splits]
    texts = concatenate_datasets(splits)
    if len(texts) < 2:
        raise TrainingError("{count} texts are too few for masked LM.", "Add target texts.", count=len(texts))
    drawn = np.random.default_rng(parameters.seed)
    if parameters.held_out:
        given = read_split(context.inputs["data"], parameters.held_out).select_columns(columns)
        return texts, select(given, drawn.permutation(len(given))[:MOST_HELD_OUT])
    # Not by train_test_split: it leaves files beside the texts, which are an artifact.
    order, held = drawn.permutation(len(texts)), min(max(1, round(HELD_OUT * len(texts))), MOST_HELD_OUT)
    return select(texts, order[held:]), select(texts, order[:held])


def _windows(texts: Dataset, tokenizer: PreTrainedTokenizerFast, spare: Path | None = None) -> Dataset:
    """Texts as rows of token ids; a long one goes on in the next row."""

    def encoded(columns: Columns) -> Columns:
        return encode_for_masking(columns, tokenizer, windows=True)

    return mapped(texts, encoded, spare)
