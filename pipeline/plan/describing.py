"""What a report calls the models of a run, and how it says they were made."""

from __future__ import annotations

from pipeline import sources
from pipeline.spec import ModelName, RecipeSpec, RunSpec

VOCABULARY = {
    "extend": "vocabulary extended",
    "transplant": "vocabulary transplanted",
    "adopt": "vocabulary taken over from another model",
}
TUNING = {
    "full": "fine-tuned",
    "probe": "with a linear probe",
    "gradual": "unfrozen layer by layer",
    "lora": "fine-tuned by LoRA",
    "bridge": "bridged to the frozen source encoder",
}
SELF_TRAINING = {"pseudo-labels": "self-trained", "co-training": "co-trained with a classical second view"}


def titles(spec: RunSpec) -> dict[ModelName, str]:
    """The models' names for people."""
    probe = spec.data.source is None and spec.task != "language-modelling"
    return {
        "source-only": "source-only (linear probe)" if probe else "source-only",
        "transferred": "transferred",
        "target-only": "target-only",
        "classical": "classical",
        "same-compute": "one model, same compute",
        "seed-ensemble": "seed ensemble",
    }


def descriptions(spec: RunSpec) -> dict[ModelName, str]:
    """One line a model."""
    title = sources.resolve(spec.source).title
    made = ", ".join(_steps(spec.recipe, labelled=spec.data.target is not None, task=spec.task))
    members = getattr(spec.recipe.ensemble, "members", 0)
    return {
        "source-only": _source_only(spec, title),
        "transferred": f"source-only, {made}" if made else "source-only, nothing added",
        "target-only": "the transferred model's architecture and vocabulary from random weights, same target labels",
        "classical": "logistic regression over n-grams, same target labels",
        "same-compute": f"one model trained {members} times as long as a member",
        "seed-ensemble": f"{members} models that differ in their seed alone, probabilities averaged",
    }


def _source_only(spec: RunSpec, title: str) -> str:
    if spec.data.source is not None:
        return f"{title}, trained on the source texts alone"
    if spec.task == "language-modelling":
        return f"{title} as it is"
    return f"{title}, frozen, with a linear probe trained on the target labels: there are no labelled source texts"


def _steps(recipe: RecipeSpec, *, labelled: bool, task: str) -> list[str]:
    steps = [VOCABULARY.get(recipe.vocabulary.kind, "")]
    if task == "language-modelling":
        return [*filter(None, steps), "trained on the target texts"]
    steps.append("adapted by masked LM" if recipe.adaptation.kind != "none" else "")
    steps.append(SELF_TRAINING.get(recipe.self_training.kind, ""))
    ensemble = recipe.ensemble
    if labelled or recipe.self_training.kind != "none":
        on = "the target labels" if labelled else "the labels found"
        members = "" if ensemble.kind == "none" else f", {ensemble.kind} of {ensemble.members}"
        steps.append(f"{TUNING[recipe.fine_tuning.kind]} on {on}{members}")
    return [step for step in steps if step]
