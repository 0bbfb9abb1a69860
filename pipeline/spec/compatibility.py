"""Which parts of a spec do not go together, and why: one table of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.messages import Message
from pipeline.spec.base import TaskName
from pipeline.spec.data import DatasetSpec, DataSpec
from pipeline.spec.ensemble import Bagging, Boosting
from pipeline.spec.recipe import RecipeSpec
from pipeline.spec.self_training import CoTraining, NoSelfTraining
from pipeline.spec.tuning import (
    AttentionBridge,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
    MaskedLanguageModelling,
    NoAdaptation,
)
from pipeline.spec.vocabulary import KeepVocabulary

TAGGING: frozenset[TaskName] = frozenset({"entity-recognition", "part-of-speech"})
#: Part of a recipe → what rules look at of it, besides the way in which it is done.
FIELDS_READ: dict[str, frozenset[str]] = {
    "source_training": frozenset({"patience"}),
    "adaptation": frozenset({"embedding_epochs", "epochs"}),
    "fine_tuning": frozenset({"embedding_learning_rate", "patience", "train_embeddings"}),
    "self_training": frozenset({"finish", "first_fraction", "labels", "last_fraction", "proportions", "rounds"}),
    "ensemble": frozenset({"shared_layers"}),
    "target_only": frozenset({"patience"}),
}
SINGLE_LABEL: frozenset[TaskName] = frozenset({"text-classification", "sentence-pair-classification"})


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
    def patient(self) -> bool:
        """Whether a fine-tuning on target labels stops early."""
        return any(tuning.patience is not None for tuning in (self.recipe.fine_tuning, self.recipe.target_only))

    @property
    def has_dev(self) -> bool:
        """Whether there are target texts to watch."""
        return self.data.dev is not None or self.data.dev_fraction > 0


@dataclass(frozen=True)
class Rule:
    """What is refused, and the reason given."""

    refuses: Callable[[Choice], bool]
    reason: Message


RULES: tuple[Rule, ...] = (
    Rule(
        lambda c: c.data.target is None and c.data.test is None,
        Message("data needs target texts, or at least test texts: there is nothing to test on"),
    ),
    Rule(
        lambda c: not c.is_lm and c.data.target is None and c.data.source is None,
        Message("data has labels neither of the source nor of the target: nothing can be learned"),
    ),
    Rule(
        lambda c: c.is_lm and c.data.target is None,
        Message("language-modelling learns from data.target, which is missing"),
    ),
    Rule(
        lambda c: (
            not isinstance(c.recipe.adaptation, NoAdaptation) and c.data.target is None and c.data.unlabelled is None
        ),
        Message("masked-lm adaptation needs target text: give data.unlabelled or data.target"),
    ),
    Rule(
        lambda c: (
            not isinstance(c.recipe.vocabulary, KeepVocabulary)
            and c.recipe.vocabulary.kind != "adopt"
            and c.data.target is None
            and c.data.unlabelled is None
        ),
        Message("a vocabulary is learned from target text: give data.unlabelled or data.target"),
    ),
    Rule(
        lambda c: c.is_lm and not c.adapts,
        Message("language-modelling is learned in recipe.adaptation: choose masked-lm"),
    ),
    Rule(
        lambda c: (
            c.is_lm
            and not all(
                isinstance(tuning, FullFineTuning)
                for tuning in (c.recipe.source_training, c.recipe.fine_tuning, c.recipe.target_only)
            )
        ),
        Message(
            "language-modelling trains every weight, as recipe.adaptation says: choose full training for "
            "recipe.source_training, recipe.fine_tuning and recipe.target_only, of which it reads nothing more"
        ),
    ),
    Rule(
        lambda c: c.adapts_by_nothing,
        Message("masked-lm without a pass learns nothing: raise epochs or embedding epochs in recipe.adaptation"),
    ),
    Rule(
        lambda c: c.is_lm and c.self_training,
        Message("self-training labels texts, and language-modelling has no labels"),
    ),
    Rule(lambda c: c.is_lm and c.ensemble, Message("an ensemble votes on labels, and language-modelling has none")),
    Rule(
        lambda c: c.is_lm and bool(c.curve), Message("a learning curve counts labels, and language-modelling has none")
    ),
    Rule(
        lambda c: c.self_training and c.data.unlabelled is None,
        Message("self-training needs unlabelled target text: give data.unlabelled"),
    ),
    Rule(
        lambda c: isinstance(c.recipe.self_training, CoTraining) and c.task == "multi-label-classification",
        Message("co-training's second view gives each text one label: choose pseudo-labels where it may have several"),
    ),
    Rule(
        lambda c: isinstance(c.recipe.self_training, CoTraining) and c.task in TAGGING,
        Message("co-training's second view labels whole texts, not their words: choose pseudo-labels"),
    ),
    Rule(
        lambda c: c.self_training and c.data.source is None and c.data.target is None,
        Message("self-training needs a model that has seen labels: give data.source or data.target"),
    ),
    Rule(
        lambda c: c.self_training and getattr(c.recipe.self_training, "labels", "hard") == "soft" and c.task in TAGGING,
        Message("words take the likeliest tag: choose hard labels for self-training"),
    ),
    Rule(
        lambda c: (
            c.task == "multi-label-classification" and getattr(c.recipe.self_training, "labels", "hard") == "soft"
        ),
        Message("where a text may have several labels each is given or not: choose hard labels for self-training"),
    ),
    Rule(
        lambda c: c.task not in SINGLE_LABEL and getattr(c.recipe.self_training, "proportions", "predicted") == "equal",
        Message("shares are those of texts with one label each: leave recipe.self_training.proportions as predicted"),
    ),
    Rule(
        lambda c: c.shrinks,
        Message(
            "self-training takes more texts from round to round: in recipe.self_training the last share can't be "
            "below the first"
        ),
    ),
    Rule(
        lambda c: c.grouped and c.task not in SINGLE_LABEL,
        Message("groups are those of texts with one label each: leave out data.unlabelled.group_column"),
    ),
    Rule(
        lambda c: c.grouped_elsewhere,
        Message("a group column is read of the unlabelled texts alone: leave it out of the other files"),
    ),
    Rule(
        lambda c: c.data.target is None and not (c.transplants or c.adapts or c.self_training),
        Message(
            "without target labels the recipe changes nothing: choose a vocabulary, an adaptation or self-training"
        ),
    ),
    Rule(
        lambda c: c.ensemble and c.data.target is None and not c.self_training,
        Message("an ensemble learns from target labels: give data.target, or self-training"),
    ),
    Rule(
        lambda c: isinstance(c.recipe.ensemble, Boosting) and c.task not in SINGLE_LABEL,
        Message("boosting (SAMME) is defined where each text has one label: choose bagging"),
    ),
    Rule(
        lambda c: (
            isinstance(c.recipe.ensemble, Boosting) and c.self_training and (c.data.target is None or 0 in c.curve)
        ),
        Message(
            "boosting judges its members by true labels of the target, and those that self-training finds are none: "
            "give data.target and a learning curve without 0, or choose bagging"
        ),
    ),
    Rule(
        lambda c: (
            (isinstance(c.recipe.ensemble, Bagging | Boosting) and c.recipe.ensemble.shared_layers > 0)
            and isinstance(c.recipe.fine_tuning, AttentionBridge)
        ),
        Message("the bridge trains its whole target encoder, so its members can't share frozen layers"),
    ),
    Rule(
        lambda c: (
            (isinstance(c.recipe.ensemble, Bagging | Boosting) and c.recipe.ensemble.shared_layers > 0)
            and (
                (
                    isinstance(c.recipe.fine_tuning, FullFineTuning | GradualUnfreezing)
                    and bool(c.recipe.fine_tuning.embedding_learning_rate)
                )
                or (isinstance(c.recipe.fine_tuning, LowRankAdaptation) and c.recipe.fine_tuning.train_embeddings)
            )
        ),
        Message("shared layers are frozen, the embeddings with them: leave out the embeddings' own learning rate"),
    ),
    Rule(
        lambda c: any(isinstance(t, AttentionBridge) for t in (c.recipe.source_training, c.recipe.target_only)),
        Message("a bridge joins the transferred model to its source: it can be recipe.fine_tuning alone"),
    ),
    Rule(
        lambda c: isinstance(c.recipe.target_only, LinearProbe),
        Message(
            "target-only starts from random weights, of which a probe learns nothing: choose another recipe.target_only"
        ),
    ),
    Rule(
        lambda c: (
            getattr(c.recipe.self_training, "finish", False) and isinstance(c.recipe.fine_tuning, AttentionBridge)
        ),
        Message("a bridge is built once: leave out self-training's end with the true labels"),
    ),
    Rule(
        lambda c: c.is_lm and c.patient,
        Message(
            "language-modelling learns as recipe.adaptation says, which has no early stopping: leave patience out of "
            "recipe.fine_tuning and recipe.target_only"
        ),
    ),
    Rule(
        lambda c: c.patient and not c.is_lm and not c.has_dev,
        Message("patience watches development texts: give data.dev, or a data.dev_fraction above 0"),
    ),
    Rule(
        lambda c: c.recipe.source_training.patience is not None,
        Message(
            "patience watches development texts of the target, by which source-only must not be chosen: leave it out "
            "of recipe.source_training"
        ),
    ),
    Rule(
        lambda c: 0 in c.curve and not (c.data.source is not None and (c.transplants or c.adapts or c.self_training)),
        Message(
            "a learning curve can begin at 0 only if data.source teaches the task and the recipe changes something"
        ),
    ),
    Rule(
        lambda c: bool(c.curve) and c.data.target is None,
        Message("a learning curve grows the number of target labels: give data.target"),
    ),
)


def conflicts(task: TaskName, data: DataSpec, recipe: RecipeSpec, curve: tuple[int, ...] = ()) -> list[Message]:
    """The reasons why these can't be carried out together; none if they can."""
    choice = Choice(task, data, recipe, curve)
    return [rule.reason for rule in RULES if rule.refuses(choice)]
