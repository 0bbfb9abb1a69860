"""The part of a recipe that trains several models and lets them vote."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.base import Part


class NoEnsemble(Part):
    """One model."""

    kind: Literal["none"] = "none"


class _Members(Part):
    """What every ensemble has."""

    members: int = Field(5, ge=2, le=25, title="Members", description="How many models vote.")
    shared_layers: int = Field(
        0,
        ge=0,
        le=48,
        title="Shared layers",
        description="Lowest layers that are frozen and shared; what they compute is computed once.",
    )


class Bagging(_Members):
    """Each member learns from a bootstrap sample; their probabilities are averaged."""

    kind: Literal["bagging"] = "bagging"


class Boosting(_Members):
    """Each member minds what the ones before got wrong (AdaBoost SAMME); the better ones count for more."""

    kind: Literal["boosting"] = "boosting"


EnsembleSpec = Annotated[NoEnsemble | Bagging | Boosting, Field(discriminator="kind")]
