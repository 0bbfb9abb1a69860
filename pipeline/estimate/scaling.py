"""From measured steps to the stages of a plan: one rule for each kind of stage. Free of torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from pipeline.estimate.lengths import Lengths
from pipeline.estimate.memory import (
    CHOSEN_SIZE,
    FLOAT,
    KEPT_CHECKPOINTS,
    LEARNING,
    export_factor,
    vocabulary_size,
)
from pipeline.parameters import (
    AdaptationParameters,
    EvaluationParameters,
    ExportParameters,
    FineTuningParameters,
    SpeedParameters,
    Split,
)
from pipeline.plan.stage import Stage, StageKind
from pipeline.spec import Bagging, Boosting, RunSpec, VariantName

if TYPE_CHECKING:
    from pipeline.estimate.measuring import Measured  # loads torch

#: A run was seen to take so many times what was expected, the machine being as busy as it was.
FASTER, SLOWER = 0.6, 2.0
#: A worker's memory against that of the measured steps: what one stage held is not all given back before the next.
HELD = 1.4
#: Masked LM against plain training: the plan's own factor.
MASKED_COST = 1.2
#: Seconds on two cores of what is no training: per text, and once.
VOCABULARY_TEXT, VOCABULARY_ONCE = 0.0025, 1.0
CLASSICAL_TEXT, CLASSICAL_ONCE = 0.01, 0.3
REPORT_ONCE = 4.0
#: Loading or saving a model: seconds once, and bytes a second.
LOAD_ONCE, LOAD_BYTES = 0.5, 3e8
#: Seconds of an export: once, and of each variant for each million parameters, more where several ways are tried.
EXPORT_ONCE = 6.0
EXPORT_MILLION: dict[VariantName, float] = {
    **dict.fromkeys(get_args(VariantName), 0.1),
    **dict.fromkeys(("int8", "int8-static"), 0.3),
    **dict.fromkeys(("O4", "fp16"), 0.2),
}
#: How often the parity gate reads the test texts for a variant: in batches, and a part of them one by one.
PARITY_READINGS = 2
#: Seconds of a comparison of speed: to open the candidates, to compile for one shape, and a round at one shape.
SPEED_ONCE, COMPILE_SHAPE, SPEED_ROUND = 25.0, 20.0, 8.0
MODELS: frozenset[StageKind] = frozenset({"fine-tuning", "adaptation", "vocabulary"})


@dataclass(frozen=True)
class Scale:
    """All that a stage's time and size are told from.

    Attributes:
        spec: The run.
        lengths: Its texts.
        measured: Steps of its source model.
        startup: Seconds before the first stage can begin: libraries, and the files read once.
    """

    spec: RunSpec
    lengths: Lengths
    measured: Measured
    startup: float

    @property
    def transferred_parameters(self) -> int:
        """Numbers in the transferred model, whose vocabulary the recipe decides on."""
        own = self.measured.embeddings // max(1, self.measured.width)
        body = self.measured.parameters - self.measured.embeddings
        factor = 2 if self.spec.recipe.fine_tuning.kind == "bridge" else 1  # the frozen encoder stands beside
        return factor * body + vocabulary_size(self.spec, own) * self.measured.width

    @property
    def load(self) -> float:
        """Seconds to load or to save a model."""
        return LOAD_ONCE + FLOAT * self.measured.parameters / LOAD_BYTES

    def train(self, split: Split | None) -> float:
        """Seconds of one text of a split through plain training."""
        learned = split is None or not split.startswith("source")
        seconds = self.measured.train * self.lengths.tokens(split, learned=learned)
        return seconds / MASKED_COST if self.spec.task == "language-modelling" else seconds

    def read(self, split: Split, *, learned: bool) -> float:
        """Seconds of answering all texts of a split."""
        return self.measured.read * self.lengths.tokens(split, learned=learned) * self.lengths.texts(split)


def seconds_of(stage: Stage, scale: Scale) -> float:
    """What a stage is expected to take."""
    return SECONDS[stage.kind](stage, scale)


def _data(_: Stage, scale: Scale) -> float:
    return scale.startup


def _fine_tuning(stage: Stage, scale: Scale) -> float:
    parameters = stage.parameters
    assert isinstance(parameters, FineTuningParameters)  # noqa: S101 - the kind says so
    share = 1.0 if parameters.limit is not None else scale.lengths.share(parameters.split)
    return stage.cost * share * scale.train(parameters.split) + 2 * scale.load


def _adaptation(stage: Stage, scale: Scale) -> float:
    parameters = stage.parameters
    assert isinstance(parameters, AdaptationParameters)  # noqa: S101 - the kind says so
    split = parameters.splits[0] if parameters.splits else None
    return stage.cost * scale.train(split) + 3 * scale.load


def _vocabulary(_: Stage, scale: Scale) -> float:
    texts = scale.lengths.texts("target_train") + scale.lengths.texts("unlabelled")
    return VOCABULARY_ONCE + VOCABULARY_TEXT * texts + 2 * scale.load


def _pseudo_labels(stage: Stage, scale: Scale) -> float:
    # The plan counts a third of a training step for each text: it is read once, and a second view learns it.
    return stage.cost * scale.train("unlabelled") + scale.load


def _ensemble(stage: Stage, scale: Scale) -> float:
    return len(stage.inputs) * scale.load


def _classical(stage: Stage, scale: Scale) -> float:
    limit = getattr(stage.parameters, "limit", None)
    return CLASSICAL_ONCE + CLASSICAL_TEXT * (limit or scale.lengths.texts("target_train"))


def _evaluation(stage: Stage, scale: Scale) -> float:
    parameters = stage.parameters
    assert isinstance(parameters, EvaluationParameters)  # noqa: S101 - the kind says so
    models = len(parameters.models) + parameters.others
    asked = scale.read("test", learned=True) + scale.read("source_test", learned=False)
    return REPORT_ONCE + models * (asked + scale.load)


def _export(stage: Stage, scale: Scale) -> float:
    parameters = stage.parameters
    assert isinstance(parameters, ExportParameters)  # noqa: S101 - the kind says so
    variants = parameters.export.variants
    rate = sum(EXPORT_MILLION[variant] for variant in variants)
    readings = 1 + PARITY_READINGS * len(variants)  # PyTorch is asked once
    asked = scale.read("test", learned=parameters.export.model != "source-only")
    return EXPORT_ONCE + rate * _exported(parameters, scale) / 1e6 + readings * asked


def _speed(stage: Stage, _: Scale) -> float:
    parameters = stage.parameters
    assert isinstance(parameters, SpeedParameters)  # noqa: S101 - the kind says so
    speed = parameters.speed
    shapes = len(speed.batches) * len(speed.lengths)
    return SPEED_ONCE + shapes * (speed.rounds * SPEED_ROUND + COMPILE_SHAPE * speed.compiled)


SECONDS: dict[StageKind, Callable[[Stage, Scale], float]] = {
    "data": _data,
    "fine-tuning": _fine_tuning,
    "adaptation": _adaptation,
    "vocabulary": _vocabulary,
    "pseudo-labels": _pseudo_labels,
    "ensemble": _ensemble,
    "classical": _classical,
    "evaluation": _evaluation,
    "export": _export,
    "speed": _speed,
}


def disk_of(stage: Stage, scale: Scale) -> float:
    """Bytes that a stage's output takes."""
    if stage.kind in MODELS:
        of_source = getattr(stage.parameters, "split", None) == "source_train" or stage.name.startswith("source-only")
        return FLOAT * (scale.measured.parameters if of_source else scale.transferred_parameters)
    if stage.kind == "ensemble":
        return FLOAT * (len(stage.inputs) - 1) * scale.transferred_parameters
    if isinstance(stage.parameters, ExportParameters):
        return FLOAT * _exported(stage.parameters, scale) * export_factor(stage.parameters.export)
    return 0.0


def checkpoints_of(scale: Scale, longest: float, every: float) -> float:
    """Bytes that a training's checkpoints take while it is at work: weights and both moments.

    Args:
        scale: Of the run.
        longest: Seconds of its longest training.
        every: Seconds between two checkpoints.
    """
    kept = min(KEPT_CHECKPOINTS, int(longest // every) if every else KEPT_CHECKPOINTS)
    return LEARNING * kept * max(scale.measured.peak.learning, scale.transferred_parameters)


def memory_of(scale: Scale) -> float:
    """Bytes of main memory at the run's peak: the measured one, with the recipe's batches and vocabulary."""
    measured, recipe = scale.measured, scale.spec.recipe
    sizes = [recipe.source_training.batch_size, recipe.fine_tuning.batch_size, recipe.target_only.batch_size]
    sizes.append(getattr(recipe.adaptation, "batch_size", 0))
    largest = max(sizes) * scale.lengths.longest
    more = max(0.0, largest / measured.batch_tokens - 1) * measured.peak.activations
    masked = getattr(recipe.adaptation, "mask_probability", 0.0) * largest
    logits = 3 * FLOAT * masked * vocabulary_size(scale.spec, CHOSEN_SIZE)
    # Only the embeddings of tokens that occur learn; in masked LM all do.
    all_learn = LEARNING * max(0, measured.parameters - measured.peak.learning) * (masked > 0)
    members = recipe.ensemble.members if isinstance(recipe.ensemble, Bagging | Boosting) else 0
    return HELD * measured.peak.after + more + logits + all_learn + FLOAT * members * scale.transferred_parameters


def _exported(parameters: ExportParameters, scale: Scale) -> int:
    of_source = parameters.export.model == "source-only"
    return scale.measured.parameters if of_source else scale.transferred_parameters
