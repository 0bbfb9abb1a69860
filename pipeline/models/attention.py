"""The layer that a bridge adds to an encoder: gated cross-attention to another encoder's hidden states."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

import torch
from torch import nn
from torch.nn import functional

#: What the source made of the texts at hand: its hidden states, and its mask. The target's layers
#: are called by their encoder, which knows nothing of a source. A variable of the context, not an
#: attribute: torch's data parallelism runs copies of one model in several threads.
_SOURCE: ContextVar[tuple[tuple[torch.Tensor, ...], torch.Tensor]] = ContextVar("source states")


@contextmanager
def source_at_hand(states: tuple[torch.Tensor, ...], mask: torch.Tensor) -> Iterator[None]:
    """Within it, bridged layers see this source.

    Args:
        states: The source's hidden states, each float ``[batch, tokens, width]``; the first are its embeddings.
        mask: float ``[batch, 1, 1, tokens]``, added to the scores: 0, or the least there is for padding.
    """
    token = _SOURCE.set((states, mask))
    try:
        yield
    finally:
        _SOURCE.reset(token)


class CrossAttention(nn.Module):
    """Multi-head attention of one sequence to another (Vaswani et al. 2017).

    torch's own ``nn.MultiheadAttention`` writes the batch size of the example into a traced graph.

    Args:
        width: Of both sequences' hidden states.
        heads: How many.
        dropout: Of the attention weights.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.dropout = dropout
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, states: torch.Tensor, seen: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What ``states`` draws from ``seen``.

        Args:
            states: float ``[batch, tokens, width]``.
            seen: float ``[batch, seen tokens, width]``.
            mask: float ``[batch, 1, 1, seen tokens]``, added to the scores: 0, or the least there is for padding.

        Returns:
            float ``[batch, tokens, width]``.
        """
        query, key, value = (
            project(sequence).view(*sequence.shape[:2], self.heads, self.size).transpose(1, 2)
            for project, sequence in ((self.query, states), (self.key, seen), (self.value, seen))
        )
        dropout = self.dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(query, key, value, mask, dropout, scale=self.size**-0.5)
        return self.out(mixed.transpose(1, 2).reshape(states.shape))


class BridgedLayer(nn.Module):
    """A layer of the target encoder and the bridge after it; called as the layer was.

    Args:
        layer: The layer.
        width: Of its hidden states.
        heads: Attention heads of the bridge.
        dropout: Of the bridge's attention.
        source_layer: At which of the source's hidden states it looks; 0 is its embeddings.
    """

    def __init__(self, layer: nn.Module, width: int, heads: int, dropout: float, source_layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.attention = CrossAttention(width, heads, dropout)
        self.gate = nn.Parameter(torch.zeros(()))
        self.merged = False
        self.source_layer = source_layer

    def forward(self, *args: Any, **kwargs: Any) -> tuple[torch.Tensor, ...]:
        """What the layer gives, its hidden states float ``[batch, tokens, width]`` with the source's added."""
        states, *others = self.layer(*args, **kwargs)
        source, mask = _SOURCE.get()
        looked = self.attention(states, source[self.source_layer], mask)
        return (states + (looked if self.merged else torch.tanh(self.gate) * looked), *others)


@contextmanager
def gates_merged(model: nn.Module) -> Iterator[None]:
    """Within it, a model's bridges compute the same without their gates, each of which is in the weights before it."""
    layers = [module for module in model.modules() if isinstance(module, BridgedLayer)]
    kept = [layer.attention.out for layer in layers]
    try:
        for layer in layers:
            layer.attention.out, layer.merged = _multiplied(layer.attention.out, torch.tanh(layer.gate)), True
        yield
    finally:
        for layer, out in zip(layers, kept, strict=True):
            layer.attention.out, layer.merged = out, False


@torch.no_grad()
def _multiplied(linear: nn.Linear, factor: torch.Tensor) -> nn.Linear:
    """A copy whose outputs are so many times as large."""
    copy = deepcopy(linear)
    for parameter in copy.parameters():
        parameter.mul_(factor)
    return copy
