"""Logits of a masked language model where they are wanted, and nowhere else.

The head of a masked LM multiplies each token by the whole vocabulary, and training wants a sixth
of these products. What the encoder gives is cut down to the masked tokens before the head sees it, so
that each family's own head does the rest.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import PreTrainedModel


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
