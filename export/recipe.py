"""How a model was made, in words, from the run's spec: for the model card."""

from __future__ import annotations

from pydantic import BaseModel

from pipeline.spec import (
    AdoptVocabulary,
    EmbeddedSource,
    HubSource,
    LocalSource,
    ModelName,
    NoEnsemble,
    RunSpec,
    SourceSpec,
)

SOURCE = ("source_training",)
STARTING = ("vocabulary", "adaptation")
LEARNING = ("self_training", "fine_tuning")

#: Which parts of the recipe made which model. The classical baseline is none of the models that can be exported.
PARTS: dict[ModelName, tuple[str, ...]] = {
    "source-only": SOURCE,
    "transferred": (*SOURCE, *STARTING, *LEARNING, "ensemble"),
    "target-only": ("vocabulary", "target_only"),
    "same-compute": (*SOURCE, *STARTING, *LEARNING),
    "seed-ensemble": (*SOURCE, *STARTING, *LEARNING),
}

#: Likewise where the language model itself is the task: all it learns it learns by masked LM.
LANGUAGE_MODEL_PARTS: dict[ModelName, tuple[str, ...]] = {
    "source-only": ("adaptation",),
    "transferred": STARTING,
    "target-only": STARTING,
}


def made_by(spec: RunSpec, model: ModelName) -> tuple[str, ...]:
    """The parts of the recipe that had a hand in a model."""
    names = (LANGUAGE_MODEL_PARTS if spec.task == "language-modelling" else PARTS)[model]
    if spec.data.source is None:
        return () if model == "source-only" else tuple(name for name in names if name not in SOURCE)
    return names


def adopted(spec: RunSpec, model: ModelName) -> SourceSpec | None:
    """The model whose tokenizer was taken over, if one was that is not the source."""
    vocabulary = spec.recipe.vocabulary
    if not isinstance(vocabulary, AdoptVocabulary) or "vocabulary" not in made_by(spec, model):
        return None
    return vocabulary.model if vocabulary.model != spec.source else None


def steps(spec: RunSpec, model: ModelName) -> list[str]:
    """A line for each part of the recipe that made a model; parts of kind none are left out."""
    recipe = spec.recipe
    lines = [_line(name, part) for name in made_by(spec, model) if (part := getattr(recipe, name)).kind != "none"]
    if model == "seed-ensemble" and not isinstance(recipe.ensemble, NoEnsemble):
        lines.append(f"- Ensemble: {recipe.ensemble.members} models that differ in their seed alone")
    if model == "same-compute" and not isinstance(recipe.ensemble, NoEnsemble):
        lines.append(f"- Trained with the compute of {recipe.ensemble.members} members of an ensemble")
    return lines


def source(spec: SourceSpec) -> str:
    """Which encoder; of a local folder only its name, for a path says more of the machine than of the model."""
    if isinstance(spec, HubSource):
        return f"`{spec.repo_id}` at `{spec.revision}` on the Hugging Face Hub"
    if isinstance(spec, LocalSource):
        return f"a local folder `{spec.path.replace(chr(92), '/').rstrip('/').rpartition('/')[2]}`"
    return "sentence-transformers/all-MiniLM-L6-v2"


def _line(name: str, part: BaseModel) -> str:
    settings = ", ".join(
        f"{field.replace('_', ' ')} {_shown(value)}" for field, value in part if value is not None and field != "kind"
    )
    kind = getattr(part, "kind")  # noqa: B009 - every part of a recipe is told apart by it
    return f"- {name.replace('_', ' ').capitalize()}: {kind}{f' ({settings})' if settings else ''}"


def _shown(value: object) -> str:
    if isinstance(value, EmbeddedSource | HubSource | LocalSource):
        return source(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
