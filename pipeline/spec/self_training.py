"""The part of a recipe that learns from unlabelled target text by labelling it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.base import Part


class NoSelfTraining(Part):
    """Learn from labels alone."""

    kind: Literal["none"] = "none"


class _Rounds(Part):
    """What both ways of labelling have: each round takes more of the pool, the surest texts first."""

    rounds: int = Field(3, ge=1, le=20, title="Rounds", description="How often the pool is labelled.")
    teacher: Literal["adapted", "transplanted"] = Field(
        "adapted",
        title="First teacher",
        description="Without target labels: the model that labels first is the one after masked LM, or the one before "
        "it. Masked LM that is short leads the body away from what the head has learned of it.",
    )
    first_fraction: float = Field(
        0.2,
        gt=0,
        le=1,
        title="First share",
        description="Share of the pool taken in the first round, the surest texts of each label.",
    )
    last_fraction: float = Field(0.8, gt=0, le=1, title="Last share", description="The same in the last round.")
    proportions: Literal["predicted", "equal"] = Field(
        "predicted",
        title="Share of each label",
        description="In what is taken: as the model finds them in the pool, or all alike.",
    )
    labels: Literal["hard", "soft"] = Field(
        "hard", title="Labels", description="The likeliest label of a text or word, or the probability of each."
    )
    weight: float = Field(
        1.0, gt=0, le=10, title="Weight", description="How much a text with such a label counts beside a labelled one."
    )
    finish: bool = Field(
        default=False,
        title="End with the true labels",
        description="Once more from the labelled texts alone, after the model has learned from all together.",
    )


class PseudoLabelling(_Rounds):
    """The model labels the texts it is surest of and learns from them, round by round."""

    kind: Literal["pseudo-labels"] = "pseudo-labels"


class CoTraining(_Rounds):
    """A classical second view relabels the pool over several rounds before the model learns from it.

    The second view is a logistic regression and naive Bayes over n-grams, of each label against the rest where a text
    may have several. It learns from the texts that the model is surest of, so that what is idiosyncratic in the model's
    errors is averaged out.
    """

    kind: Literal["co-training"] = "co-training"
    rounds: int = Field(8, ge=1, le=20, title="Rounds", description="How often the second view relabels the pool.")
    first_fraction: float = Field(
        0.4,
        gt=0,
        le=1,
        title="First share",
        description="Share of the pool taken in the first round, the surest texts of each label.",
    )
    first_view: float = Field(
        0.2,
        ge=0,
        le=1,
        title="First view",
        description="How much the model itself goes on to count when the second view ranks the texts.",
    )
    exchanges: int = Field(
        1, ge=1, le=5, title="Exchanges", description="How often the model learns from the second view and labels anew."
    )


SelfTrainingSpec = Annotated[NoSelfTraining | PseudoLabelling | CoTraining, Field(discriminator="kind")]
