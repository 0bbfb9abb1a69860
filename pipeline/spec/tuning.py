"""The parts of a recipe in which a model learns: masked LM on plain text, fine-tuning on labels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.base import Part

MOST_PASSES = 100  # of masked LM


class NoAdaptation(Part):
    """Go straight from the vocabulary to fine-tuning."""

    kind: Literal["none"] = "none"


class MaskedLanguageModelling(Part):
    """Train on unlabelled target text first: embeddings with the body frozen, then all."""

    kind: Literal["masked-lm"] = "masked-lm"
    embedding_epochs: float = Field(
        1, ge=0, le=MOST_PASSES, title="Embedding epochs", description="Passes with the body frozen."
    )
    epochs: float = Field(1, ge=0, le=MOST_PASSES, title="Epochs", description="Passes in which everything learns.")
    batch_size: int = Field(32, ge=1, le=1024, title="Batch size", description="Texts a step.")
    embedding_learning_rate: float = Field(
        2e-4, gt=0, le=1, title="Embedding learning rate", description="Rate of the word embeddings and the new head."
    )
    learning_rate: float = Field(5e-5, gt=0, le=1, title="Learning rate", description="Rate of the body.")
    mask_probability: float = Field(
        0.15, gt=0, lt=1, title="Masked share", description="Share of tokens to be guessed."
    )
    patience: int | None = Field(
        None,
        ge=1,
        le=100,
        title="Patience",
        description="Early stopping: passes without a lower perplexity on held-out text before it ends; null: never.",
    )


AdaptationSpec = Annotated[NoAdaptation | MaskedLanguageModelling, Field(discriminator="kind")]


class Tuning(Part):
    """What every way of fine-tuning has."""

    epochs: float = Field(3, gt=0, le=1000, title="Epochs", description="Passes over the labelled texts.")
    batch_size: int = Field(32, ge=1, le=1024, title="Batch size", description="Texts a step.")
    learning_rate: float = Field(5e-5, gt=0, le=1, title="Learning rate", description="Peak rate of the body.")
    weight_decay: float = Field(0.01, ge=0, le=1, title="Weight decay", description="As in AdamW.")
    warmup_ratio: float = Field(
        0.1, ge=0, le=1, title="Warm-up", description="Share of the steps in which the rate rises."
    )
    dropout: float | None = Field(
        None, ge=0, lt=1, title="Dropout", description="Of the encoder and its head; null: as the model's config says."
    )
    class_weights: bool = Field(
        False, title="Class weights", description="Rare labels count for more, in inverse proportion to their number."
    )
    patience: int | None = Field(
        None,
        ge=1,
        le=100,
        title="Patience",
        description="Early stopping: passes without gain on the development texts before it ends; null: never.",
    )


class _Embeddings(Part):
    """A rate of its own for the word embeddings: new ones want about ten times the body's."""

    embedding_learning_rate: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Embedding learning rate",
        description="Peak rate of the word embeddings; null: as the body, 0: frozen.",
    )


class FullFineTuning(Tuning, _Embeddings):
    """Train every weight; embeddings may learn faster than the body."""

    kind: Literal["full"] = "full"


class LinearProbe(Tuning):
    """Freeze the encoder and train the classification head alone."""

    kind: Literal["probe"] = "probe"
    epochs: float = Field(20, gt=0, le=1000, title="Epochs", description="Passes over the labelled texts.")
    # Adam's steps are as long as the rate, and features of a pooled output spread by some hundredths only: on 500
    # questions from MiniLM, 1e-3 learned nothing (22 %) where 3e-2 came near to the best linear head (43 of 47 %).
    learning_rate: float = Field(3e-2, gt=0, le=1, title="Learning rate", description="Peak rate of the head.")
    weight_decay: float = Field(0.0, ge=0, le=1, title="Weight decay", description="As in AdamW.")
    warmup_ratio: float = Field(
        0.0, ge=0, le=1, title="Warm-up", description="Share of the steps in which the rate rises."
    )


class GradualUnfreezing(Tuning, _Embeddings):
    """Unfreeze from the head down, each layer at a lower rate than the one above it (ULMFiT)."""

    kind: Literal["gradual"] = "gradual"
    learning_rate: float = Field(1e-4, gt=0, le=1, title="Learning rate", description="Peak rate of the head.")
    layer_decay: float = Field(
        0.8, gt=0, le=1, title="Layer decay", description="A layer's rate as a share of the rate of the one above it."
    )
    unfreezing_epochs: float = Field(
        0.5, gt=0, le=100, title="Unfreezing epochs", description="Passes before the next layer is unfrozen."
    )
    layers_at_once: int = Field(
        1, ge=1, le=48, title="Layers at once", description="How many layers are unfrozen each time."
    )


class LowRankAdaptation(Tuning):
    """Learn low-rank updates of the encoder's matrices (LoRA); they are merged at the end."""

    kind: Literal["lora"] = "lora"
    epochs: float = Field(5, gt=0, le=1000, title="Epochs", description="Passes over the labelled texts.")
    learning_rate: float = Field(5e-4, gt=0, le=1, title="Learning rate", description="Peak rate of the updates.")
    rank: int = Field(8, ge=1, le=256, title="Rank", description="Of each update.")
    alpha: float = Field(16, gt=0, le=1024, title="Alpha", description="An update counts alpha / rank times.")
    targets: Literal["attention", "all-linear"] = Field(
        "all-linear", title="Updated", description="Which of the encoder's matrices are updated."
    )
    train_embeddings: bool = Field(
        False, title="Train embeddings", description="The word embeddings learn too; new ones should."
    )


class AttentionBridge(Tuning, _Embeddings):
    """Let a copy of the encoder attend to the frozen source encoder through gated cross-attention."""

    kind: Literal["bridge"] = "bridge"
    bridged: Literal["single", "multi"] = Field(
        "single", title="Bridged layers", description="The last layer alone, or every k-th."
    )
    every: int = Field(2, ge=1, le=48, title="Every k-th", description="With several bridged layers: the k.")
    target_layers: int | None = Field(
        None,
        ge=1,
        le=48,
        title="Target layers",
        description="Layers of the trained encoder; null: as many as the source.",
    )


FineTuningSpec = Annotated[
    FullFineTuning | LinearProbe | GradualUnfreezing | LowRankAdaptation | AttentionBridge, Field(discriminator="kind")
]
