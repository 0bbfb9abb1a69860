"""Models that lie in a folder of the server's machine: a stage that reads one takes it along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.parameters import StartParameters, VocabularyParameters
from pipeline.plan import Stage
from pipeline.spec import AdoptVocabulary, LocalSource


def folder_of(stage: Stage) -> tuple[str, Path] | None:
    """The hash and the place of the model's folder that a stage reads; None if it reads none."""
    parameters = stage.parameters
    if isinstance(parameters, StartParameters) and parameters.source_hash:
        if isinstance(parameters.source, LocalSource):
            return f"model-{parameters.source_hash}", Path(parameters.source.path)
    elif isinstance(parameters, VocabularyParameters) and isinstance(parameters.vocabulary, AdoptVocabulary):
        model = parameters.vocabulary.model
        if isinstance(model, LocalSource):
            return f"model-{parameters.adopted_hash}", Path(model.path)
    return None


def moved(stage: Stage, folder: Path) -> Stage:
    """The stage with the folder's place on this machine; where it lies is not in a stage's key."""
    here = LocalSource(path=str(folder))
    parameters = stage.parameters
    if isinstance(parameters, VocabularyParameters):
        vocabulary = parameters.vocabulary.model_copy(update={"model": here})
        return replace(stage, parameters=parameters.model_copy(update={"vocabulary": vocabulary}))
    return replace(stage, parameters=parameters.model_copy(update={"source": here}))
