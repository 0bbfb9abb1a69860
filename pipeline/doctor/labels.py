"""Checks of the labels: their balance, tags that spell no entities, and whether source and target agree."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.data.agreement import Agreement, Domain
from pipeline.data.labellings import LABELS
from pipeline.data.labels import sorted_labels
from pipeline.data.wording import quoted
from pipeline.doctor.finding import Finding, first_rows
from pipeline.doctor.material import Material, Sheet
from pipeline.doctor.reading import reported
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.tasks import TASKS

#: A label with fewer texts is hardly learned, and its figures in the report are a matter of luck.
FEW = 5
#: How often the most frequent label may stand for each of the rarest.
MOST_UNEVEN = 10


def balance(material: Material) -> Iterator[Finding]:
    """Too many, too few and rare labels."""
    for sheet in material.labelled:
        counts = sheet.inspection.label_counts if sheet.inspection else {}
        refused = [*reported("balance", sheet, "one-label", "too-many-labels", "few-per-label")]
        yield from refused
        if refused or not counts:
            continue
        (most, often), *_, (_, seldom) = [*counts.items(), *counts.items()]
        # Some parts of speech and some entities are rare by nature.
        uneven = TASKS[material.task].labelling != "tags" and often > MOST_UNEVEN * seldom
        rare = [name for name, count in counts.items() if count < FEW or (uneven and count * MOST_UNEVEN < often)]
        if rare:
            yield Finding(
                "balance",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: rare labels: {rare}, the rarest {seldom:,} times; “{most}” stands {often:,} times.",
                    {"file": sheet.name, "rare": quoted(rare), "seldom": seldom, "most": most, "often": often},
                ),
                Message("Add texts with them, turn on class weights, or map them to another label."),
                first_rows(_rows_with(sheet, set(rare))),
            )


def tags(material: Material) -> Iterator[Finding]:
    """Tags that are none, and tags that do not spell whole entities."""
    for sheet in material.labelled:
        yield from reported("tags", sheet, "strange-tags", rows=sheet.found.strange)
        if repaired := sheet.found.repaired:
            yield Finding(
                "tags",
                "warn",
                (sheet.role,),
                Message(
                    "{file}: tags that continue no entity, or end none, and are repaired: {count:,}.",
                    {"file": sheet.name, "count": len(repaired)},
                ),
                Message("Let each entity begin with B- and go on with I- of the same type."),
                first_rows(repaired),
            )


def mapping(material: Material) -> Iterator[Finding]:
    """Labels that the run's own do not hold, and labels that no target text has."""
    owner: Domain = "target" if material.data.source is None else "source"
    owning = material.sheet(owner)
    if owning is None or not owning.labelled:
        return
    known = sorted_labels(owning.as_texts().renamed(_mapping_of(owning, material), material.task).names(material.task))
    agreement = Agreement(material.task, owner, owning.name, known)
    others = [sheet for sheet in material.labelled if sheet is not owning]
    refused = [finding for sheet in others if (finding := _disagreement(sheet, owning, agreement, material))]
    yield from refused
    target = material.sheet("target", "test")
    if not refused and target is not None and target is not owning:
        yield from _unused(target, owning, known, material)


def _disagreement(sheet: Sheet, owning: Sheet, agreement: Agreement, material: Material) -> Finding | None:
    """Why the data stage would refuse a file's labels, if it would."""
    given = _mapping_of(sheet, material)
    texts = sheet.as_texts().renamed(given, material.task)
    try:
        if given is material.data.label_mapping:
            agreement.check_mapping(given)
        agreement.check(texts, sheet.dataset)
    except DataError as error:
        named = LABELS[material.task].names
        strange = [
            row
            for row, label in zip(texts.rows, texts.labels or (), strict=True)
            if not set(named(label)) <= {*agreement.names}
        ]
        return Finding(
            "mapping",
            "fail",
            (sheet.role, owning.role),
            Message(error.message),
            Message(error.remedy),
            first_rows(strange),
        )
    return None


def _unused(target: Sheet, owning: Sheet, known: list[str], material: Material) -> Iterator[Finding]:
    present = target.as_texts().renamed(_mapping_of(target, material), material.task).names(material.task)
    if missing := [name for name in known if name not in present]:
        yield Finding(
            "mapping",
            "warn",
            (target.role, owning.role),
            Message(
                "{file} has no text with the labels {missing}, which {other} has.",
                {"file": target.name, "other": owning.name, "missing": quoted(missing)},
            ),
            Message("See whether labels have to be mapped; else the models can answer what is never right."),
        )


def _mapping_of(sheet: Sheet, material: Material) -> dict[str, str]:
    of_source = sheet.role in ("source", "source_test")
    return material.data.source_label_mapping if of_source else material.data.label_mapping


def _rows_with(sheet: Sheet, names: set[str]) -> list[int]:
    """Rows of texts whose label holds one of the names."""
    named = LABELS[sheet.task].names
    return [row for row, label in zip(sheet.rows, sheet.labels, strict=True) if names & {*named(label)}]
