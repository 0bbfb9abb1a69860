"""What the tables of the product declare to be supported: kinds of model, tasks and variants."""

from __future__ import annotations

from typing import Any

from pipeline.messages import Message
from pipeline.spec import (
    MATRIX,
    AttentionBridge,
    Bagging,
    Boosting,
    DatasetSpec,
    DataSpec,
    ExportSpec,
    LowRankAdaptation,
    MaskedLanguageModelling,
    Optimisation,
    Provider,
    Quantisation,
    RecipeSpec,
    TaskName,
)
from pipeline.spec.compatibility import conflicts
from pipeline.tasks import TASKS

#: Kind in the zoo → how a run comes by it. The other ways of fine-tuning train a plain model.
KINDS: dict[str, RecipeSpec] = {
    "plain": RecipeSpec(),
    "lora": RecipeSpec(fine_tuning=LowRankAdaptation()),
    "bridge": RecipeSpec(fine_tuning=AttentionBridge()),
    "ensemble": RecipeSpec(ensemble=Bagging()),
    "shared": RecipeSpec(ensemble=Bagging(shared_layers=1)),
    "bridges": RecipeSpec(fine_tuning=AttentionBridge(), ensemble=Bagging()),
    "boosted": RecipeSpec(ensemble=Boosting()),
    "boosted-shared": RecipeSpec(ensemble=Boosting(shared_layers=1)),
}
DATA = DataSpec(source=DatasetSpec(path="source.csv"), target=DatasetSpec(path="target.csv"))

#: Ways to export, without the provider, for the graph is the same; and int8 is made of the converted graph, whatever
#: the level.
WAYS: list[tuple[Optimisation, Quantisation]] = sorted(
    {
        ("none" if kind.startswith("int8") else level, kind)
        for (level, kind, _), refused in MATRIX.items()
        if not refused
    }
)


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


def export_spec(
    optimisation: Optimisation, quantisation: Quantisation, provider: Provider = "cpu", **more: Any
) -> ExportSpec:
    """The options of an export of one level and one quantisation."""
    return ExportSpec(optimisation=optimisation, quantisation=quantisation, provider=provider, **more)
