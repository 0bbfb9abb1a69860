"""What the configs of models made of several encoders have in common."""

from __future__ import annotations

from typing import Any

import transformers
from transformers import AutoConfig, PretrainedConfig, PreTrainedModel

#: Kind of head → the transformers class that puts it on an encoder.
HEADS: dict[str, str] = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
}

#: What an inner config leaves to the outer one.
OUTER = ("id2label", "label2id", "problem_type", "architectures", "_name_or_path", "transformers_version", "dtype")


class CompositeConfig(PretrainedConfig):
    """A config that holds another one, from which its models build their encoders.

    The sizes that Optimum and onnxruntime's optimiser ask a config for are the inner one's.

    Args:
        encoder: The inner config as a dictionary with its ``model_type``, as :func:`describe` gives it.
        head: A key of :data:`HEADS`.
        kwargs: As any config takes them: labels, problem type, token ids.
    """

    has_no_defaults_at_init = True

    def __init__(
        self, encoder: dict[str, Any] | None = None, head: str = "sequence-classification", **kwargs: Any
    ) -> None:
        self.encoder = encoder or {}
        self.head = head
        super().__init__(**{"pad_token_id": self.encoder.get("pad_token_id"), **kwargs})

    def inner(self, layers: int | None = None) -> PretrainedConfig:
        """The inner config under this one's labels, and with another number of layers if one is given."""
        labels = {"id2label": self.id2label, "label2id": self.label2id, "problem_type": self.problem_type}
        # The plain form of attention if it is asked for; else each family knows which form it has.
        attention = {"attn_implementation": "eager"} if self._attn_implementation == "eager" else {}
        config = AutoConfig.for_model(**self.encoder, **labels, **attention)
        if layers is not None:
            config.num_hidden_layers = layers
        return config

    def build(self, layers: int | None = None) -> PreTrainedModel:
        """An encoder of the inner config under this config's kind of head, with random weights."""
        return getattr(transformers, HEADS[self.head]).from_config(self.inner(layers))

    @property
    def vocab_size(self) -> int:
        """Tokens."""
        return self.inner().vocab_size

    @property
    def type_vocab_size(self) -> int:
        """Token types that are told apart; ``token_type_ids`` are an input if there are two or more."""
        return getattr(self.inner(), "type_vocab_size", 0)

    @property
    def hidden_size(self) -> int:
        """Width of a layer."""
        return self.inner().hidden_size

    @property
    def num_attention_heads(self) -> int:
        """Attention heads of a layer."""
        return self.inner().num_attention_heads

    @property
    def num_hidden_layers(self) -> int:
        """Layers of one encoder, the deepest."""
        return self.inner().num_hidden_layers

    @property
    def max_position_embeddings(self) -> int:
        """Positions, of which the longest text leaves a few free in some families."""
        return self.inner().max_position_embeddings


def describe(model: PreTrainedModel) -> dict[str, Any]:
    """What :class:`CompositeConfig` takes, to build a model around encoders like this one.

    Args:
        model: With one of the heads in :data:`HEADS`.
    """
    config = model.config
    mappings = {head: getattr(transformers, name)._model_mapping for head, name in HEADS.items()}  # noqa: SLF001
    return {
        "encoder": {name: value for name, value in config.to_diff_dict().items() if name not in OUTER},
        "head": next(head for head, mapping in mappings.items() if mapping[type(config)] is type(model)),
        "id2label": config.id2label,
        "label2id": config.label2id,
        "problem_type": config.problem_type,
        "attn_implementation": config._attn_implementation,  # noqa: SLF001
    }
