"""What there is to say of files before anything is trained: the doctor's findings, and the recipe that suits them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from typing_extensions import TypedDict

from pipeline.data.labels import LabelMatch
from pipeline.doctor import Finding, Level, Suggestion
from pipeline.presets import PRESETS
from ui import fields
from ui.api.forms import Preset, check_up, gather, preset_of
from ui.api.kinds import Mapping, Renamed, RunFiles, Source, Task, Visitor
from ui.handlers import training, uploads
from ui.services import Services
from ui.text.telling import tell


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
    found = check_up(services, brought, source, label_mapping)
    diagnosis = found.diagnosis
    name = preset_of(preset, diagnosis.suggestion if diagnosis else None)
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
    diagnosis = check_up(services, gather(services, visitor, files, task), source, None).diagnosis
    return _suggested(diagnosis.suggestion if diagnosis else None)


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
