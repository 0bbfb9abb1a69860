"""Plans by the names of their stages, as tests look at them."""

from pipeline.plan import Stage, plan
from pipeline.spec import RunSpec


def stages(spec: RunSpec) -> dict[str, Stage]:
    """The stages of a run by their names."""
    return {stage.name: stage for stage in plan(spec)}


def keys(spec: RunSpec) -> dict[str, str]:
    """The key of each stage."""
    return {stage.name: stage.key for stage in plan(spec)}


def with_recipe(spec: RunSpec, **changes: object) -> RunSpec:
    """The spec with parts of its recipe exchanged."""
    return spec.model_copy(update={"recipe": spec.recipe.model_copy(update=changes)})
