"""One run, whole: reading, checking and anchoring its spec."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline.errors import SpecError, system_fault
from pipeline.faults import fault
from pipeline.messages import Message, clauses
from pipeline.spec.base import ModelName, Part, TaskName
from pipeline.spec.compatibility import conflicts
from pipeline.spec.data import DataSpec
from pipeline.spec.export import ExportSpec
from pipeline.spec.recipe import RecipeSpec
from pipeline.spec.source import EmbeddedSource, LocalSource, SourceSpec
from pipeline.spec.speed import SpeedSpec
from pipeline.spec.vocabulary import AdoptVocabulary

SCHEMA_VERSION = 1
MOST_LABELS = 1_000_000
MOST_BYTES = 4_000_000  # of a spec file; those of people have some thousands
MOST_FAULTS = 10  # told of one spec
_LONGEST_NAME = 80
DATASETS = ("source", "target", "test", "dev", "source_test", "unlabelled")


class RunSpec(Part):
    """One run: what to learn from, with what, how, and what to export."""

    schema_version: Literal[1] = 1
    name: str = Field("run", min_length=1, max_length=80, title="Name", description="For people; need not be unique.")
    task: TaskName = Field("text-classification", title="Task", description="What the models are to do.")
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="The same seed gives the same run.")
    repeats: int = Field(
        1,
        ge=1,
        le=20,
        title="Repeats",
        description="How many seeds all models, those of the curve too, are trained with, for mean and deviation.",
    )
    learning_curve: tuple[int, ...] = Field(
        (),
        max_length=12,
        title="Learning curve",
        description="Numbers of target labels at which the models are compared; 0: without any.",
    )
    source: SourceSpec = Field(EmbeddedSource(), title="Source model", description="The encoder to transfer.")
    data: DataSpec = Field(title="Data", description="What to learn from.")
    recipe: RecipeSpec = Field(RecipeSpec(), title="Recipe", description="How to transfer.")
    exports: tuple[ExportSpec, ...] = Field((), title="Exports", description="What to export after training.")
    speed: tuple[SpeedSpec, ...] = Field(
        (), title="Speed", description="Of which exports the speed is compared with PyTorch's."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> RunSpec:
        models = [export.model for export in self.exports]
        if len(models) != len(set(models)):
            raise ValueError(Message("exports names one model twice"))
        for model in models:
            if model == "classical":
                raise ValueError(Message("exports names classical, which is no network: it can't be turned into ONNX"))
            if model not in self.models:
                raise ValueError(Message("exports names {model}, which this run does not make", model=model))
        timed = [speed.model for speed in self.speed]
        if len(timed) != len(set(timed)):
            raise ValueError(Message("speed names one model twice"))
        for model in timed:
            if model == "classical" or model not in self.models:
                raise ValueError(Message("speed names {model}, which this run does not export", model=model))
        if any(count != 0 and not 2 <= count <= MOST_LABELS for count in self.learning_curve):
            raise ValueError(
                Message("learning_curve: a model learns from none, or from 2 to {most:,} labels", most=MOST_LABELS)
            )
        if reasons := conflicts(self.task, self.data, self.recipe, self.learning_curve):
            raise ValueError(clauses(reasons))
        return self

    @property
    def models(self) -> tuple[ModelName, ...]:
        """The models that the run makes, in the order of its report."""
        labelled = self.data.target is not None
        made: dict[ModelName, bool] = {
            "source-only": True,
            "transferred": True,
            "target-only": labelled,
            "classical": labelled and self.task != "language-modelling",
            "same-compute": self.recipe.ensemble.kind != "none",
            "seed-ensemble": self.recipe.ensemble.kind != "none",
        }
        return tuple(name for name, is_made in made.items() if is_made)


def migrate(document: dict[str, Any]) -> dict[str, Any]:
    """Bring a spec document of any older schema to the present one; the only place that does.

    Raises:
        SpecError: The document comes from a newer Graft, or names no known version.
    """
    version = document.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise SpecError(
            "schema_version is {version}; this Graft reads {known}.",
            "Update Graft, or write the spec anew.",
            version=repr(version)[:_LONGEST_NAME] if isinstance(version, str | int | float | None) else "…",
            known=SCHEMA_VERSION,
        )
    return document


def parse(document: Any) -> RunSpec:
    """Check a spec given as plain data.

    Raises:
        SpecError: With the fields that are wrong, the first ten of them, and why.
    """
    if not isinstance(document, dict):
        raise SpecError("A spec is a JSON object.", "See examples/ for some of them.")
    try:
        return RunSpec.model_validate(migrate(document))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = clauses(map(_told, found[:MOST_FAULTS]))
        if len(found) > MOST_FAULTS:
            faults = Message("{names} and others", names=faults)
        raise SpecError(
            "The spec is not valid: {faults}.", "docs/spec.md describes each field.", faults=faults
        ) from error


def _told(found: ErrorDetails) -> Message:
    """A fault and its field, whose name may be anything that JSON can spell."""
    parts = (str(part).encode("utf-8", "replace").decode()[:_LONGEST_NAME] for part in found["loc"])
    return Message("{place}: {fault}", place=".".join(parts) or "spec", fault=fault(found))


def load(path: Path) -> RunSpec:
    """Read a spec file; paths in it are taken relative to its folder and come back absolute.

    Raises:
        SpecError: The file can't be read, is too large, is no JSON, or is not a valid spec.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SpecError(
                "{file} is larger than {limit:g} MB.",
                "See examples/ for some specs.",
                file=str(path),
                limit=MOST_BYTES / 1e6,
            )
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SpecError(
            "{file} can't be read: {fault}.", "Check the path.", file=str(path), fault=system_fault(error)
        ) from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SpecError(
            "{file} is not JSON: {fault}.", "See examples/ for some specs.", file=str(path), fault=str(error)
        ) from error
    return anchor(parse(document), path.resolve().parent)


def anchor(spec: RunSpec, base: Path) -> RunSpec:
    """Make the spec's relative paths absolute, from ``base``."""

    def absolute(path: str) -> str:
        whole = base / os.path.expanduser(path)  # noqa: PTH111 - pathlib's refuses a person that it does not know
        try:
            return str(whole.resolve())
        except (OSError, RuntimeError, ValueError):  # no file's name, or links in a circle: who opens it says so
            return str(whole)

    def anchored(source: SourceSpec) -> SourceSpec:
        return source.model_copy(update={"path": absolute(source.path)}) if isinstance(source, LocalSource) else source

    return relocate(spec, lambda _, path: absolute(path), anchored)


def relocate(spec: RunSpec, file: Callable[[str, str], str], encoder: Callable[[SourceSpec], SourceSpec]) -> RunSpec:
    """The spec with its files and encoders named otherwise; the only place that knows where a spec names any.

    Args:
        spec: A spec.
        file: Name of a field of the data, and the path that it holds → the path to take instead.
        encoder: A source → the one to take instead.
    """
    data, recipe = spec.data, spec.recipe
    named: dict[str, object] = {
        name: dataset.model_copy(update={"path": file(name, dataset.path)})
        for name in DATASETS
        if (dataset := getattr(data, name)) is not None
    }
    if data.dictionary is not None:
        named["dictionary"] = file("dictionary", data.dictionary)
    if isinstance(recipe.vocabulary, AdoptVocabulary):
        vocabulary = recipe.vocabulary.model_copy(update={"model": encoder(recipe.vocabulary.model)})
        recipe = recipe.model_copy(update={"vocabulary": vocabulary})
    return spec.model_copy(
        update={"source": encoder(spec.source), "data": data.model_copy(update=named), "recipe": recipe}
    )
