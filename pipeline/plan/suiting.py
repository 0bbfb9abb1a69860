"""Whether a run's source model has what the recipe asks of it: told before anything is done, not hours later."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline import sources
from pipeline.errors import SpecError
from pipeline.spec import AttentionBridge, FineTuningSpec, GradualUnfreezing, LowRankAdaptation, RunSpec

#: Types of models whose layers can be reached one by one: the rows of ``FAMILIES`` in pipeline/models/layers.py, which
#: loads torch.
LAYERED = frozenset(
    {
        "bert",
        "camembert",
        "deberta",
        "deberta-v2",
        "distilbert",
        "electra",
        "ernie",
        "mpnet",
        "roberta",
        "xlm-roberta",
    }
)
#: Ways of fine-tuning that reach for them.
BY_LAYER = (GradualUnfreezing, LowRankAdaptation, AttentionBridge)


def check_layers(spec: RunSpec, source: sources.ResolvedSource) -> None:
    """See that the source model has the layers that are asked for, and that they can be reached.

    Args:
        spec: The run.
        source: Its source model.

    Raises:
        SpecError: It is of a family whose layers can't be reached one by one, as a part of the recipe has to; or it has
            fewer layers than a bridge's target is to have, or no more than members are to share.
    """
    _check_family(spec, source)
    layers = sources.layers(source)
    if layers is not None:
        _check_target_layers(spec, source, layers)
        _check_shared_layers(spec, source, layers)


def _check_family(spec: RunSpec, source: sources.ResolvedSource) -> None:
    kind = sources.model_type(source)
    parts = [f"recipe.{name}" for name, tuning in _trained(spec) if isinstance(tuning, BY_LAYER)]
    if getattr(spec.recipe.ensemble, "shared_layers", 0):
        parts.append("recipe.ensemble.shared_layers")
    if parts and kind is not None and kind not in LAYERED:
        raise SpecError(
            "{model} is of type {kind}, whose layers can't be reached one by one, as is asked in {parts}.",
            "Choose full fine-tuning or a linear probe, and no shared layers; or a source of type {families}.",
            model=source.title,
            kind=kind,
            parts=", ".join(parts),
            families=", ".join(sorted(LAYERED)),
        )


def _trained(spec: RunSpec) -> Iterator[tuple[str, FineTuningSpec]]:
    """The fine-tunings that the run comes to, by their fields."""
    recipe, labelled = spec.recipe, spec.data.target is not None
    if spec.data.source is not None:
        yield "source_training", recipe.source_training
    if labelled or recipe.self_training.kind != "none":
        yield "fine_tuning", recipe.fine_tuning
    if labelled:
        yield "target_only", recipe.target_only


def _check_target_layers(spec: RunSpec, source: sources.ResolvedSource, layers: int) -> None:
    wanted = max((getattr(tuning, "target_layers", None) or 0 for _, tuning in _trained(spec)), default=0)
    if wanted > layers:
        raise SpecError(
            "recipe.fine_tuning.target_layers is {wanted}, but {model} has {layers} layers to make it of.",
            "Set it to {layers} or fewer.",
            wanted=wanted,
            model=source.title,
            layers=layers,
        )


def _check_shared_layers(spec: RunSpec, source: sources.ResolvedSource, layers: int) -> None:
    """Above the layers that members share there has to be one at least that they train."""
    shared = getattr(spec.recipe.ensemble, "shared_layers", 0)
    if shared and shared >= layers:
        raise SpecError(
            "recipe.ensemble.shared_layers is {shared}, but {model} has {layers} layers: none would be left to train.",
            "Share at most {most} layers.",
            shared=shared,
            model=source.title,
            layers=layers,
            most=layers - 1,
        )
