"""The one definition of a run, shared by the page, the command line and the worker.

A :class:`RunSpec` is plain data: pydantic only, no torch. ``spec.json`` in a run's folder
is its JSON form and reproduces the run. It never holds a secret, and but for where the
files lie nothing in it depends on the machine. A recipe is composed of orthogonal parts; where a part can be done in
several ways, it is a union told apart by ``kind``.
"""

from pipeline.spec.base import ModelName, Part, TaskName
from pipeline.spec.compatibility import FIELDS_READ, TAGGING, conflicts
from pipeline.spec.data import PLACES, DatasetSpec, DataSpec, Encoding, FileFormat
from pipeline.spec.ensemble import Bagging, Boosting, EnsembleSpec, NoEnsemble
from pipeline.spec.export import NOTHING, Calibration, ExportSpec, export_spec
from pipeline.spec.origin import Origin
from pipeline.spec.recipe import RecipeSpec
from pipeline.spec.run import DATASETS, SCHEMA_VERSION, RunSpec, anchor, load, migrate, parse, relocate
from pipeline.spec.self_training import CoTraining, NoSelfTraining, PseudoLabelling, SelfTrainingSpec
from pipeline.spec.source import EmbeddedSource, HubSource, LocalSource, SourceSpec
from pipeline.spec.speed import SpeedSpec, speed_spec
from pipeline.spec.tuning import (
    MOST_PASSES,
    AdaptationSpec,
    AttentionBridge,
    FineTuningSpec,
    FullFineTuning,
    GradualUnfreezing,
    LinearProbe,
    LowRankAdaptation,
    MaskedLanguageModelling,
    NoAdaptation,
    Tuning,
)
from pipeline.spec.variants import (
    DEFAULT_VARIANTS,
    LEFT_OUT,
    MATRIX,
    Optimisation,
    Provider,
    Quantisation,
    VariantName,
    refusal,
    rows,
)
from pipeline.spec.vocabulary import (
    AdoptVocabulary,
    ExtendVocabulary,
    Initialisation,
    KeepVocabulary,
    TransplantVocabulary,
    VocabularySpec,
)

__all__ = [
    "DATASETS",
    "DEFAULT_VARIANTS",
    "FIELDS_READ",
    "LEFT_OUT",
    "MATRIX",
    "MOST_PASSES",
    "NOTHING",
    "PLACES",
    "SCHEMA_VERSION",
    "TAGGING",
    "AdaptationSpec",
    "AdoptVocabulary",
    "AttentionBridge",
    "Bagging",
    "Boosting",
    "Calibration",
    "CoTraining",
    "DataSpec",
    "DatasetSpec",
    "EmbeddedSource",
    "Encoding",
    "EnsembleSpec",
    "ExportSpec",
    "ExtendVocabulary",
    "FileFormat",
    "FineTuningSpec",
    "FullFineTuning",
    "GradualUnfreezing",
    "HubSource",
    "Initialisation",
    "KeepVocabulary",
    "LinearProbe",
    "LocalSource",
    "LowRankAdaptation",
    "MaskedLanguageModelling",
    "ModelName",
    "NoAdaptation",
    "NoEnsemble",
    "NoSelfTraining",
    "Optimisation",
    "Origin",
    "Part",
    "Provider",
    "PseudoLabelling",
    "Quantisation",
    "RecipeSpec",
    "RunSpec",
    "SelfTrainingSpec",
    "SourceSpec",
    "SpeedSpec",
    "TaskName",
    "TransplantVocabulary",
    "Tuning",
    "VariantName",
    "VocabularySpec",
    "anchor",
    "conflicts",
    "export_spec",
    "load",
    "migrate",
    "parse",
    "refusal",
    "relocate",
    "rows",
    "speed_spec",
]
