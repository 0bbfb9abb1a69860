"""From files to a spec: what the doctor says of them, a recipe for them, and a preset filled in."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import asdict
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from pipeline.data.dictionary import read_dictionary
from pipeline.data.labels import LabelMatch
from pipeline.doctor import Finding, Level, Suggestion
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
from ui.text.telling import tell

SUGGESTED = "suggested"
PresetName = Literal[
    "suggested",
    "no-target-labels",
    "few-target-labels",
    "many-target-labels",
    "same-language",
    "small-updates",
    "language-model",
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


class Suggested(TypedDict):
    """A recipe for the files at hand."""

    preset: Annotated[str, "Its name; empty if no preset suits them."]
    reason: Annotated[str, "Why."]


class Found(TypedDict):
    """One thing that the doctor looked at."""

    check: Annotated[str, "What was looked at."]
    level: Annotated[Level, "fail: the run would be refused or say nothing; warn: somebody should look at it."]
    roles: Annotated[list[str], "The files that it is about."]
    message: Annotated[str, "What was found."]
    remedy: Annotated[str, "What to do; empty where there is nothing to be done."]
    rows: Annotated[list[int], "Rows concerned, of the first of the files."]


class Labels(TypedDict):
    """How the labels of the target stand to those of the source."""

    mapping: Annotated[dict[str, str], "Target label → source label, where they differ."]
    unmatched: Annotated[list[str], "Target labels for which `label_mapping` has to say what they mean."]
    renamed: Annotated[dict[str, str], "Source label → the target's name for it, to be taken as source_label_mapping."]


class Checked(TypedDict):
    """What there is to say of files before anything is trained."""

    level: Annotated[Level, "The worst of the findings."]
    findings: Annotated[list[Found], "One a check."]
    splits: Annotated[dict[str, int], "How many texts go where; empty if they can't be split."]
    notes: Annotated[list[str], "What is left out on the way, and why they can't be split."]
    labels: Annotated[Labels | None, "How labels fit together; null where there is nothing to match."]
    suggestion: Annotated[Suggested, "A recipe for them."]
    conflicts: Annotated[list[str], "What does not go together in the files and the preset."]


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


def check_data(
    services: Services,
    *,
    files: RunFiles,
    task: Task = "text-classification",
    preset: Preset = "suggested",
    source: Source = "",
    label_mapping: Mapping = None,
    source_label_mapping: Renamed = None,
    visitor: Visitor = "",
) -> Annotated[Checked, "Findings, splits, labels, a suggestion, conflicts."]:
    """What the data doctor says of files, before anything is trained.

    Duplicates, contradictory labels, test texts among the training texts, languages, what the source's tokenizer
    can't read and more, each with its rows and a remedy; how many texts go where; how labels fit together.
    """
    brought = gather(services, visitor, files, task, source_label_mapping)
    found = _check_up(services, brought, source, label_mapping)
    diagnosis = found.diagnosis
    name = _preset(preset, diagnosis.suggestion if diagnosis else None)
    values = fields.values_of(PRESETS[name].recipe) if name else {}
    splits = {key: value for key, value in asdict(found.splits).items() if type(value) is int} if found.splits else {}
    notes = [tell(note) for note in found.splits.notes] if found.splits else []
    return {
        "level": diagnosis.level if diagnosis else "fail",
        "findings": [_found(finding) for finding in diagnosis.findings] if diagnosis else [],
        "splits": splits,
        "notes": [*notes, *([found.fault.sentence] if found.fault else [])],
        "labels": _labels(brought, training.match_of(brought)),
        "suggestion": _suggested(diagnosis.suggestion if diagnosis else None),
        "conflicts": training.conflicts(brought, values),
    }


def suggest_recipe(
    services: Services,
    *,
    files: RunFiles,
    task: Task = "text-classification",
    source: Source = "",
    visitor: Visitor = "",
) -> Annotated[Suggested, "The preset, and why."]:
    """Which preset suits these files and this source model, and why."""
    diagnosis = _check_up(services, gather(services, visitor, files, task), source, None).diagnosis
    return _suggested(diagnosis.suggestion if diagnosis else None)


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
        diagnosis = _check_up(services, brought, source, label_mapping).diagnosis
        suggestion = diagnosis.suggestion if diagnosis else None
        if suggestion is None:
            raise DataError(say("api.no_suggestion"), say("api.no_suggestion_remedy"))
    values = {**fields.values_of(PRESETS[_preset(preset, suggestion)].recipe), "seed": seed}
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


def _check_up(
    services: Services, brought: training.Files, source: str, mapping: dict[str, str] | None
) -> doctor.Checkup:
    encoder = source_named(services, source)
    return doctor.check_up(services, brought, mapping=mapping or {}, source=encoder, values={}, asked=True)


def _preset(name: str, suggestion: Suggestion | None) -> str:
    return (suggestion.preset if suggestion else "") if name == SUGGESTED else name


def _suggested(found: Suggestion | None) -> Suggested:
    return {"preset": found.preset if found else "", "reason": tell(found.reason) if found else ""}


def _found(finding: Finding) -> Found:
    return {
        "check": finding.check,
        "level": finding.level,
        "roles": [*finding.roles],
        "message": tell(finding.message),
        "remedy": tell(finding.remedy),
        "rows": [*finding.rows],
    }


def _labels(brought: training.Files, match: LabelMatch | None) -> Labels | None:
    if match is None:
        return None
    slots = brought.slots
    likely = uploads.likely_names(slots["source"], slots["target"], slots["test"])
    return {"mapping": match.mapping, "unmatched": match.unmatched, "renamed": likely}
