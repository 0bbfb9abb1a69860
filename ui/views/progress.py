"""A run at work: the bar, the notes, the log. Its stages and curves have modules of their own."""

from __future__ import annotations

from datetime import datetime

from pipeline.events import Progress
from pipeline.messages import sentences
from pipeline.runs import RunState
from ui.handlers.progress import Watch
from ui.text import say
from ui.text.telling import tell
from ui.views.html import Markup, duration, empty, heading, message, tag
from ui.views.start import state_chip

SOON = 10  # seconds left that are not worth counting


def nothing() -> Markup:
    """Before a run is chosen."""
    return empty(say("progress.empty"), say("progress.empty_hint"))


def summary(watch: Watch, now: float) -> Markup:
    """Name, state, overall bar, and what went wrong if something did."""
    record, progress = watch.record, watch.progress
    share = 1.0 if record.state is RunState.DONE else progress.fraction
    bar = tag(
        "div",
        tag("div", style=f"width:{100 * share:.1f}%"),
        class_="g-progress g-live" if record.state is RunState.RUNNING else "g-progress",
        role="progressbar",
        aria_valuemin=0,
        aria_valuemax=100,
        aria_valuenow=round(100 * share),
        aria_label=record.name,
    )
    title = tag("div", tag("h2", record.name), state_chip(record.state), class_="g-run-title")
    figures = tag(
        "p",
        tag("span", say("progress.percent", percent=round(100 * share)), class_="g-big"),
        tag("span", _clock(watch, now), class_="g-hint"),
        class_="g-figures",
    )
    return tag("div", title, bar, figures, _trouble(watch), class_="g-summary")


def notes(progress: Progress) -> Markup:
    """What the stages had to say, the newest last."""
    if not progress.notes:
        return Markup()
    items = [
        tag("li", tag("time", datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")), tag("span", tell(text)))
        for at, text in progress.notes
    ]
    return tag("section", heading(say("progress.notes")), tag("ul", *items, class_="g-notes"))


def log(text: str) -> Markup:
    """The end of the worker's output."""
    return tag("pre", text or say("progress.log_empty"), class_="g-log", tabindex="0")


def _clock(watch: Watch, now: float) -> str:
    state, progress = watch.record.state, watch.progress
    if watch.cancelling:
        return say("progress.stopping")
    if state is RunState.QUEUED:
        return say("progress.waiting_turn")
    if state is RunState.RUNNING:
        if not progress.stages or progress.ended:
            return say("progress.starting")
        return _left(progress.seconds_left(now))
    if state is RunState.DONE and progress.started and progress.updated:
        return say("progress.took", time=duration(progress.updated - progress.started))
    return ""


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return say("progress.left", time=duration(seconds)) if seconds >= SOON else say("progress.soon")


def _trouble(watch: Watch) -> Markup | None:
    state = watch.record.state
    if state is RunState.FAILED:
        hint = say("progress.resume_hint")
        return message(say("progress.error_title"), tell(sentences([watch.record.fault, hint])))
    if state is RunState.CANCELLED:
        return message(say("progress.cancelled"), kind="warn")
    if state is RunState.INTERRUPTED:
        return message(say("progress.interrupted"), kind="warn")
    if state is RunState.DONE:
        return message(say("progress.done"), kind="good")
    return None
