"""What each kind of stage needs to know: all that its output depends on, besides its inputs. Free of torch."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pipeline.spec import (
    DataSpec,
    ExportSpec,
    FineTuningSpec,
    MaskedLanguageModelling,
    ModelName,
    Part,
    SourceSpec,
    TaskName,
    TransplantVocabulary,
)

#: Fields of a DataSpec that name a file of texts.
DATASETS = ("source", "target", "test", "source_test", "unlabelled")


class Parameters(Part):
    """What a stage needs to know. ``PLACES`` are fields that say where a thing lies, not what it is."""

    PLACES: ClassVar[Any] = {}


class DataParameters(Parameters):
    """What the data stage needs: the files, how to read them, and what they hold."""

    data: DataSpec
    seed: int
    hashes: dict[str, str]  # role of the file → SHA-256 of its content

    PLACES: ClassVar = {"data": {**{role: {"path"} for role in DATASETS}, "dictionary": True}}


class FineTuningParameters(Parameters):
    """What a fine-tuning needs, whichever of the run's models it makes."""

    task: TaskName
    split: Literal["source_train", "target_train"]
    start: Literal["pretrained", "given", "random"]
    source: SourceSpec
    source_hash: str
    tuning: FineTuningSpec
    max_length: int
    seed: int

    PLACES: ClassVar = {"source": {"path"}}


class VocabularyParameters(Parameters):
    """What a vocabulary transplant needs."""

    task: TaskName
    vocabulary: TransplantVocabulary
    seed: int


class AdaptationParameters(Parameters):
    """What a masked-LM adaptation needs."""

    task: TaskName
    adaptation: MaskedLanguageModelling
    max_length: int
    seed: int


class EvaluationParameters(Parameters):
    """What the report needs: the models in the order in which it shows them."""

    task: TaskName
    models: tuple[ModelName, ...]
    descriptions: dict[str, str]
    seed: int


class ExportParameters(Parameters):
    """What an export needs. The gate it must pass is the export package's own."""

    export: ExportSpec
