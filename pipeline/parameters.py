"""What each kind of stage needs to know: all that its output depends on, besides its inputs. Free of torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pipeline.messages import Message
from pipeline.spec import (
    DATASETS,
    PLACES,
    AdoptVocabulary,
    CoTraining,
    DataSpec,
    EnsembleSpec,
    ExportSpec,
    ExtendVocabulary,
    FineTuningSpec,
    MaskedLanguageModelling,
    ModelName,
    Part,
    PseudoLabelling,
    SourceSpec,
    SpeedSpec,
    TaskName,
    TransplantVocabulary,
)

Split = Literal["source_train", "source_test", "target_train", "dev", "test", "unlabelled"]
#: Where a model's weights come from: the source model, the output of the stage before, or chance.
Start = Literal["pretrained", "given", "random"]


class Parameters(Part):
    """What a stage needs to know. ``PLACES`` are fields that say where a thing lies, not what it is."""

    PLACES: ClassVar[Any] = {}


class DataParameters(Parameters):
    """What the data stage needs: the files, how to read them, and what they hold."""

    task: TaskName
    data: DataSpec
    seed: int
    hashes: dict[str, str]  # role of the file → SHA-256 of its content

    PLACES: ClassVar = {"data": {**{role: {*PLACES} for role in DATASETS}, "dictionary": True}}


class StartParameters(Parameters):
    """What a stage needs that makes a model from another."""

    task: TaskName
    start: Start
    source: SourceSpec
    source_hash: str  # of the source model's files, where the stage reads them; else empty
    max_length: int
    seed: int

    PLACES: ClassVar = {"source": {"path"}}


class FineTuningParameters(StartParameters):
    """What a fine-tuning needs, whichever of the run's models it makes.

    Attributes:
        split: What it learns from; None: from its input ``labels`` alone (pseudo-labels).
        limit: How many of the split's texts, drawn by label, the fewer among the more; None: all.
        sampling: All texts once, a bootstrap sample, or by the weights that the ``previous`` member left.
        member: Which member of an ensemble, from 1; 0: none. It is part of the seed of all that is drawn.
        shared_layers: Lowest layers that stay frozen, the embeddings with them.
    """

    split: Split | None
    tuning: FineTuningSpec
    limit: int | None = None
    sampling: Literal["all", "bootstrap", "boosted"] = "all"
    member: int = 0
    shared_layers: int = 0


class VocabularyParameters(Parameters):
    """What a change of vocabulary needs."""

    task: TaskName
    vocabulary: ExtendVocabulary | TransplantVocabulary | AdoptVocabulary
    adopted_hash: str  # of the files of the model whose tokenizer is adopted; else empty
    seed: int

    PLACES: ClassVar = {"vocabulary": {"model": {"path"}}}


class AdaptationParameters(StartParameters):
    """What masked LM needs: on the way to another task, or as the task itself.

    Attributes:
        splits: Of which it learns.
        held_out: On which perplexity is measured; None: on a share of the texts of ``splits``, which is set apart.
    """

    adaptation: MaskedLanguageModelling
    splits: tuple[Split, ...]
    held_out: Split | None = None


class PseudoLabelParameters(Parameters):
    """What labelling the pool needs.

    Attributes:
        round: Which round of pseudo-labelling, or exchange of co-training, from 1.
    """

    task: TaskName
    self_training: PseudoLabelling | CoTraining
    round: int
    limit: int | None  # as FineTuningParameters.limit: the true labels that may be used
    seed: int


class EnsembleParameters(Parameters):
    """What putting members together needs."""

    task: TaskName
    ensemble: EnsembleSpec  # kind none: a plain seed ensemble
    seed: int


class ClassicalParameters(Parameters):
    """What the classical baseline needs; ``limit`` as in :class:`FineTuningParameters`."""

    task: TaskName
    seed: int
    limit: int | None = None


class EvaluatedModel(Part):
    """One model of the report, or a member of one.

    Attributes:
        name: Its role among the inputs, too.
        title: For people.
        description: How it was made, in a sentence.
        makers: Roles of the stages that made it, for what training cost.
        repeats: Roles of the same model with other seeds.
    """

    name: str
    title: Message
    description: Message
    makers: tuple[str, ...]
    repeats: tuple[str, ...] = ()


class EvaluationParameters(Parameters):
    """What the report needs: the models in the order in which it shows them.

    Attributes:
        members: Of the transferred model, if it is an ensemble.
        facts: Role of an input → name under which its facts are reported.
        curve: Number of labels → model → its roles among the inputs, one a seed, the run's own first.
    """

    task: TaskName
    models: tuple[EvaluatedModel, ...]
    members: tuple[EvaluatedModel, ...] = ()
    facts: dict[str, str]
    curve: dict[int, dict[ModelName, tuple[str, ...]]]
    seed: int

    @property
    def others(self) -> int:
        """How many models read the test texts beside those that the report shows: of other seeds, and of the curve."""
        points = [roles for point in self.curve.values() for roles in point.values()]
        return sum(len(model.repeats) for model in self.models) + sum(map(len, points))


class ExportParameters(Parameters):
    """What an export needs. The gate it must pass is the export package's own."""

    export: ExportSpec


class SpeedParameters(Parameters):
    """What comparing an export's speed needs."""

    speed: SpeedSpec
