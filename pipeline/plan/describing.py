"""What a report calls the models of a run, and how it says they were made."""

from __future__ import annotations

from pipeline import sources
from pipeline.messages import Message, Template, series
from pipeline.parameters import EvaluatedModel
from pipeline.plan.compute import times
from pipeline.plan.stage import Stage
from pipeline.spec import ModelName, NoEnsemble, RecipeSpec, RunSpec

VOCABULARY = {
    "extend": Message("vocabulary extended"),
    "transplant": Message("vocabulary transplanted"),
    "adopt": Message("vocabulary taken over from another model"),
}
TUNING = {
    "full": Message("fine-tuned"),
    "probe": Message("with a linear probe"),
    "gradual": Message("unfrozen layer by layer"),
    "lora": Message("fine-tuned by LoRA"),
    "bridge": Message("bridged to the frozen source encoder"),
}
SELF_TRAINING = {
    "pseudo-labels": Message("self-trained"),
    "co-training": Message("co-trained with a classical second view"),
}
ENSEMBLE = {"bagging": Template("bagging of {members}"), "boosting": Template("boosting of {members}")}


def titles(spec: RunSpec) -> dict[ModelName, Message]:
    """The models' names for people."""
    probe = spec.data.source is None and spec.task != "language-modelling"
    return {
        "source-only": Message("source-only (linear probe)" if probe else "source-only"),
        "transferred": Message("transferred"),
        "target-only": Message("target-only"),
        "classical": Message("classical"),
        "same-compute": Message("one model, same compute"),
        "seed-ensemble": Message("seed ensemble"),
    }


def member(stage: Stage, number: int) -> EvaluatedModel:
    """One that votes in the transferred model, as the report lists it; it cost what its own training did."""
    title = Message("transferred, member {number}", number=number)
    return EvaluatedModel(
        name=stage.name, title=title, description=Message("one of those that vote"), makers=(stage.name,)
    )


def descriptions(spec: RunSpec) -> dict[ModelName, Message]:
    """One line a model."""
    title = sources.resolve(spec.source).title
    made = series(_steps(spec.recipe, labelled=spec.data.target is not None, task=spec.task))
    members = getattr(spec.recipe.ensemble, "members", 0)
    return {
        "source-only": _source_only(spec, title),
        "transferred": Message("source-only, {made}", made=made) if made else Message("source-only, nothing added"),
        "target-only": Message(
            "the transferred model's architecture and vocabulary from random weights, same target labels"
        ),
        "classical": Message("logistic regression over n-grams, same target labels"),
        "same-compute": _same_compute(spec),
        "seed-ensemble": Message(
            "{members} models that differ in their seed alone, probabilities averaged", members=members
        ),
    }


def _same_compute(spec: RunSpec) -> Message:
    ensemble = spec.recipe.ensemble
    if isinstance(ensemble, NoEnsemble):
        return Message("")
    return Message(
        "one model trained {factor:.3g} times as long as a member, which takes the compute of all {members}",
        factor=times(spec),
        members=ensemble.members,
    )


def _source_only(spec: RunSpec, title: str) -> Message:
    if spec.data.source is not None:
        return Message("{model}, trained on the source texts alone", model=title)
    if spec.task == "language-modelling":
        return Message("{model} as it is", model=title)
    return Message(
        "{model}, frozen, with a linear probe trained on the target labels: there are no labelled source texts",
        model=title,
    )


def _steps(recipe: RecipeSpec, *, labelled: bool, task: str) -> list[Message]:
    nothing = Message("")
    steps = [VOCABULARY.get(recipe.vocabulary.kind, nothing)]
    if task == "language-modelling":
        return [*filter(None, steps), Message("trained on the target texts")]
    steps.append(Message("adapted by masked LM") if recipe.adaptation.kind != "none" else nothing)
    steps.append(SELF_TRAINING.get(recipe.self_training.kind, nothing))
    ensemble = recipe.ensemble
    if labelled or recipe.self_training.kind != "none":
        tuned = TUNING[recipe.fine_tuning.kind]
        steps.append(
            Message("{tuned} on the target labels" if labelled else "{tuned} on the labels found", tuned=tuned)
        )
        if ensemble.kind != "none":
            steps.append(Message(ENSEMBLE[ensemble.kind], members=ensemble.members))
    return [step for step in steps if step]
