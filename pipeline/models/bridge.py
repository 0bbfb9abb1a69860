"""The attention bridge: a trainable target encoder that may look at a frozen source encoder.

Both read the same tokens. After each bridged layer l of the target, with ``h_T`` its hidden states
and ``h_S`` those that enter the source's layer at the same relative depth::

    h_T ← h_T + tanh(g_l) · CrossAttention(q = h_T, k = v = h_S)

So the source's last layer is never looked at, and is not there: of a transformer's layers those before
it transfer better (Liu et al. 2019, arXiv:1903.08855), and there is one less to compute.

The gate ``g_l`` starts at zero, so training starts from the target encoder alone. Gated
cross-attention into a pretrained encoder is Flamingo's (Alayrac et al. 2022, arXiv:2204.14198).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import AutoModel, PreTrainedModel

from pipeline.errors import TrainingError
from pipeline.models.attention import BridgedLayer, source_at_hand
from pipeline.models.configuration import CompositeConfig, describe
from pipeline.models.layers import FAMILIES, encoder_layers
from pipeline.spec import AttentionBridge

#: Bridges and gates start new, so they learn at this many times the body's rate
#: (:meth:`Bridge.bridge_parameters`): a gate that learns at 5e-5 would hardly open.
NEW_WEIGHTS_RATE = 20.0


class GraftBridgeConfig(CompositeConfig):
    """Config of a bridge.

    Args:
        target_layers: Layers of the target encoder.
        bridged: Which of them are bridged, from 0.
        source_layers: At which of the source's hidden states each of these looks; 0 is its embeddings. Configs written
            before this was said look at those of the same relative depth.
        kwargs: As :class:`~pipeline.models.configuration.CompositeConfig` takes them; ``encoder`` is the source's.
    """

    model_type = "graft-bridge"

    def __init__(
        self, target_layers: int = 1, bridged: Sequence[int] = (), source_layers: Sequence[int] = (), **kwargs: Any
    ) -> None:
        self.target_layers = target_layers
        self.bridged = list(bridged)
        self.source_layers = list(source_layers)
        super().__init__(**kwargs)


class Bridge(PreTrainedModel):
    """A frozen source encoder, and a target encoder with a head whose bridged layers attend to it."""

    config_class = GraftBridgeConfig
    config: GraftBridgeConfig
    _supports_sdpa = True  # as far as the encoders do

    def __init__(self, config: GraftBridgeConfig) -> None:
        super().__init__(config)
        inner = config.inner()
        looked_at = config.source_layers or _as_deep(inner.num_hidden_layers, config.target_layers, config.bridged)
        self.source = AutoModel.from_config(config.inner(max(looked_at)))
        if hasattr(self.source, "pooler"):
            self.source.pooler = None  # only its hidden states are looked at
        self.target = config.build(config.target_layers)
        layers = encoder_layers(self.target)
        dropout = getattr(inner, "attention_probs_dropout_prob", getattr(inner, "attention_dropout", 0.0))
        for number, depth in zip(config.bridged, looked_at, strict=True):
            layers[number] = BridgedLayer(layers[number], inner.hidden_size, inner.num_attention_heads, dropout, depth)
        self.source.requires_grad_(requires_grad=False)
        self.post_init()

    def train(self, mode: bool = True) -> Bridge:
        """Training mode for all but the source, which stays as it is: no dropout there."""
        super().train(mode)
        if self.source is not None:
            self.source.eval()
        return self

    def get_input_embeddings(self) -> nn.Module:
        """The target's word embeddings; the source's are frozen."""
        return self.target.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Give the target other word embeddings."""
        self.target.set_input_embeddings(value)

    def bridge_parameters(self) -> list[nn.Parameter]:
        """The parameters that are new: cross-attentions and gates."""
        bridges = [module for module in self.modules() if isinstance(module, BridgedLayer)]
        return [value for bridge in bridges for value in (*bridge.attention.parameters(), bridge.gate)]

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        source_states: tuple[torch.Tensor, ...] | None = None,
    ) -> Any:
        """As the target's plain model would.

        Args:
            input_ids: int64 ``[batch, tokens]``.
            attention_mask: The same shape; 1 for a token, 0 for padding.
            token_type_ids: The same shape, where the family has them.
            labels: As the target's plain model takes them.
            source_states: What :func:`look` found, where several bridges share a source.

        Returns:
            An output with ``logits``: ``[batch, labels]``, in tagging ``[batch, tokens, labels]``, and ``loss``.
        """
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        inputs = {"input_ids": input_ids, "attention_mask": mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        if source_states is None:
            source_states = look(self.source, **inputs)
        least = torch.finfo(source_states[0].dtype).min
        with source_at_hand(source_states, torch.where(mask > 0, 0.0, least)[:, None, None]):
            return self.target(**inputs, labels=labels)


@torch.no_grad()
def look(source: PreTrainedModel, **inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The hidden states of a frozen source encoder, each float ``[batch, tokens, width]``; the first are embeddings."""
    return source(**inputs, output_hidden_states=True).hidden_states


class GraftBridgeForSequenceClassification(Bridge):
    """A bridge with a head for whole texts."""


class GraftBridgeForTokenClassification(Bridge):
    """A bridge with a head for each token."""


MODELS: dict[str, type[Bridge]] = {
    "sequence-classification": GraftBridgeForSequenceClassification,
    "token-classification": GraftBridgeForTokenClassification,
}


def build_bridge(model: PreTrainedModel, options: AttentionBridge) -> Bridge:
    """A bridge whose source is ``model``'s encoder, frozen, and whose target starts as ``model``, head included.

    Args:
        model: An encoder of a known family, with a head.
        options: Which layers are bridged, and how many of them the target has.

    Raises:
        TrainingError: The family's layers can't be reached one by one, or there are fewer than ``target_layers``.
    """
    available = len(encoder_layers(model))
    layers = options.target_layers or available
    if layers > available:
        raise TrainingError(
            "The target encoder can't have {layers} layers: the source has {available}.",
            "Set target_layers to {available} or fewer.",
            layers=layers,
            available=available,
        )
    last = layers - 1
    every = options.every if options.bridged == "multi" else layers
    bridged = tuple(number for number in range(layers) if (number + 1) % every == 0 or number == last)
    source_layers = [max(1, depth - 1) for depth in _as_deep(available, layers, bridged)]
    described = describe(model)
    bridge = MODELS[described["head"]](GraftBridgeConfig(layers, bridged, source_layers, **described))
    weights = model.base_model.state_dict()
    bridge.source.load_state_dict({name: weights[name] for name in bridge.source.state_dict()})
    bridge.target.load_state_dict(_at_bridged_layers(model, layers, bridged), strict=False)
    return bridge.train(model.training)


def _as_deep(source_layers: int, target_layers: int, numbers: Sequence[int]) -> list[int]:
    """How many of the source's layers are as large a share of it as the target's are up to each of these."""
    return [round((number + 1) * source_layers / target_layers) for number in numbers]


def _at_bridged_layers(model: PreTrainedModel, layers: int, bridged: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """A plain model's weights, those of its lowest ``layers``, under their names in a bridge's target."""
    place = f"{model.base_model_prefix}.{FAMILIES[model.config.model_type].layers}."
    renamed = {}
    for name, value in model.state_dict().items():
        number, dot, rest = name.removeprefix(place).partition(".")
        if not name.startswith(place):
            renamed[name] = value
        elif int(number) < layers:
            renamed[f"{place}{number}{dot}{'layer.' if int(number) in bridged else ''}{rest}"] = value
    return renamed
