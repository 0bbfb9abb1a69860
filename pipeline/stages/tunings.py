"""The ways of fine-tuning: which weights learn, in which order, and how fast. One table, one row a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from peft import LoraConfig
from peft.tuners.lora import LoraModel
from torch import nn
from transformers import PreTrainedModel

from pipeline.models.bridge import NEW_WEIGHTS_RATE, build_bridge
from pipeline.models.layers import encoder_layers
from pipeline.spec import AttentionBridge, FullFineTuning, GradualUnfreezing, LinearProbe, LowRankAdaptation
from pipeline.stages.lessons import ParameterGroups, Phase


@dataclass(frozen=True)
class Tuned:
    """A model made ready for fine-tuning.

    Attributes:
        model: To be trained; another one than was given, or the same, changed.
        phases: Of its training, the last one by the name ``training``. They ask the model for its parameters when
            they begin: the embeddings may be others by then (:mod:`pipeline.stages.thrift`).
        finish: Takes back what was put in for training alone; called when all phases are done.
    """

    model: PreTrainedModel
    phases: list[Phase]
    finish: Callable[[], Any] = field(default=lambda: None)


def full(model: PreTrainedModel, options: FullFineTuning) -> Tuned:
    """Every weight; word embeddings at a rate of their own."""
    _freeze_embeddings(model, options.embedding_learning_rate)

    def learn() -> ParameterGroups:
        own = _embedding_rate(model, options.embedding_learning_rate)
        rates = ((parameter, own.get(parameter, options.learning_rate)) for parameter in _learning(model))
        return grouped(rates, options.weight_decay)

    return Tuned(model, [Phase("training", options.epochs, learn)])


def probe(model: PreTrainedModel, options: LinearProbe) -> Tuned:
    """The head alone; the encoder is frozen."""
    model.base_model.requires_grad_(requires_grad=False)

    def learn() -> ParameterGroups:
        return grouped(((parameter, options.learning_rate) for parameter in _learning(model)), options.weight_decay)

    return Tuned(model, [Phase("training", options.epochs, learn)])


def gradual(model: PreTrainedModel, options: GradualUnfreezing) -> Tuned:
    """The head first, then layer after layer from the top, at last all; the lower, the slower.

    Source: ULMFiT (Howard and Ruder 2018): gradual unfreezing with discriminative rates. The embeddings are
    unfrozen last of all, with the lowest layers.
    """
    _freeze_embeddings(model, options.embedding_learning_rate)
    depths = _depths(model)
    layers = len(encoder_layers(model))
    trainable = {name for name, parameter in model.named_parameters() if parameter.requires_grad}

    def down_to(lowest: int) -> Callable[[], ParameterGroups]:
        def learn() -> ParameterGroups:
            own = _embedding_rate(model, options.embedding_learning_rate)
            rates = []
            for name, parameter in model.named_parameters():
                parameter.requires_grad = name in trainable and depths[name] <= lowest
                rate = options.learning_rate * options.layer_decay ** depths[name]
                rates.append((parameter, own.get(parameter, rate)))
            return grouped([pair for pair in rates if pair[0].requires_grad], options.weight_decay)

        return learn

    phases = [
        Phase(f"unfreezing-{lowest}", options.unfreezing_epochs, down_to(lowest))
        for lowest in range(0, layers, options.layers_at_once)
    ]
    return Tuned(model, [*phases, Phase("training", options.epochs, down_to(layers + 1))])


def lora(model: PreTrainedModel, options: LowRankAdaptation) -> Tuned:
    """Low-rank updates of the layers' matrices, merged into them at the end; the head learns as it is.

    Source: Hu et al. 2021 (arXiv:2106.09685).
    """
    base, layers = model.base_model, {id(module) for module in encoder_layers(model).modules()}
    targets = [
        name
        for name, module in base.named_modules()
        if isinstance(module, nn.Linear)
        and id(module) in layers
        and (options.targets == "all-linear" or ".attention." in name)
    ]
    alpha: Any = options.alpha  # typed as an int, used as a factor
    config = LoraConfig(r=options.rank, lora_alpha=alpha, target_modules=targets)
    updates = LoraModel(base, config, "default")  # freezes the rest of the encoder
    if getattr(base, "pooler", None) is not None:
        base.pooler.requires_grad_(requires_grad=True)  # it belongs to the head, and is often new
    if options.train_embeddings:
        model.get_input_embeddings().requires_grad_(requires_grad=True)

    def learn() -> ParameterGroups:
        return grouped(((parameter, options.learning_rate) for parameter in _learning(model)), options.weight_decay)

    return Tuned(model, [Phase("training", options.epochs, learn)], updates.merge_and_unload)


def bridge(model: PreTrainedModel, options: AttentionBridge) -> Tuned:
    """A copy of the encoder that attends to the frozen one; bridges start new, so they learn faster."""
    bridged = build_bridge(model, options)
    _freeze_embeddings(bridged, options.embedding_learning_rate)
    new = dict.fromkeys(bridged.bridge_parameters(), options.learning_rate * NEW_WEIGHTS_RATE)

    def learn() -> ParameterGroups:
        own = new | _embedding_rate(bridged, options.embedding_learning_rate)
        rates = ((parameter, own.get(parameter, options.learning_rate)) for parameter in _learning(bridged))
        return grouped(rates, options.weight_decay)

    return Tuned(bridged, [Phase("training", options.epochs, learn)])


#: Kind of fine-tuning → how a model is made ready for it.
TUNINGS: dict[str, Callable[[PreTrainedModel, Any], Tuned]] = {
    "full": full,
    "probe": probe,
    "gradual": gradual,
    "lora": lora,
    "bridge": bridge,
}


def grouped(rates: Iterable[tuple[nn.Parameter, float]], weight_decay: float) -> ParameterGroups:
    """Parameters and their rates as an optimiser takes them; no decay on biases and norms."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for parameter, rate in rates:
        groups.setdefault((rate, weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    return [{"params": members, "lr": rate, "weight_decay": decay} for (rate, decay), members in groups.items()]


def _learning(model: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def _freeze_embeddings(model: PreTrainedModel, rate: float | None) -> None:
    """At a rate of 0 the word embeddings are frozen, which saves their gradients."""
    if rate == 0:
        model.get_input_embeddings().requires_grad_(requires_grad=False)


def _embedding_rate(model: PreTrainedModel, rate: float | None) -> dict[nn.Parameter, float]:
    """The word embeddings' own rate, if there is one; of those that the model has at the time."""
    return {} if rate is None else dict.fromkeys(model.get_input_embeddings().parameters(), rate)


def _depths(model: PreTrainedModel) -> dict[str, int]:
    """How many layers lie above each parameter: 0 for the head, a pooler included; the embeddings lie lowest."""
    layers = encoder_layers(model)
    depth_of = {
        id(parameter): len(layers) - number for number, layer in enumerate(layers) for parameter in layer.parameters()
    }
    prefix = f"{model.base_model_prefix}."

    def below(name: str) -> int:
        inside = name.startswith(prefix) and not name.startswith(f"{prefix}pooler.")
        return len(layers) + 1 if inside else 0

    return {name: depth_of.get(id(parameter), below(name)) for name, parameter in model.named_parameters()}
