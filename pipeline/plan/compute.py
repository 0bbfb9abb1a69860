"""How much compute an ensemble's members take together, and for how long one model trains with as much.

Compute is counted in passes of a text through a layer: one forward, one backward to what lies below, and one for the
layer's own weights (Kaplan et al. 2020: a backward pass costs two forward ones). Embeddings and heads, which are small
beside the layers, are left out, and so are texts that are only read to judge by them.
"""

from __future__ import annotations

from pipeline import sources
from pipeline.spec import (
    Bagging,
    Boosting,
    FineTuningSpec,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
    RunSpec,
)

#: Kind of fine-tuning → passes through each layer of a text that is learned from, in each epoch.
PASSES: dict[type, int] = {LowRankAdaptation: 2}
ALL = 3  # where the layers' own weights learn


def passes(tuning: FineTuningSpec, layers: int) -> float:
    """What a fine-tuning takes for each text that passes through so many layers, in passes through one."""
    if isinstance(tuning, LinearProbe):
        return layers  # once, for all epochs
    whole = PASSES.get(type(tuning), ALL) * layers * tuning.epochs
    if not isinstance(tuning, GradualUnfreezing):
        return whole
    unfrozen = range(0, layers, tuning.layers_at_once)  # of each phase before the last, how many layers learn
    return whole + tuning.unfreezing_epochs * sum(layers + 2 * learning for learning in unfrozen)


def times(spec: RunSpec) -> float:
    """How many times as long as a member one model trains that takes as much compute as all members.

    That is their number, where they share no layers. Shared ones are passed through once, for all members and epochs.
    Probes share the whole encoder, so what is left of each is steps of its head.
    """
    ensemble, tuning = spec.recipe.ensemble, spec.recipe.fine_tuning
    assert isinstance(ensemble, Bagging | Boosting)  # noqa: S101 - nothing else has a rival
    shared = ensemble.shared_layers
    alone = not shared or isinstance(tuning, LinearProbe)
    layers = None if alone else sources.layers(sources.resolve(spec.source))
    if layers is None:
        return ensemble.members
    together = ensemble.members * passes(tuning, layers - shared) + shared
    return together / passes(tuning, layers)


def prolonged(tuning: FineTuningSpec, factor: float) -> FineTuningSpec:
    """A fine-tuning that takes ``factor`` times as long."""
    longer = {"epochs": tuning.epochs * factor}
    if isinstance(tuning, GradualUnfreezing):
        longer["unfreezing_epochs"] = tuning.unfreezing_epochs * factor
    return tuning.model_copy(update=longer)
