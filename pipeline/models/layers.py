"""Encoders of several families seen alike: their layers, and the cut between lower and upper ones.

The families differ in where the layers lie and in what else stands between a text and its last
hidden state: one table, one row a family. Of all of them the head of a whole text reads the first token alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from pipeline.errors import TrainingError


@dataclass(frozen=True)
class Family:
    """Where the parts of an encoder lie, as paths from its base model.

    Attributes:
        layers: The list of layers.
        lower: What comes before or with the first layer, besides the embeddings: it belongs to a cut's lower part.
        common: What every layer reads: both parts of a cut keep a copy, and neither may train it.
    """

    layers: str = "encoder.layer"
    lower: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


#: ``model_type`` → its row. MiniLM and most Chinese encoders are of type bert.
FAMILIES: dict[str, Family] = {
    "bert": Family(),
    "camembert": Family(),
    "deberta": Family(common=("encoder.rel_embeddings",)),
    "deberta-v2": Family(lower=("encoder.conv",), common=("encoder.rel_embeddings", "encoder.LayerNorm")),
    "distilbert": Family(layers="transformer.layer"),
    "electra": Family(lower=("embeddings_project",)),
    "ernie": Family(),
    "mpnet": Family(common=("encoder.relative_attention_bias",)),
    "roberta": Family(),
    "xlm-roberta": Family(),
}


def family(model: PreTrainedModel) -> Family:
    """The row of a model's family.

    Raises:
        TrainingError: There is none.
    """
    kind = model.config.model_type
    if kind not in FAMILIES:
        raise TrainingError(
            "The layers of a model of type {kind} can't be reached one by one.",
            "Choose a source of type {families}, or another fine-tuning or ensemble.",
            kind=kind,
            families=", ".join(FAMILIES),
        )
    return FAMILIES[kind]


def encoder_layers(model: PreTrainedModel) -> nn.ModuleList:
    """The encoder's layers, the lowest first; to train the layers of a bridge, ask for those of its target.

    Raises:
        TrainingError: The family is not known.
    """
    layers = model.base_model.get_submodule(family(model).layers)
    assert isinstance(layers, nn.ModuleList)  # noqa: S101 - the table says so
    return layers


class PassThrough(nn.Module):
    """Stands where the embeddings were: the hidden states that came as ``inputs_embeds`` go on as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Identity()  # get_input_embeddings() finds a module without parameters

    def forward(
        self, input_ids: None = None, inputs_embeds: torch.Tensor | None = None, **positions: Any
    ) -> torch.Tensor | None:
        """``inputs_embeds``, float ``[batch, tokens, hidden]``; DistilBERT passes it by position."""
        return inputs_embeds


def cut(model: PreTrainedModel, layers: int) -> PreTrainedModel:
    """Cut a model in two, in place: ``upper(inputs_embeds=lower(x)[0]) == model(x)`` with the same attention mask.

    ``model`` becomes the upper part: its head and the layers from ``layers`` on, which takes the
    lower part's hidden states as ``inputs_embeds``. :func:`rejoin` undoes it.

    Args:
        model: Any head on an encoder of a known family.
        layers: How many of the lowest layers are cut off, together with the embeddings.

    Returns:
        The lower part: an encoder that is frozen and in evaluation mode.

    Raises:
        TrainingError: The family is not known, or has not more than ``layers`` layers.
    """
    parts, own = family(model), encoder_layers(model)
    if not 0 < layers < len(own):
        raise TrainingError(
            "{layers} lower layers can't be shared: the model has {available}.",
            "Share between 1 and {most} layers.",
            layers=layers,
            available=len(own),
            most=len(own) - 1,
        )
    base = model.base_model
    lower = copy.deepcopy(base)
    del encoder_layers(lower)[layers:], own[:layers]
    if hasattr(lower, "pooler"):
        lower.pooler = None  # it reads the last layer, which is not here
    base.embeddings = PassThrough()
    for path in _present(base, parts.lower):
        _put(base, path, None if path.startswith("encoder") else nn.Identity())
    for path in _present(base, parts.common):
        base.get_submodule(path).requires_grad_(requires_grad=False)
    return lower.eval().requires_grad_(requires_grad=False)


class Recalled(nn.Module):
    """Stands where an encoder was: its last hidden states, which come as ``inputs_embeds``, go on to the head.

    Args:
        pooler: The encoder's, if it has one; it makes the pooled output of them.
    """

    def __init__(self, pooler: nn.Module | None) -> None:
        super().__init__()
        self.pooler = pooler
        self.word_embeddings = nn.Identity()

    def get_input_embeddings(self) -> nn.Module:
        """A module without parameters."""
        return self.word_embeddings

    def forward(self, input_ids: None = None, *, inputs_embeds: torch.Tensor, **_: Any) -> BaseModelOutputWithPooling:
        """``inputs_embeds``, float ``[batch, tokens, hidden]``; the first token is all that a pooler reads."""
        pooled = None if self.pooler is None else self.pooler(inputs_embeds)
        return BaseModelOutputWithPooling(last_hidden_state=inputs_embeds, pooler_output=pooled)


def behead(model: PreTrainedModel) -> PreTrainedModel:
    """Cut between encoder and head, in place: ``model(inputs_embeds=encoder(x)[0])`` is then what ``model(x)`` was.

    :func:`rejoin` undoes it.

    Args:
        model: Any head on an encoder of a known family.

    Returns:
        The encoder without its pooler, frozen and in evaluation mode.

    Raises:
        TrainingError: The family is not known, so neither is what its head reads.
    """
    family(model)
    encoder: PreTrainedModel = model.base_model
    setattr(model, model.base_model_prefix, Recalled(getattr(encoder, "pooler", None)))
    if hasattr(encoder, "pooler"):
        encoder.pooler = None
    return encoder.eval().requires_grad_(requires_grad=False)


def rejoin(upper: PreTrainedModel, lower: PreTrainedModel) -> PreTrainedModel:
    """Put the parts that :func:`cut` or :func:`behead` made together again, in place; gives the whole model."""
    if isinstance(upper.base_model, Recalled):
        if hasattr(lower, "pooler"):
            lower.pooler = upper.base_model.pooler
        setattr(upper, upper.base_model_prefix, lower)
        return upper
    parts, base = family(upper), upper.base_model
    base.embeddings = lower.embeddings
    for path in _present(lower, parts.lower):
        _put(base, path, lower.get_submodule(path))
    whole = nn.ModuleList([*encoder_layers(lower), *encoder_layers(upper)])
    _put(base, parts.layers, whole)
    return upper


def _present(base: nn.Module, paths: tuple[str, ...]) -> Iterator[str]:
    """Those of a family's optional parts that this model has."""
    for path in paths:
        owner, _, name = path.rpartition(".")
        if getattr(base.get_submodule(owner), name, None) is not None:
            yield path


def _put(base: nn.Module, path: str, module: nn.Module | None) -> None:
    owner, _, name = path.rpartition(".")
    setattr(base.get_submodule(owner), name, module)
