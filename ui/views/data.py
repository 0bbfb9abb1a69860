"""Uploads: what was read, what is wrong with it, and how the labels match."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.data.inspection import Inspection, Problem
from pipeline.spec import DatasetSpec, DataSpec, TaskName
from ui import fields
from ui.handlers.editing import Draft
from ui.handlers.training import role_title
from ui.handlers.uploads import MAIN_ROLES, DictionarySlot, Slot
from ui.text import say, spec
from ui.text.telling import tell
from ui.views.html import Markup, heading, join, message, table, tag

MOST_LABELS, MOST_ROWS, MOST_CHARACTERS = 12, 5, 160


def slot_title(role: str) -> Markup:
    """The head of an upload's card."""
    need = tag("span", say("data.recommended" if role in MAIN_ROLES else "data.optional"), class_="g-chip")
    return tag(
        "div",
        tag("h2", role_title(role), " ", need),
        tag("p", spec.description(DataSpec, role), class_="g-hint"),
        class_="g-heading",
    )


def task_hint(task: TaskName) -> Markup:
    """What files a task takes."""
    return tag("p", say(f"data.task.{task}"), class_="g-hint")


def origin(draft: Draft) -> Markup:
    """The run that a form was filled in from, and what could not be taken over."""
    if not draft.missing:
        return message(say("data.edit_from", name=draft.name), say("data.edit_hint"), kind="good")
    items = tag("ul", *(tag("li", reason) for reason in draft.missing), class_="g-plain")
    head = tag("p", tag("strong", say("data.edit_from", name=draft.name)), " ", say("data.edit_missing"))
    return tag("div", head, items, class_="g-message g-warn", role="status")


def recipe(values: dict[str, Any]) -> Markup:
    """What a recipe does, a line for each of its parts, so that it is seen with its fields folded away."""
    cells = []
    for choice in fields.CHOICES:
        if choice.in_front:
            ways = {kind: title for title, kind in choice.titles()}
            cells += [tag("dt", choice.title), tag("dd", ways[values[choice.key]])]
    return tag("dl", *cells, class_="g-recipe")


def conflicts(reasons: list[str]) -> Markup | None:
    """What does not go together in the form."""
    if not reasons:
        return None
    items = tag("ul", *(tag("li", reason) for reason in reasons), class_="g-plain")
    return tag("div", tag("strong", say("data.conflicts")), items, class_="g-message g-warn", role="status")


def preset_reason(reason: str) -> Markup:
    """When a preset is the right one."""
    return tag("p", reason, class_="g-hint")


def messages(slot: Slot) -> Markup | None:
    """What is wrong with the last file, beside its upload."""
    found = []
    if slot.failure:
        found.append(message(slot.failure.message, slot.failure.remedy))
    if slot.candidate:
        found += [_problem(problem) for problem in slot.candidate.problems]
    if found and slot.accepted:
        found.append(message(say("data.still_in_use", name=_name(slot.accepted)), kind="warn"))
    return tag("div", *found) if found else None


def dictionary_messages(slot: DictionarySlot) -> Markup | None:
    """The same for the dictionary."""
    if slot.failure is None:
        return None
    kept = message(say("data.still_in_use", name=Path(slot.path).name), kind="warn") if slot.path else None
    return tag("div", message(slot.failure.message, slot.failure.remedy), kept)


def status(slot: Slot) -> Markup:
    """Which file is on show, how it was read, what is to be known of that, and whether it is in use."""
    inspection = slot.shown
    if inspection is None:
        return Markup()
    dataset, used = inspection.dataset, slot.candidate is None
    line = tag(
        "p",
        tag(
            "span",
            say("data.in_use" if used else "data.pending"),
            class_=f"g-chip {'g-state-done' if used else 'g-state-interrupted'}",
        ),
        tag("b", say("data.accepted", name=_name(inspection), rows=f"{inspection.row_count:,}")),
        tag("span", _reading(dataset), class_="g-hint"),
        class_="g-file",
    )
    notes = [tell(note) for note in inspection.notes]
    if dataset.origin is not None:
        notes.insert(0, say("hub.origin", origin=tell(dataset.origin.told)))
    return join([line, *(tag("p", note, class_="g-hint") for note in notes)])


def dictionary_status(slot: DictionarySlot) -> Markup:
    """The dictionary in use."""
    if slot.path is None:
        return Markup()
    return tag(
        "p",
        tag("span", say("data.in_use"), class_="g-chip g-state-done"),
        tag("b", Path(slot.path).name),
        tag("span", say("data.dictionary_entries", count=f"{slot.entries:,}"), class_="g-hint"),
        class_="g-file",
    )


def labels(slot: Slot) -> Markup:
    """How often each label occurs."""
    inspection = slot.shown
    if inspection is None or not inspection.label_counts:
        return Markup()
    ranked = sorted(inspection.label_counts.items(), key=lambda pair: -pair[1])
    most = ranked[0][1]
    items = [
        tag(
            "li",
            tag("span", label, class_="g-bar-label"),
            tag("span", tag("span", style=f"width:{100 * count / most:.1f}%"), class_="g-bar"),
            tag("span", f"{count:,}", class_="g-num"),
        )
        for label, count in ranked[:MOST_LABELS]
    ]
    rest = len(ranked) - MOST_LABELS
    more = tag("p", say("data.more_labels", count=rest), class_="g-hint") if rest > 0 else None
    return tag("div", tag("h3", say("data.labels")), tag("ul", *items, class_="g-bars"), more)


def preview(slot: Slot) -> Markup:
    """The first rows as they were read."""
    inspection = slot.shown
    if inspection is None or not inspection.preview:
        return Markup()
    rows = [[_short(cell) for cell in row] for row in inspection.preview[:MOST_ROWS]]
    title, name = say("data.preview"), Path(inspection.dataset.path).name
    drawn = table(inspection.columns, rows, class_="g-preview", label=say("data.preview_of", file=name))
    return tag("div", tag("h3", title), drawn)


def mapping_heading() -> Markup:
    """Why there is a table of labels to fill in."""
    return heading(say("data.mapping_title"), say("data.mapping_why"))


def source_note(note: str) -> Markup | None:
    """Why some sources can't be chosen."""
    return tag("p", note, class_="g-hint") if note else None


def _reading(dataset: DatasetSpec) -> str:
    names = {name: spec.alternative(name, getattr(dataset, name)) for name in ("format", "encoding")}
    return say("data.read_as", **names)


def _problem(problem: Problem) -> Markup:
    body = tag("p", tag("strong", tell(problem.message)), " ", tell(problem.remedy))
    return tag("div", body, class_="g-message g-bad", role="alert", data_code=problem.code)


def _name(inspection: Inspection) -> str:
    return Path(inspection.dataset.path).name


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
