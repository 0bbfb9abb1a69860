"""The checks: one table, one row each, in the order in which a person goes about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.doctor import labels, language, reading, texts
from pipeline.doctor.finding import NOTHING, Finding, Role
from pipeline.doctor.material import Material
from pipeline.messages import Message, Template
from pipeline.tasks import TASKS


@dataclass(frozen=True)
class Check:
    """One thing that is looked at.

    Attributes:
        title: For people.
        find: What there is to say; nothing of files that are all right.
        concerns: The files that it looks at; none: the check does not apply.
        passed: What is said of those where there was nothing to say.
    """

    title: Template
    find: Callable[[Material], Iterator[Finding]]
    concerns: Callable[[Material], list[Role]]
    passed: Template


def _given(material: Material) -> list[Role]:
    return [*material.sheets]


def _decoded(material: Material) -> list[Role]:
    return [role for role, sheet in material.sheets.items() if sheet.undecodable is None]


def _tables(material: Material) -> list[Role]:
    return [role for role, sheet in material.sheets.items() if sheet.inspection is not None]


def _texts(material: Material) -> list[Role]:
    return [sheet.role for sheet in material.readable]


def _labelled(material: Material) -> list[Role]:
    return [sheet.role for sheet in material.labelled]


def _guessed(material: Material) -> list[Role]:
    sheet = material.sheet("target", "source", "test")
    return [sheet.role] if sheet else []


def _spelling(material: Material) -> list[Role]:
    return _labelled(material) if TASKS[material.task].spans else []


def _owned(material: Material) -> list[Role]:
    return _labelled(material) if len(material.labelled) > 1 else []


def _tested(material: Material) -> list[Role]:
    roles = {sheet.role for sheet in material.readable}
    return [*dict.fromkeys(role for pair in texts.SEPARATE if roles >= {*pair} for role in pair)]


def _nothing(_: Material) -> list[Role]:
    return []


CHECKS: dict[str, Check] = {
    "encoding": Check(Template("Encoding"), reading.encoding, _given, Template("Every character can be read.")),
    "format": Check(
        Template("Delimiter and format"), reading.file_format, _decoded, Template("Every row can be read.")
    ),
    "columns": Check(Template("Columns"), reading.columns, _tables, Template("The columns were found.")),
    "task": Check(Template("Task"), reading.task, _guessed, Template("The file fits the chosen task.")),
    "empty": Check(Template("Empty texts"), texts.empty, _tables, Template("No text or label is missing.")),
    "duplicates": Check(Template("Duplicate texts"), texts.duplicates, _texts, Template("No text is repeated.")),
    "contradictions": Check(
        Template("Same text, two labels"),
        texts.contradictions,
        _labelled,
        Template("No text has two different labels."),
    ),
    "leakage": Check(
        Template("Test texts in training data"), texts.leakage, _tested, Template("No test text is learned from.")
    ),
    "balance": Check(Template("Label balance"), labels.balance, _labelled, Template("No label is rare.")),
    "tags": Check(Template("Entity tags"), labels.tags, _spelling, Template("The tags spell whole entities.")),
    "mapping": Check(
        Template("Labels of source and target"), labels.mapping, _owned, Template("All files have the same labels.")
    ),
    "language": Check(Template("Script and language"), language.language, _nothing, Template("")),
    "tokens": Check(Template("The source's tokenizer"), language.tokens, _nothing, Template("")),
    "length": Check(Template("Long texts"), texts.length, _nothing, Template("")),
    "dictionary": Check(Template("Dictionary"), language.dictionary, _nothing, Template("")),
}


def run_checks(material: Material) -> tuple[Finding, ...]:
    """The findings of all checks, in the order of :data:`CHECKS`."""
    return tuple(finding for name in CHECKS for finding in run_check(name, material))


def run_check(name: str, material: Material) -> list[Finding]:
    """What one check has to say; at its end, in one line, of the files that are all right."""
    check = CHECKS[name]
    found = [*check.find(material)]
    told = {role for finding in found for role in finding.roles}
    fine = tuple(role for role in check.concerns(material) if role not in told)
    return [*found, Finding(name, "pass", fine, Message(check.passed), NOTHING)] if fine else found
