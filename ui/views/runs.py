"""The visitor's runs as a list, what is asked before one is deleted, and what is copied of one."""

from __future__ import annotations

from pipeline.runs import RunRecord
from ui.handlers.recipes import FILE, Recipe
from ui.handlers.runs import Line, RunPage
from ui.text import say
from ui.views.html import Markup, ago, heading, message, tag
from ui.views.start import state_chip


def runs(page: RunPage, opened: str | None, now: float) -> Markup:
    """A page of the list; each run is a button that opens it."""
    if not page.total:
        return Markup()
    items = [_line(line, opened, now) for line in page.lines]
    return tag("section", heading(say("runs.title")), tag("ul", *items, class_="g-runs g-queue"))


def position(page: RunPage) -> Markup:
    """Which runs of how many are shown."""
    last = page.first + len(page.lines)
    told = say("common.page_of", first=page.first + 1, last=last, total=page.total) if page.total else ""
    return tag("span", told, class_="g-hint")


def deleting(record: RunRecord) -> Markup:
    """What a person should know before a run is deleted."""
    return message(say("runs.delete_question", name=record.name), say("runs.delete_warning"), kind="warn")


def link(token: str) -> Markup:
    """The address of a shared report, to copy; the browser puts its own place before it."""
    return tag(
        "div",
        _copied(say("runs.share_address"), f"?report={token}", data_address=True),
        tag("p", say("runs.share_hint"), class_="g-hint"),
        class_="g-share",
    )


def unshared() -> Markup:
    """After a link was taken back."""
    return tag("p", say("runs.unshared"), class_="g-hint")


def recipe(found: Recipe) -> Markup:
    """The command line and the file that it reads."""
    return tag(
        "div",
        tag("p", say("runs.recipe_moved" if found.moved else "runs.recipe_hint", file=FILE), class_="g-hint"),
        _copied(say("runs.command"), found.command),
        _copied(FILE, found.document, class_="g-document"),
    )


def _line(line: Line, opened: str | None, now: float) -> Markup:
    record = line.record
    state = say(f"common.state.{record.state}")
    waits = _waits(line)
    button = tag(
        "button",
        tag("span", record.name, class_="g-run-name"),
        tag("span", waits, class_="g-when g-waits") if waits else None,
        state_chip(record.state),
        tag("span", ago(now - record.created), class_="g-when"),
        type="button",
        data_pick=record.id,
        aria_current="true" if record.id == opened else None,
        aria_label=say("start.open_run", name=record.name, state=f"{state} {waits}".strip()),
    )
    return tag("li", button)


def _waits(line: Line) -> str:
    """The place in the queue, and whom the run waits for."""
    if not line.place:
        return ""
    named = [say("runs.quoted", name=name) for name in line.before]
    if line.others:
        named.append(say("runs.other_runs", count=line.others))
    place = say("runs.place", place=line.place)
    return say("runs.behind", place=place, names=say("common.list_separator").join(named)) if named else place


def _copied(title: str, text: str, **attributes: object) -> Markup:
    """A text with a button that copies it."""
    copy = tag(
        "button",
        say("export.copy"),
        type="button",
        class_="g-copy",
        data_copied=say("export.copied"),
        aria_label=say("export.copy_of", title=title),
    )
    kind = f"g-snippet {attributes.pop('class_', '')}".strip()
    return tag("div", tag("p", title), tag("pre", text, tabindex="0", **attributes), copy, class_=kind)
