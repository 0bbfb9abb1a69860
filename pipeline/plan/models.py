"""Which models a run makes: the three that every run has, and those that they are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.messages import Message
from pipeline.plan.chains import Chains
from pipeline.plan.stage import Stage
from pipeline.spec import MOST_PASSES, Bagging, Boosting, LinearProbe, MaskedLanguageModelling, ModelName, NoEnsemble
from pipeline.tasks import TASKS


def models_of(chains: Chains) -> dict[ModelName, Stage]:
    """Every model of the report, in its order."""
    core = _core(chains)
    models: dict[ModelName, Stage] = {"source-only": core.source_only, **_on_target(chains, core)}
    ensemble = chains.spec.recipe.ensemble
    if isinstance(ensemble, Bagging | Boosting):
        taught = chains.taught(core.vocabulary, core.start)  # the same stages as for the transferred model
        models["same-compute"] = chains.rival(taught)
        models["seed-ensemble"] = chains.ensemble("seed-ensemble", NoEnsemble(), taught, count=ensemble.members)
    return models


def models_of_point(chains: Chains) -> dict[ModelName, Stage]:
    """The models of one point of the learning curve."""
    return _on_target(chains, _core(chains))


@dataclass(frozen=True)
class _Core:
    """The three models that every run has, and what the transferred one was made from, before and after masked LM."""

    source_only: Stage
    vocabulary: Stage
    start: Stage
    transferred: Stage
    target_only: Stage | None


def _core(chains: Chains) -> _Core:
    spec, recipe = chains.spec, chains.spec.recipe
    if spec.task == "language-modelling":
        return _language_models(chains)
    if spec.data.source is not None:
        source_only = chains.fine_tune(
            "source-only",
            Message("Train on the source texts"),
            recipe.source_training,
            split="source_train",
            start="pretrained",
        )
    else:
        source_only = chains.fine_tune(
            "source-only",
            Message("Train a linear probe on the source model"),
            LinearProbe(),
            split="target_train",
            start="pretrained",
        )
    vocabulary = chains.exchange_vocabulary(source_only)
    start = chains.adapted(vocabulary)
    target_only = None
    if chains.labelled:
        target_only = chains.fine_tune(
            "target-only",
            Message("Train from scratch, to compare"),
            recipe.target_only,
            split="target_train",
            start="random",
            model=vocabulary,
        )
    return _Core(source_only, vocabulary, start, chains.transferred(vocabulary, start), target_only)


def _language_models(chains: Chains) -> _Core:
    """The same three where the language model itself is the task."""
    options = chains.spec.recipe.adaptation
    assert isinstance(options, MaskedLanguageModelling)  # noqa: S101 - pipeline.spec.compatibility sees to it
    on_source = chains.spec.data.source is not None
    source_only = chains.adapt(
        "source-only",
        Message("Train on the source texts" if on_source else "Take the source model as it is"),
        options if on_source else options.model_copy(update={"epochs": 0, "embedding_epochs": 0}),
        splits=("source_train",) if on_source else (),
        start="pretrained",
    )
    vocabulary = chains.exchange_vocabulary(source_only)
    splits = chains.target_splits()
    transferred = chains.adapt(
        "transferred", Message("Train on the target texts"), options, splits=splits, start="given", model=vocabulary
    )
    passes = min(MOST_PASSES, options.epochs + options.embedding_epochs)  # a random body teaches embeddings nothing
    target_only = chains.adapt(
        "target-only",
        Message("Train from scratch, to compare"),
        options.model_copy(update={"epochs": passes, "embedding_epochs": 0}),
        splits=splits,
        start="random",
        model=vocabulary,
    )
    return _Core(source_only, vocabulary, vocabulary, transferred, target_only)


def _on_target(chains: Chains, core: _Core) -> dict[ModelName, Stage]:
    """The models that learn from the target's labels, or would; each can be had with fewer of them."""
    models: dict[ModelName, Stage] = {"transferred": core.transferred}
    if core.target_only is not None:
        models["target-only"] = core.target_only
    if TASKS[chains.spec.task].classical and chains.labelled:
        models["classical"] = chains.classical()
    return models
