"""Data sets of the Hub: what is offered, how far it is, and what came of it."""

from __future__ import annotations

from pipeline.hub.examples import examples_for
from pipeline.spec import TaskName
from ui.handlers.hub import Brought
from ui.text import say
from ui.text.spec import languages
from ui.text.telling import tell
from ui.views.html import Markup, message, tag, working


def note(reachable: bool | None) -> Markup | None:
    """Why no data set can be named now."""
    if reachable:
        return None
    return tag("p", say("hub.checking" if reachable is None else "hub.offline"), class_="g-hint")


def examples(task: TaskName) -> Markup:
    """Data sets made for a task, a click each."""
    found = [
        tag(
            "button",
            say("hub.example", title=example.title, language=languages(example.language)),
            type="button",
            title=example.dataset,
            data_pick=number,
        )
        for number, example in examples_for(task)
    ]
    if not found:
        return Markup()
    return tag("p", tag("span", say("hub.examples"), class_="g-hint"), *found, class_="g-picks")


def asking(dataset: str, rows: int) -> Markup:
    """How far a fetch is."""
    told = say("hub.rows", dataset=dataset, rows=f"{rows:,}") if rows else say("hub.asking", dataset=dataset)
    return working(told)


def brought(found: Brought) -> Markup | None:
    """What was brought, and what is to be known of it."""
    if found.rows is None:
        return None
    return message(say("hub.brought", rows=f"{found.rows:,}"), " ".join(map(tell, found.notes)), kind="good")
