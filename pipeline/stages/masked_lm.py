"""The head of a masked language model: where a source's own is taken, and where its logits are wanted.

The head multiplies each token by the whole vocabulary, and training wants a sixth
of these products. What the encoder gives is cut down to the masked tokens before the head sees it, so
that each family's own head does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from pipeline.stages.models import load_language_model, load_tokenizer


def logits_at(model: PreTrainedModel, where: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """A masked LM's logits at some tokens: float ``[chosen tokens, vocabulary]``, text by text.

    Args:
        model: With a head for masked LM on its ``base_model``.
        where: bool ``[texts, tokens]``.
        inputs: What the model reads, without labels.
    """

    def choose(*called: Any) -> Any:
        output = called[-1]  # after the encoder and what it was given
        output.last_hidden_state = output.last_hidden_state[where][None]
        return output

    hook = model.base_model.register_forward_hook(choose)
    try:
        return model(**inputs).logits[0]
    finally:
        hook.remove()


def take_head(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, source: Path) -> bool:
    """Give a masked LM the head that its source was trained with; the encoder and its embeddings stay as they are.

    With another vocabulary than the source's, a token that both call the same keeps what the output holds for it, such
    as its bias, and any other has the mean of the source's tokens.

    Args:
        model: Made from ``source``, with a head that was drawn.
        tokenizer: Of the model.
        source: Folder of the source model.

    Returns:
        Whether the source has a head.
    """
    other, drawn = load_language_model(source)
    if drawn:
        return False
    found = dict(_head(other))
    vocabulary, known = tokenizer.get_vocab(), load_tokenizer(source).get_vocab()
    outputs = model.get_output_embeddings()
    by_token = set() if outputs is None or vocabulary == known else {id(weight) for weight in outputs.parameters()}
    with torch.no_grad():
        for name, weight in _head(model):
            given = found.get(name)
            if given is not None and id(weight) in by_token:
                given = _rows(given, known, vocabulary, len(weight))
            if given is not None and given.shape == weight.shape:
                weight.copy_(given)
    return True


def _head(model: PreTrainedModel) -> Iterator[tuple[str, nn.Parameter]]:
    """Names and weights that are not the encoder's; tied to its embeddings, the output's matrix is the encoder's."""
    body = {id(weight) for weight in model.base_model.parameters()}
    return ((name, weight) for name, weight in model.named_parameters() if id(weight) not in body)


def _rows(table: torch.Tensor, known: dict[str, int], vocabulary: dict[str, int], size: int) -> torch.Tensor:
    """The rows of ``table``, one a token of ``known``, for ``size`` tokens of another vocabulary."""
    rows = table.mean(0).expand(size, *table.shape[1:]).clone()
    shared = [(index, known[token]) for token, index in vocabulary.items() if token in known]
    new, old = torch.tensor(shared, dtype=torch.long).reshape(-1, 2).T
    rows[new] = table[old]
    return rows
