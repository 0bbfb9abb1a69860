"""The one definition of a run, shared by the page, the command line and the worker.

A :class:`RunSpec` is plain data: pydantic only, no torch. ``spec.json`` in a run's folder
is its JSON form and reproduces the run. It never holds a secret, and but for where the
files lie nothing in it depends on the machine. A recipe is composed of orthogonal parts; where a part can be done in
several ways, it is a union told apart by ``kind``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import SpecError

SCHEMA_VERSION = 1

FileFormat = Literal["auto", "csv", "tsv", "jsonl", "text"]
Encoding = Literal["auto", "utf-8", "utf-16", "gb18030"]
ModelName = Literal["source-only", "transferred", "target-only"]
TaskName = Literal["text-classification"]


class Part(BaseModel):
    """Base of every part of a spec: immutable, and no field that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ── data ────────────────────────────────────────────────────────────────────────────────


class DatasetSpec(Part):
    """One file of texts, and how to read it. ``auto`` and null mean: detect it."""

    path: str = Field(min_length=1, title="File", description="Path, relative to the spec file.")
    format: FileFormat = Field("auto", title="Format", description="How the file is laid out.")
    encoding: Encoding = Field("auto", title="Encoding", description="Character encoding.")
    text_column: str | None = Field(None, title="Text column", description="Name of the column with the text.")
    label_column: str | None = Field(None, title="Label column", description="Name of the column with the label.")
    skip_missing: bool = Field(
        False, title="Leave out incomplete rows", description="Rows without text or label are left out, not refused."
    )


class DataSpec(Part):
    """The texts of a run. The test set is drawn once and is the same for every model."""

    source: DatasetSpec = Field(title="Source texts", description="Labelled texts of the source domain.")
    target: DatasetSpec = Field(title="Target texts", description="Labelled texts of the target domain.")
    test: DatasetSpec | None = Field(
        None, title="Test texts", description="Frozen test set of the target domain; without it one is held out."
    )
    source_test: DatasetSpec | None = Field(
        None, title="Source test texts", description="Test set of the source domain; without it one is held out."
    )
    unlabelled: DatasetSpec | None = Field(
        None, title="Unlabelled target texts", description="More target text, to learn the vocabulary and to adapt."
    )
    dictionary: str | None = Field(
        None, title="Dictionary", description="Tab-separated file: source word, target word. Relative to the spec file."
    )
    label_mapping: dict[str, str] = Field(
        default_factory=dict, title="Label mapping", description="A target label, and the source label it stands for."
    )
    test_fraction: float = Field(
        0.3,
        gt=0,
        lt=0.9,
        title="Test share",
        description="Share of the target texts held out when no test file is given.",
    )
    source_test_fraction: float = Field(
        0.15, gt=0, lt=0.9, title="Source test share", description="Share of the source texts held out likewise."
    )
    max_length: int = Field(
        128, ge=8, le=512, title="Longest text", description="Sub-word tokens kept of a text, counted from its start."
    )


# ── source model ────────────────────────────────────────────────────────────────────────


class EmbeddedSource(Part):
    """The encoder that is installed with Graft; it needs no network."""

    kind: Literal["embedded"] = "embedded"


class LocalSource(Part):
    """An encoder in a folder of this machine, in safetensors."""

    kind: Literal["local"] = "local"
    path: str = Field(min_length=1, title="Folder", description="Folder with config.json and model.safetensors.")


class HubSource(Part):
    """An encoder of the Hugging Face Hub, in safetensors."""

    kind: Literal["hub"] = "hub"
    repo_id: str = Field(
        pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$",
        title="Hub id",
        description="Such as FacebookAI/xlm-roberta-base.",
    )
    revision: str = Field("main", pattern=r"^[\w./-]+$", title="Revision", description="Branch, tag or commit.")


SourceSpec = Annotated[EmbeddedSource | LocalSource | HubSource, Field(discriminator="kind")]


# ── recipe ──────────────────────────────────────────────────────────────────────────────


class KeepVocabulary(Part):
    """Leave the source model's tokenizer and embeddings as they are."""

    kind: Literal["keep"] = "keep"


class TransplantVocabulary(Part):
    """Learn a Unigram tokenizer from the target text and give the encoder new embeddings for it.

    A new token's embedding comes from the source token with the same spelling, else from the
    dictionary's translations of it or of its parts, else from the distribution of the
    source's embeddings.
    """

    kind: Literal["transplant"] = "transplant"
    size: int = Field(8000, ge=100, le=100_000, title="Vocabulary size", description="Most tokens to learn.")
    max_piece_length: int = Field(
        4,
        ge=1,
        le=20,
        title="Longest piece",
        description="Characters in a piece; short ones meet dictionary entries.",
    )


VocabularySpec = Annotated[KeepVocabulary | TransplantVocabulary, Field(discriminator="kind")]


class NoAdaptation(Part):
    """Go straight from the vocabulary to fine-tuning."""

    kind: Literal["none"] = "none"


class MaskedLanguageModelling(Part):
    """Train on unlabelled target text first: embeddings with the body frozen, then all."""

    kind: Literal["masked-lm"] = "masked-lm"
    embedding_epochs: float = Field(
        1, ge=0, le=100, title="Embedding epochs", description="Passes with the body frozen."
    )
    epochs: float = Field(1, ge=0, le=100, title="Epochs", description="Passes in which everything learns.")
    batch_size: int = Field(32, ge=1, le=1024, title="Batch size", description="Texts a step.")
    embedding_learning_rate: float = Field(
        2e-4, gt=0, le=1, title="Embedding learning rate", description="Rate while the body is frozen."
    )
    learning_rate: float = Field(5e-5, gt=0, le=1, title="Learning rate", description="Rate when everything learns.")
    mask_probability: float = Field(
        0.15, gt=0, lt=1, title="Masked share", description="Share of tokens to be guessed."
    )


AdaptationSpec = Annotated[NoAdaptation | MaskedLanguageModelling, Field(discriminator="kind")]


class FullFineTuning(Part):
    """Train every weight; embeddings may learn faster than the body."""

    kind: Literal["full"] = "full"
    epochs: float = Field(3, gt=0, le=1000, title="Epochs", description="Passes over the labelled texts.")
    batch_size: int = Field(32, ge=1, le=1024, title="Batch size", description="Texts a step.")
    learning_rate: float = Field(5e-5, gt=0, le=1, title="Learning rate", description="Peak rate of the body.")
    embedding_learning_rate: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Embedding learning rate",
        description="Peak rate of the word embeddings; null: as the body, 0: frozen.",
    )
    weight_decay: float = Field(0.01, ge=0, le=1, title="Weight decay", description="As in AdamW.")
    warmup_ratio: float = Field(
        0.1, ge=0, le=1, title="Warm-up", description="Share of the steps in which the rate rises."
    )


class LinearProbe(Part):
    """Freeze the encoder and train the classification head alone."""

    kind: Literal["probe"] = "probe"
    epochs: float = Field(10, gt=0, le=1000, title="Epochs", description="Passes over the labelled texts.")
    batch_size: int = Field(32, ge=1, le=1024, title="Batch size", description="Texts a step.")
    learning_rate: float = Field(1e-3, gt=0, le=1, title="Learning rate", description="Peak rate of the head.")


FineTuningSpec = Annotated[FullFineTuning | LinearProbe, Field(discriminator="kind")]


class RecipeSpec(Part):
    """How the source model becomes the transferred one, part by part."""

    source_training: FineTuningSpec = Field(
        FullFineTuning(), title="Source training", description="Fine-tuning on the source texts: gives source-only."
    )
    vocabulary: VocabularySpec = Field(
        TransplantVocabulary(), title="Vocabulary", description="Which tokens the model reads."
    )
    adaptation: AdaptationSpec = Field(
        NoAdaptation(), title="Adaptation", description="Learning from unlabelled target text."
    )
    fine_tuning: FineTuningSpec = Field(
        FullFineTuning(epochs=10, embedding_learning_rate=2e-4),
        title="Fine-tuning",
        description="Training on the target labels: gives transferred.",
    )
    target_only: FineTuningSpec = Field(
        FullFineTuning(epochs=20, learning_rate=2e-4),
        title="Target-only training",
        description="The same architecture from random weights, on the same target labels.",
    )


# ── export ──────────────────────────────────────────────────────────────────────────────


class ExportSpec(Part):
    """Which model to turn into ONNX after training, and how far to take it."""

    model: ModelName = Field("transferred", title="Model", description="Which of the run's models.")
    optimisation: Literal["none", "O1", "O2", "O3"] = Field(
        "O2", title="Optimisation", description="onnxruntime's graph optimisation, as Optimum names the levels."
    )
    quantisation: Literal["none", "int8"] = Field(
        "int8", title="Quantisation", description="Dynamic int8 makes the model smaller and faster on CPUs."
    )


# ── the run ─────────────────────────────────────────────────────────────────────────────


class RunSpec(Part):
    """One run, whole: what to learn from, with what, how, and what to export."""

    schema_version: Literal[1] = 1
    name: str = Field("run", min_length=1, max_length=80, title="Name", description="For people; need not be unique.")
    task: TaskName = Field("text-classification", title="Task", description="What the models are to do.")
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="The same seed gives the same run.")
    source: SourceSpec = Field(EmbeddedSource(), title="Source model", description="The encoder to transfer.")
    data: DataSpec = Field(title="Data", description="What to learn from.")
    recipe: RecipeSpec = Field(RecipeSpec(), title="Recipe", description="How to transfer.")
    exports: tuple[ExportSpec, ...] = Field((), title="Exports", description="What to export after training.")

    @model_validator(mode="after")
    def _one_export_a_model(self) -> RunSpec:
        models = [export.model for export in self.exports]
        if len(models) != len(set(models)):
            raise ValueError("exports names one model twice")
        return self


def migrate(document: dict[str, Any]) -> dict[str, Any]:
    """Bring a spec document of any older schema to the present one; the only place that does.

    Raises:
        SpecError: The document comes from a newer Graft, or names no known version.
    """
    version = document.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise SpecError(
            f"schema_version is {version!r}; this Graft reads {SCHEMA_VERSION}.",
            "Update Graft, or write the spec anew.",
        )
    return document


def parse(document: Any) -> RunSpec:
    """Check a spec given as plain data.

    Raises:
        SpecError: With every field that is wrong, and why.
    """
    if not isinstance(document, dict):
        raise SpecError("A spec is a JSON object.", "See examples/ for two of them.")
    try:
        return RunSpec.model_validate(migrate(document))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'spec'}: {fault['msg']}" for fault in error.errors())
        raise SpecError(f"The spec is not valid: {faults}.", "docs/spec.md describes each field.") from error


def load(path: Path) -> RunSpec:
    """Read a spec file; paths in it are taken relative to its folder and come back absolute.

    Raises:
        SpecError: The file can't be read, is no JSON, or is not a valid spec.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SpecError(f"{path} can't be read: {error.strerror}.", "Check the path.") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SpecError(f"{path} is not JSON: {error}.", "See examples/ for two specs.") from error
    return anchor(parse(document), path.resolve().parent)


def anchor(spec: RunSpec, base: Path) -> RunSpec:
    """Make the spec's relative paths absolute, from ``base``."""

    def absolute(path: str) -> str:
        return str((base / Path(path).expanduser()).resolve())

    data = spec.data
    datasets = {
        name: dataset.model_copy(update={"path": absolute(dataset.path)})
        for name in ("source", "target", "test", "source_test", "unlabelled")
        if (dataset := getattr(data, name)) is not None
    }
    dictionary = absolute(data.dictionary) if data.dictionary else None
    source = spec.source
    if isinstance(source, LocalSource):
        source = source.model_copy(update={"path": absolute(source.path)})
    return spec.model_copy(
        update={"source": source, "data": data.model_copy(update={**datasets, "dictionary": dictionary})}
    )
