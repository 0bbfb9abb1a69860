"""Several models of one kind that vote, as one model.

The vote is soft: probabilities are averaged by the members' weights (all equal for bagging and seed
ensembles, the alphas of SAMME for boosting), and handed on as logits, so that whatever reads a
plain model's logits reads these. Members that were trained on a shared frozen trunk share it
here too: it runs once.

AdaBoost SAMME (Zhu et al. 2009) lets a member cast its whole weight for its likeliest label. Here the
weight is spread over the labels as the member's probabilities are: the same where members are
sure, and where they are not, the vote has a probability to show. The label is the argmax of the weighted sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from pipeline.errors import TrainingError
from pipeline.models.bridge import Bridge, look
from pipeline.models.configuration import CompositeConfig, describe
from pipeline.models.layers import cut


class GraftEnsembleConfig(CompositeConfig):
    """Config of an ensemble.

    Args:
        weights: Of the members' votes; only their ratios count.
        shared_layers: Lowest layers that all members share, the embeddings with them; 0: nothing is shared.
        kwargs: As :class:`~pipeline.models.configuration.CompositeConfig` takes them; ``encoder`` is a member's.
    """

    model_type = "graft-ensemble"

    def __init__(self, weights: Sequence[float] = (1.0,), shared_layers: int = 0, **kwargs: Any) -> None:
        self.weights = list(weights)
        self.shared_layers = shared_layers
        super().__init__(**kwargs)


class Ensemble(PreTrainedModel):
    """Members, with what they share, and their vote."""

    config_class = GraftEnsembleConfig
    config: GraftEnsembleConfig
    _supports_sdpa = True  # as far as the encoders do

    def __init__(self, config: GraftEnsembleConfig) -> None:
        super().__init__(config)
        self.members = nn.ModuleList(config.build() for _ in config.weights)
        self.trunk: Any
        self.trunk, *_ = [_trunk_off(member, config.shared_layers) for member in self.members]
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
    ) -> ModelOutput:
        """The vote.

        Args:
            input_ids: int64 ``[batch, tokens]``.
            attention_mask: The same shape; 1 for a token, 0 for padding.
            token_type_ids: The same shape, where the family has them.

        Returns:
            An output with ``logits``: ``[batch, labels]``, in tagging ``[batch, tokens, labels]``.
        """
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        inputs: dict[str, Any] = {"input_ids": input_ids}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        if self.config.shared_layers:
            inputs = {"inputs_embeds": self.trunk(attention_mask=mask, **inputs)[0]}
        elif self.trunk is not None:
            inputs["source_states"] = look(self.trunk, attention_mask=mask, **inputs)
        logits = torch.stack([member(attention_mask=mask, **inputs).logits for member in self.members])
        weights = torch.tensor(self.config.weights, dtype=logits.dtype, device=logits.device)
        several = self.config.problem_type == "multi_label_classification"
        return ModelOutput(logits=vote(logits, weights, several=several))


def vote(logits: torch.Tensor, weights: torch.Tensor, *, several: bool) -> torch.Tensor:
    """Logits of the weighted mean of the members' probabilities.

    Args:
        logits: float ``[members, …, labels]``.
        weights: float ``[members]``, at least 0; only their ratios count.
        several: Whether a text may have several labels, each with a probability of its own.

    Returns:
        float ``[…, labels]``: the logarithm of the mean, so that softmax gives the mean back; for
        several labels its log-odds, so that the sigmoid does.
    """
    shares = (weights / weights.sum()).log().view(-1, *[1] * (logits.dim() - 1))
    if not several:
        return _total(functional.log_softmax(logits, -1) + shares)
    yes, no = (-functional.softplus(-side) for side in (logits, -logits))  # log(sigmoid(x)) is infinite in a graph
    return _total(yes + shares) - _total(no + shares)


def _total(scores: torch.Tensor) -> torch.Tensor:
    """The logarithm of the members' sum of exponentials: ``scores.logsumexp(0)``.

    In a graph that is one node, of which onnxruntime's optimiser can't infer the shape; and where it can't infer all,
    it fuses no layer norm with the sum before, in the whole graph.
    """
    highest = reduce(torch.maximum, scores.unbind(0))
    return (scores - highest).exp().sum(0).log() + highest


class GraftEnsembleForSequenceClassification(Ensemble):
    """An ensemble that labels whole texts."""


class GraftEnsembleForTokenClassification(Ensemble):
    """An ensemble that labels each token."""


MODELS: dict[str, type[Ensemble]] = {
    "sequence-classification": GraftEnsembleForSequenceClassification,
    "token-classification": GraftEnsembleForTokenClassification,
}


def build_ensemble(members: Sequence[PreTrainedModel], weights: Sequence[float], shared_layers: int = 0) -> Ensemble:
    """An ensemble of trained models, which become part of it.

    Args:
        members: Of one architecture, with one head.
        weights: Of their votes.
        shared_layers: How many of the lowest layers are the same in all of them.

    Raises:
        TrainingError: The layers to be shared, or the sources of bridges, differ between two members; or the
            layers can't be told apart.
    """
    described = describe(members[0])
    trunks = [_trunk_off(member, shared_layers) for member in members]
    for number, trunk in enumerate(trunks[1:], start=2):
        if trunk is not None and not _equal(trunk, trunks[0]):
            raise TrainingError(
                "The frozen layers of member {number} are not those of member 1.",
                "Train the members anew from one model.",
                number=number,
            )
    with torch.device("meta"):  # its own weights are never made: it takes the members as they are
        ensemble = MODELS[described["head"]](GraftEnsembleConfig(weights, shared_layers, **described))
    ensemble.members = nn.ModuleList(members)
    ensemble.trunk = trunks[0]
    return ensemble.eval()


def _trunk_off(member: PreTrainedModel, shared_layers: int) -> PreTrainedModel | None:
    """Take off a member, in place, what it has in common with the others; None if that is nothing."""
    if isinstance(member, Bridge):
        source, member.source = member.source, None
        return source
    return cut(member, shared_layers) if shared_layers else None


def _equal(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(value, other.get_parameter(name)) for name, value in one.named_parameters())
