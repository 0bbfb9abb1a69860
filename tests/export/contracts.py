"""What the tables of the product declare to be supported: kinds of model, tasks and variants."""

from __future__ import annotations

from typing import get_args

from export.optimise import LEVELS
from pipeline.messages import Message
from pipeline.spec import (
    MATRIX,
    AttentionBridge,
    Bagging,
    Boosting,
    DatasetSpec,
    DataSpec,
    FullFineTuning,
    LowRankAdaptation,
    MaskedLanguageModelling,
    Optimisation,
    Provider,
    RecipeSpec,
    TaskName,
    VariantName,
)
from pipeline.spec.compatibility import conflicts
from pipeline.tasks import TASKS

#: Of members whose lower layers are shared, and frozen, and the embeddings with them.
ABOVE = FullFineTuning(embedding_learning_rate=None)
#: Kind in the zoo → how a run comes by it. The other ways of fine-tuning train a plain model.
KINDS: dict[str, RecipeSpec] = {
    "plain": RecipeSpec(),
    "lora": RecipeSpec(fine_tuning=LowRankAdaptation()),
    "bridge": RecipeSpec(fine_tuning=AttentionBridge()),
    "ensemble": RecipeSpec(ensemble=Bagging()),
    "shared": RecipeSpec(fine_tuning=ABOVE, ensemble=Bagging(shared_layers=1)),
    "bridges": RecipeSpec(fine_tuning=AttentionBridge(), ensemble=Bagging()),
    "boosted": RecipeSpec(ensemble=Boosting()),
    "boosted-shared": RecipeSpec(fine_tuning=ABOVE, ensemble=Boosting(shared_layers=1)),
    "boosted-bridges": RecipeSpec(fine_tuning=AttentionBridge(), ensemble=Boosting()),
}
DATA = DataSpec(source=DatasetSpec(path="source.csv"), target=DatasetSpec(path="target.csv"))

#: What is made for any provider, and of what level's graph: int8 is made of the converted one, fp16 of every one. A
#: level in float32 is made for a CPU here.
MADE = [variant for variant in get_args(VariantName) if any(not MATRIX[variant, each] for each in get_args(Provider))]
WAYS: list[tuple[VariantName, Optimisation | None]] = [
    *((variant, None) for variant in MADE),
    *(("fp16", level) for level, promised in LEVELS.items() if not promised.half),
]

#: The levels that give another graph for a GPU: in float32, of which the CPU's is relieved of more than a GPU minds.
FOR_GPU = [
    level
    for level, promised in LEVELS.items()
    if not promised.half and any(not MATRIX[level, each] for each in get_args(Provider) if each != "cpu")
]


def recipe(kind: str, task: TaskName) -> RecipeSpec:
    """How a run comes by a model of this kind; a language model is learned in its adaptation."""
    if task == "language-modelling":
        return KINDS[kind].model_copy(update={"adaptation": MaskedLanguageModelling()})
    return KINDS[kind]


def refused(kind: str, task: TaskName) -> list[Message]:
    """Why there is no model of this kind for a task; empty where there is."""
    return conflicts(task, DATA, recipe(kind, task))


SUPPORTED = [(kind, task) for kind in KINDS for task in TASKS if not refused(kind, task)]
REFUSED = [(kind, task) for kind in KINDS for task in TASKS if refused(kind, task)]
