"""From files to a spec: what was brought, and a preset filled in."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from pipeline.data.dictionary import read_dictionary
from pipeline.doctor import Suggestion
from pipeline.errors import DataError
from pipeline.presets import PRESETS
from pipeline.spec import RunSpec, TaskName
from ui import fields
from ui.api.files import dataset_of
from ui.api.kinds import Files, Mapping, Reading, Renamed, RunFiles, Source, SpecText, Task, Visitor
from ui.api.references import path_of, source_named, text_of
from ui.handlers import doctor, training, uploads
from ui.services import Services
from ui.text import say, spec

SUGGESTED = "suggested"
PresetName = Literal[
    "suggested",
    "no-target-labels",
    "few-target-labels",
    "few-tagged-texts",
    "many-target-labels",
    "same-language",
    "small-updates",
    "language-model",
    "new-language-model",
    "attention-bridge",
    "article",
]
Preset = Annotated[PresetName, "A recipe of `list_presets`; suggested: the one that suits the files."]


class PresetInfo(TypedDict):
    """A recipe with a name."""

    name: Annotated[str, "Its name in further calls."]
    title: Annotated[str, "For people."]
    reason: Annotated[str, "When it is the right one."]
    recipe: Annotated[dict[str, Any], "What it fills in, as the field `recipe` of a spec."]


def list_presets(services: Services) -> Annotated[list[PresetInfo], "The presets."]:  # noqa: ARG001 - as all do
    """Recipes with a name: how a source model becomes one for the target, and when each is the right one."""
    return [
        {
            "name": name,
            "title": spec.preset(name),
            "reason": spec.preset_reason(name),
            "recipe": preset.recipe.model_dump(mode="json"),
        }
        for name, preset in PRESETS.items()
    ]


def write_spec(
    services: Services,
    *,
    files: RunFiles,
    task: Task = "text-classification",
    preset: Preset = "suggested",
    source: Source = "",
    name: Annotated[str, "What the run is called; empty: after its files."] = "",
    label_mapping: Mapping = None,
    source_label_mapping: Renamed = None,
    seed: Annotated[int, "Of everything that is drawn."] = RunSpec.model_fields["seed"].default,
    visitor: Visitor = "",
) -> SpecText:
    """Fill in a spec: files, task, preset and source become all that a run is to do. Nothing is started.

    Change in it what you like (docs/spec.md describes each field), then give it to `estimate_run` or `start_run`.
    """
    brought = gather(services, visitor, files, task, source_label_mapping)
    written = compose(
        services, brought, preset=preset, source=source, name=name, label_mapping=label_mapping, seed=seed
    )
    return text_of(services, written)


def compose(
    services: Services,
    brought: training.Files,
    *,
    preset: str,
    source: str,
    name: str,
    label_mapping: dict[str, str] | None,
    seed: int,
) -> RunSpec:
    """The spec that files and a preset make.

    Raises:
        DataError: A file has problems, labels don't match, or no preset suits the files.
        SourceError: The source can't be used here.
        SpecError: Parts don't go together.
    """
    encoder = source_named(services, source)
    suggestion = None
    if preset == SUGGESTED:
        diagnosis = check_up(services, brought, source, label_mapping).diagnosis
        suggestion = diagnosis.suggestion if diagnosis else None
        if suggestion is None:
            raise DataError(say("api.no_suggestion"), say("api.no_suggestion_remedy"))
    values = {**fields.values_of(PRESETS[preset_of(preset, suggestion)].recipe), "seed": seed}
    if name.strip():
        values["name"] = name.strip()
    return training.spec_of(services, brought, mapping=label_mapping or {}, source=encoder, values=values)


def gather(
    services: Services,
    visitor: str | None,
    files: Files,
    task: TaskName,
    renamed: dict[str, str] | None = None,
) -> training.Files:
    """The files of a form, looked at.

    Raises:
        DataError: One is unknown, or can't be read.
        SpecError: There is no such way to read one.
    """
    slots = {role: _slot(services, visitor, role, files.get(role), task) for role in uploads.ROLES}
    dictionary = uploads.DictionarySlot()
    if named := files.get("dictionary"):
        path = path_of(services, visitor, named)
        dictionary = uploads.DictionarySlot(str(path), len(read_dictionary(path, services.settings)))
    return training.Files(slots, dictionary, task, renamed or {})


def _slot(services: Services, visitor: str | None, role: uploads.Role, given: object, task: TaskName) -> uploads.Slot:
    """A file of the form; one with problems is there too, so that the doctor can tell them."""
    if not given:
        return uploads.Slot()
    read = {**given} if isinstance(given, AnyMapping) else {"file": str(given)}
    path = path_of(services, visitor, str(read.pop("file", "")))
    slot = uploads.look_at(services, role, dataset_of(path, cast("Reading", read)), task)
    if slot.failure:
        raise DataError(slot.failure.message, slot.failure.remedy)
    return slot


def check_up(
    services: Services, brought: training.Files, source: str, mapping: dict[str, str] | None
) -> doctor.Checkup:
    """What the doctor says of the files of a form, of the encoder that is named.

    Raises:
        DataError: A file can't be read.
        SourceError: The source can't be used here.
    """
    encoder = source_named(services, source)
    return doctor.check_up(services, brought, mapping=mapping or {}, source=encoder, values={}, asked=True)


def preset_of(name: str, suggestion: Suggestion | None) -> str:
    """The preset that is named, or the suggested one where that is asked for; empty if none suits the files."""
    return (suggestion.preset if suggestion else "") if name == SUGGESTED else name
