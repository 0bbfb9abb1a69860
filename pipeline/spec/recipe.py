"""The part of a spec that says how the source model becomes the transferred one."""

from __future__ import annotations

from pydantic import Field

from pipeline.spec.base import Part
from pipeline.spec.ensemble import EnsembleSpec, NoEnsemble
from pipeline.spec.self_training import NoSelfTraining, SelfTrainingSpec
from pipeline.spec.tuning import AdaptationSpec, FineTuningSpec, FullFineTuning, NoAdaptation
from pipeline.spec.vocabulary import TransplantVocabulary, VocabularySpec


class RecipeSpec(Part):
    """How the source model becomes the transferred one, part by part."""

    source_training: FineTuningSpec = Field(
        FullFineTuning(), title="Source training", description="Fine-tuning on the source texts: gives source-only."
    )
    vocabulary: VocabularySpec = Field(
        TransplantVocabulary(), title="Vocabulary", description="Which tokens the model reads."
    )
    adaptation: AdaptationSpec = Field(
        NoAdaptation(), title="Adaptation", description="Learning from unlabelled target text."
    )
    fine_tuning: FineTuningSpec = Field(
        FullFineTuning(epochs=10, embedding_learning_rate=2e-4),
        title="Fine-tuning",
        description="Training on the target labels: gives transferred.",
    )
    self_training: SelfTrainingSpec = Field(
        NoSelfTraining(), title="Self-training", description="Learning from unlabelled target text by labelling it."
    )
    ensemble: EnsembleSpec = Field(
        NoEnsemble(), title="Ensemble", description="Several models that vote, in place of one."
    )
    target_only: FineTuningSpec = Field(
        FullFineTuning(epochs=20, learning_rate=2e-4),
        title="Target-only training",
        description="The same architecture from random weights, on the same target labels.",
    )
