"""Which parts of a spec do not go together, and why: one table of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.messages import Message
from pipeline.spec.base import TaskName
from pipeline.spec.choice import Choice
from pipeline.spec.data import DataSpec
from pipeline.spec.ensemble import Boosting
from pipeline.spec.recipe import RecipeSpec
from pipeline.spec.self_training import CoTraining
from pipeline.spec.tuning import AttentionBridge, FullFineTuning, LinearProbe, LowRankAdaptation

TAGGING: frozenset[TaskName] = frozenset({"entity-recognition", "part-of-speech"})
#: Part of a recipe → what rules look at of it, besides the way in which it is done.
FIELDS_READ: dict[str, frozenset[str]] = {
    "source_training": frozenset({"patience"}),
    "adaptation": frozenset({"embedding_epochs", "epochs"}),
    "fine_tuning": frozenset({"embedding_learning_rate", "patience", "train_embeddings"}),
    "self_training": frozenset({"finish", "first_fraction", "last_fraction", "proportions", "rounds"}),
    "ensemble": frozenset({"shared_layers"}),
    "target_only": frozenset({"embedding_learning_rate", "patience"}),
}
SINGLE_LABEL: frozenset[TaskName] = frozenset({"text-classification", "sentence-pair-classification"})


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
        lambda c: c.adapts and not c.has_target_text,
        Message("masked-lm adaptation needs target text: give data.unlabelled or data.target"),
    ),
    Rule(
        lambda c: c.transplants and c.recipe.vocabulary.kind != "adopt" and not c.has_target_text,
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
        lambda c: isinstance(c.recipe.self_training, CoTraining) and c.task in TAGGING,
        Message("co-training's second view labels whole texts, not their words: choose pseudo-labels"),
    ),
    Rule(
        lambda c: c.self_training and c.data.source is None and c.data.target is None,
        Message("self-training needs a model that has seen labels: give data.source or data.target"),
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
        lambda c: c.shares_layers and isinstance(c.recipe.fine_tuning, AttentionBridge),
        Message("the bridge trains its whole target encoder, so its members can't share frozen layers"),
    ),
    Rule(
        lambda c: c.shares_layers and c.trains_embeddings,
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
        lambda c: isinstance(c.recipe.target_only, LowRankAdaptation),
        Message(
            "target-only starts from random weights, which low-rank updates leave frozen: choose another "
            "recipe.target_only"
        ),
    ),
    Rule(
        lambda c: not c.is_lm and getattr(c.recipe.target_only, "embedding_learning_rate", None) == 0,
        Message(
            "target-only starts from random weights, and at a rate of 0 its embeddings would stay random: raise the "
            "embeddings' own rate in recipe.target_only, or leave it out"
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
            "language-modelling learns as recipe.adaptation says: set patience there, and leave it out of "
            "recipe.fine_tuning and recipe.target_only"
        ),
    ),
    Rule(
        lambda c: c.patient and not c.is_lm and not c.has_dev,
        Message("patience watches development texts: give data.dev, or data.target and a data.dev_fraction above 0"),
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
