"""A change of vocabulary: another tokenizer for the model, and embeddings for its tokens.

The body of the encoder is kept. What is learned is learned from the texts to be trained on and the
unlabelled ones, never from the development or test texts.

Output: a Hugging Face folder, ``training.json`` (nothing was trained), and ``facts.json``: number of
tokens, tokens by the rule that gave them their embedding, and how well the source's and
the new tokenizer fit the target text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import torch
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from typing_extensions import override

from pipeline.messages import Message, series
from pipeline.parameters import VocabularyParameters
from pipeline.parts import each
from pipeline.report import TokenizerFit
from pipeline.sources import resolve
from pipeline.spec import TaskName
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.embeddings import Transplant, find_mixtures
from pipeline.stages.models import load_model, load_tokenizer, save_model
from pipeline.stages.tokenizers import adopt_tokenizer, extend_tokenizer, fit, learn_tokenizer
from pipeline.stages.tokenizers.corpus import sample
from pipeline.tasks import TASKS

#: Characters of target text on which the tokenizers' fit is measured.
MEASURED = 1_000_000
#: What the rules for new embeddings are called; those of pipeline.stages.embeddings.rules, and two more.
_RULES = {
    str(rule): rule
    for rule in (
        Message("kept"),
        Message("special"),
        Message("matching"),
        Message("dictionary"),
        Message("neighbours"),
        Message("parts"),
        Message("pieces"),
        Message("distribution"),
    )
}
ROLES = ("pad", "bos", "eos", "cls", "sep", "mask", "unk")

#: Kind of change → the new tokenizer, from target texts, the options, the source's tokenizer and known words.
TOKENIZERS: dict[
    str, Callable[[Collection[str], Any, PreTrainedTokenizerFast, Collection[str]], PreTrainedTokenizerFast]
] = {
    "extend": lambda texts, options, source, _: extend_tokenizer(texts, options, source),
    "transplant": learn_tokenizer,
    "adopt": lambda _, options, source, __: adopt_tokenizer(load_tokenizer(resolve(options.model).path), source),
}


def run(context: Context[VocabularyParameters]) -> None:
    """Give the source model a tokenizer and embeddings for the target language."""
    began = time.monotonic()
    parameters = context.parameters
    options = parameters.vocabulary
    source = context.inputs["model"]
    data = context.inputs["data"]
    dictionary = read_json(data / "dictionary.json")
    texts = TargetTexts(data, parameters.task)
    old = load_tokenizer(source)
    context.step(1, 4)
    new = TOKENIZERS[options.kind](texts, options, old, dictionary)
    context.step(2, 4)
    transplant = find_mixtures(
        old,
        new,
        dictionary,
        initialisation=options.initialisation,
        texts=texts,
        kept=len(old) if options.kind == "extend" else 0,
        seed=parameters.seed,
    )
    context.step(3, 4)
    model = load_model(source, parameters.task, read_json(data / "data.json")["labels"])
    exchange_embeddings(model, transplant, parameters.seed)
    name_special_tokens(model.config, new)
    save_model(model, new, context.out)
    _tell(context, transplant, *(fit(tokenizer, sample(texts, MEASURED)) for tokenizer in (old, new)))
    nothing_trained = {"tokens": 0, "flops": 0.0, "gemm_flops_per_second": 0.0, "examples": 0}
    context.write_json("training.json", {"seconds": time.monotonic() - began, **nothing_trained})
    context.step(4, 4)


class TargetTexts(Collection[str]):
    """All that may be learned from in the target language; of tagged texts the words, with spaces between.

    They are read anew each time: whoever learns from them reads every so-manieth, and millions would not fit into
    memory.
    """

    def __init__(self, data: Path, task: TaskName) -> None:
        splits = [read_split(data, name) for name in ("target_train", "unlabelled")]
        self._columns = [split[column] for split in splits for column in TASKS[task].columns]

    @override
    def __len__(self) -> int:
        return sum(map(len, self._columns))

    @override
    def __iter__(self) -> Iterator[str]:
        for column in self._columns:
            for value in each(column):
                yield value if isinstance(value, str) else " ".join(value)

    @override
    def __contains__(self, text: object) -> bool:
        return any(text == found for found in self)


def exchange_embeddings(model: PreTrainedModel, transplant: Transplant, seed: int) -> None:
    """Replace the model's embeddings, and the output layer of a language model that predicts tokens.

    A bias of the output is a table of width one, and a mixture of tokens has the mixture of their biases.
    """
    inputs, outputs = model.get_input_embeddings(), model.get_output_embeddings()
    embeddings = transplant.embeddings(inputs.weight.detach(), seed)
    untied = outputs is not None and outputs.weight is not inputs.weight
    weight = transplant.embeddings(outputs.weight.detach(), seed) if untied else None
    has_bias = outputs is not None and outputs.bias is not None
    bias = transplant.embeddings(outputs.bias.detach()[:, None], seed)[:, 0] if has_bias else None
    model.resize_token_embeddings(len(embeddings), mean_resizing=False)
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(embeddings)
        if weight is not None:
            model.get_output_embeddings().weight.copy_(weight)
        if bias is not None:
            model.get_output_embeddings().bias.copy_(bias)


def name_special_tokens(config: PretrainedConfig, tokenizer: PreTrainedTokenizerFast) -> None:
    """Let the config name the special tokens that it named before by their new indices."""
    for role in ROLES:
        index = getattr(tokenizer, f"{role}_token_id")
        if index is not None and getattr(config, f"{role}_token_id", None) is not None:
            setattr(config, f"{role}_token_id", index)


def _tell(
    context: Context[VocabularyParameters], transplant: Transplant, before: TokenizerFit, after: TokenizerFit
) -> None:
    """Write down, and say, what came of it."""
    tokens, counts = len(transplant.rules), transplant.counts
    shares = series(
        Message("{count:,} {rule}", count=count, rule=_RULES.get(rule, rule)) for rule, count in counts.most_common()
    )
    if getattr(context.parameters.vocabulary, "size", 0) is None:
        context.note(
            "The new vocabulary has {tokens:,} tokens (a number chosen from the text), with embeddings from: {shares}.",
            tokens=tokens,
            shares=shares,
        )
    else:
        context.note(
            "The new vocabulary has {tokens:,} tokens, with embeddings from: {shares}.", tokens=tokens, shares=shares
        )
    context.note(
        "On target text, {unknown_before:.1%} of the source's tokens are unknown, and {unknown_after:.1%} of the new; "
        "pieces for each character: {pieces_before:.2f} before, {pieces_after:.2f} now.",
        unknown_before=before.unknown_rate,
        unknown_after=after.unknown_rate,
        pieces_before=before.pieces_per_character,
        pieces_after=after.pieces_per_character,
    )
    context.write_json(
        "facts.json",
        {
            "tokens": tokens,
            **counts,
            "unknown_rate_before": before.unknown_rate,
            "unknown_rate_after": after.unknown_rate,
            "pieces_per_character_before": before.pieces_per_character,
            "pieces_per_character_after": after.pieces_per_character,
        },
    )
