"""Recipes with a name: the useful combinations, one row each.

A preset fills in :class:`~pipeline.spec.RecipeSpec`; everything in it can still be changed. The
figures behind the choices are in docs/results.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.spec import (
    AttentionBridge,
    CoTraining,
    FullFineTuning,
    GradualUnfreezing,
    KeepVocabulary,
    LowRankAdaptation,
    MaskedLanguageModelling,
    RecipeSpec,
    TransplantVocabulary,
)


@dataclass(frozen=True)
class Preset:
    """A recipe to start from.

    Attributes:
        title: For people.
        reason: When it is the right one, in a sentence.
        recipe: What it fills in.
    """

    title: str
    reason: str
    recipe: RecipeSpec


#: Learning to read the target language: short pieces, and rates at which embeddings and body both move.
READ_TARGET = MaskedLanguageModelling(
    embedding_epochs=0, epochs=8, batch_size=64, learning_rate=3e-4, embedding_learning_rate=1e-3, mask_probability=0.2
)
#: Going on in a language that it reads already. On 300 reviews from MiniLM, which brings no masked-LM head, rates of
#: 1e-4 and 5e-4 left a perplexity of 552, these one of 300.
READ_ON = MaskedLanguageModelling(embedding_epochs=0, epochs=8, learning_rate=3e-4, embedding_learning_rate=1e-3)
PIECES = TransplantVocabulary(size=None, max_piece_length=3)
ON_SOURCE = FullFineTuning(epochs=2, learning_rate=1e-4, embedding_learning_rate=0)
ON_LABELS = FullFineTuning(epochs=8, learning_rate=1e-4, embedding_learning_rate=2e-4)
#: As measured on 100 and 200 tagged sentences: words of few sentences take more passes, at higher rates.
ON_TAGS = FullFineTuning(epochs=15, learning_rate=2e-4, embedding_learning_rate=5e-4)
FROM_SCRATCH = FullFineTuning(epochs=12, learning_rate=2e-4, embedding_learning_rate=1e-3)
#: The settings of the article that Graft grew from, on both sides of the transfer.
ARTICLE = FullFineTuning(epochs=50, batch_size=32, learning_rate=2e-5, dropout=0.1)


def _recipe(**parts: Any) -> RecipeSpec:
    """A recipe whose baselines are trained as in every preset but the article's."""
    return RecipeSpec(source_training=ON_SOURCE, target_only=FROM_SCRATCH, **parts)


PRESETS: dict[str, Preset] = {
    "no-target-labels": Preset(
        "No target labels",
        "The source task is learned in the source language; unlabelled target text does the rest.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
            fine_tuning=FullFineTuning(epochs=2, learning_rate=1e-4, embedding_learning_rate=2e-4),
            self_training=CoTraining(teacher="transplanted"),
        ),
    ),
    "few-target-labels": Preset(
        "A few target labels",
        "Up to a few hundred labels: the unlabelled text still teaches more than they do.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
            fine_tuning=FullFineTuning(epochs=3, learning_rate=1e-4, embedding_learning_rate=2e-4),
            self_training=CoTraining(teacher="transplanted", finish=True),
        ),
    ),
    "few-tagged-texts": Preset(
        "A few tagged texts",
        "Entities or parts of speech of some hundred sentences: masked LM on all target text, then more passes over "
        "the tags.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
            fine_tuning=ON_TAGS,
        ),
    ),
    "many-target-labels": Preset(
        "Many target labels",
        "With a thousand labels and more, plain fine-tuning after masked LM comes near co-training, for less.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
            fine_tuning=ON_LABELS,
        ),
    ),
    "same-language": Preset(
        "Same language, new domain",
        "The source model can read the target already: keep its vocabulary and unfreeze it with care.",
        _recipe(
            vocabulary=KeepVocabulary(),
            fine_tuning=GradualUnfreezing(epochs=4),
        ),
    ),
    "small-updates": Preset(
        "Small updates (LoRA)",
        "Same language and a large encoder: low-rank updates keep it from forgetting.",
        _recipe(
            vocabulary=KeepVocabulary(),
            fine_tuning=LowRankAdaptation(),
        ),
    ),
    "language-model": Preset(
        "Language model",
        "Where the language model is the task and the source can read the target: it keeps its vocabulary and goes on "
        "guessing masked words.",
        _recipe(
            vocabulary=KeepVocabulary(),
            adaptation=READ_ON,
        ),
    ),
    "new-language-model": Preset(
        "Language model, new language",
        "Where the language model is the task and the source is of another language: it gets a vocabulary of target "
        "text and learns to guess masked words.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
        ),
    ),
    "attention-bridge": Preset(
        "Attention bridge",
        "The trained copy attends to the frozen source encoder, layer by layer.",
        _recipe(
            vocabulary=PIECES,
            adaptation=READ_TARGET,
            fine_tuning=AttentionBridge(
                epochs=8, learning_rate=1e-4, embedding_learning_rate=2e-4, bridged="multi", every=2
            ),
        ),
    ),
    "article": Preset(
        "The article's settings",
        "BERT with dropout 0.1 and a linear head on the pooled output: batch 32, rate 2e-5, 50 epochs.",
        RecipeSpec(source_training=ARTICLE, vocabulary=PIECES, fine_tuning=ARTICLE, target_only=ARTICLE),
    ),
}
