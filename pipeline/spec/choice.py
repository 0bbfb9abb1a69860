"""What the rules of refusal look at: the parts of a spec that are chosen together, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.spec.base import TaskName
from pipeline.spec.data import DatasetSpec, DataSpec
from pipeline.spec.ensemble import Bagging, Boosting
from pipeline.spec.recipe import RecipeSpec
from pipeline.spec.self_training import NoSelfTraining
from pipeline.spec.tuning import (
    FullFineTuning,
    GradualUnfreezing,
    LowRankAdaptation,
    MaskedLanguageModelling,
    NoAdaptation,
)
from pipeline.spec.vocabulary import KeepVocabulary


@dataclass(frozen=True)
class Choice:
    """All that a rule may look at."""

    task: TaskName
    data: DataSpec
    recipe: RecipeSpec
    curve: tuple[int, ...]

    @property
    def is_lm(self) -> bool:
        """Whether the task is the language model itself, which has no labels."""
        return self.task == "language-modelling"

    @property
    def self_training(self) -> bool:
        """Whether unlabelled text is to be labelled."""
        return not isinstance(self.recipe.self_training, NoSelfTraining)

    @property
    def transplants(self) -> bool:
        """Whether the vocabulary changes."""
        return not isinstance(self.recipe.vocabulary, KeepVocabulary)

    @property
    def adapts(self) -> bool:
        """Whether masked LM is part of the recipe."""
        return not isinstance(self.recipe.adaptation, NoAdaptation)

    @property
    def adapts_by_nothing(self) -> bool:
        """Whether masked LM is asked for, and no pass of it."""
        masked = self.recipe.adaptation
        return isinstance(masked, MaskedLanguageModelling) and max(masked.epochs, masked.embedding_epochs) == 0

    @property
    def shrinks(self) -> bool:
        """Whether self-training would take less of the pool from round to round."""
        rounds = self.recipe.self_training
        return (
            not isinstance(rounds, NoSelfTraining)
            and rounds.rounds > 1
            and rounds.last_fraction < rounds.first_fraction
        )

    @property
    def grouped(self) -> bool:
        """Whether it is known what unlabelled texts are about."""
        return self.data.unlabelled is not None and self.data.unlabelled.group_column is not None

    @property
    def grouped_elsewhere(self) -> bool:
        """Whether another file names a group column."""
        files = [value for name, value in self.data if isinstance(value, DatasetSpec) and name != "unlabelled"]
        return any(file.group_column is not None for file in files)

    @property
    def ensemble(self) -> bool:
        """Whether several models vote."""
        return isinstance(self.recipe.ensemble, Bagging | Boosting)

    @property
    def shares_layers(self) -> bool:
        """Whether the members of an ensemble have frozen layers in common."""
        ensemble = self.recipe.ensemble
        return isinstance(ensemble, Bagging | Boosting) and ensemble.shared_layers > 0

    @property
    def trains_embeddings(self) -> bool:
        """Whether fine-tuning asks for the embeddings to be trained in a way of their own."""
        tuning = self.recipe.fine_tuning
        if isinstance(tuning, LowRankAdaptation):
            return tuning.train_embeddings
        return isinstance(tuning, FullFineTuning | GradualUnfreezing) and bool(tuning.embedding_learning_rate)

    @property
    def has_target_text(self) -> bool:
        """Whether there is text of the target to learn from, with labels or without."""
        return self.data.target is not None or self.data.unlabelled is not None

    @property
    def patient(self) -> bool:
        """Whether a fine-tuning on target labels stops early."""
        return any(tuning.patience is not None for tuning in (self.recipe.fine_tuning, self.recipe.target_only))

    @property
    def has_dev(self) -> bool:
        """Whether there are target texts to watch: a file of them, or a share of those with labels."""
        return self.data.has_dev
