"""The first screen."""

from __future__ import annotations

from pipeline.runs import RunRecord, RunState
from ui.handlers.start import Overview
from ui.text import say
from ui.text.languages import LANGUAGES, LOCALES, current
from ui.views.html import Markup, ago, heading, tag

LOGO = Markup(
    '<svg class="g-logo" viewBox="0 0 32 32" aria-hidden="true">'
    '<path class="g-root" d="M9 29V19c0-4 2-6 5-8"/><path class="g-scion" d="M23 29V16c0-6-3-9-9-12"/>'
    '<path class="g-join" d="M9 20c6 0 8-3 14-4"/></svg>'
)


def header() -> Markup:
    """The page's name, its claim, and its languages."""
    languages = [
        tag(
            "button",
            name,
            type="button",
            lang=LOCALES[language],
            aria_current="true" if language == current() else None,
            data_language=language,
        )
        for language, name in LANGUAGES.items()
    ]
    return tag(
        "header",
        LOGO,
        tag("div", tag("h1", say("common.name"), class_="g-name"), tag("p", say("common.claim"), class_="g-claim")),
        tag("nav", *languages, class_="g-languages", aria_label=say("common.languages")),
        class_="g-header",
    )


def guest_notice(found: bool) -> Markup:
    """What somebody is told who follows the link to a report, and the way to the page itself."""
    away = tag("a", say("start.guest_away"), href="./")
    if not found:
        lost = tag("p", tag("strong", say("start.guest_lost")), " ", say("start.guest_lost_remedy"))
        return tag("div", lost, away, class_="g-guest-notice g-astray", role="alert")
    return tag("div", tag("p", say("start.guest")), away, class_="g-guest-notice")


def hero() -> Markup:
    """What this is, in two sentences."""
    return tag("div", tag("h2", say("start.headline")), tag("p", say("start.what")), class_="g-hero")


def steps() -> Markup:
    """What the demo does."""
    items = [
        tag("li", tag("strong", say(f"start.step{number}")), tag("span", say(f"start.step{number}_text")))
        for number in (1, 2, 3)
    ]
    return tag("section", heading(say("start.demo_title")), tag("ol", *items, class_="g-steps"))


def sources(overview: Overview) -> Markup:
    """Which source models are at hand."""
    hub_text, hub_kind = {
        None: (say("start.hub_checking"), "waiting"),
        True: (say("start.hub_reachable", count=overview.hub_models), "good"),
        False: (say("start.hub_offline"), "off"),
    }[overview.hub_reachable]
    lines = [(say("start.embedded"), "good"), (hub_text, hub_kind)]
    if overview.host_source:
        lines.insert(0, (say("start.host_source", name=overview.host_source), "good"))
    items = [tag("li", tag("i", class_=f"g-light g-{kind}", aria_hidden="true"), text) for text, kind in lines]
    return tag("section", heading(say("start.sources_title")), tag("ul", *items, class_="g-lights"))


def runs(overview: Overview, now: float) -> Markup:
    """The visitor's newest runs, each a button that opens it, and one that leads to all of them."""
    items = [_run(record, now) for record in overview.runs]
    if overview.older:
        told = say("start.all_runs", count=f"{len(items) + overview.older:,}")
        items.append(tag("li", tag("button", told, type="button", class_="g-all", data_pick="")))
    body = tag("ul", *items, class_="g-runs") if items else tag("p", say("start.no_runs"), class_="g-hint")
    return tag("section", heading(say("start.runs_title")), body)


def _run(record: RunRecord, now: float) -> Markup:
    button = tag(
        "button",
        tag("span", record.name, class_="g-run-name"),
        state_chip(record.state),
        tag("span", ago(now - record.created), class_="g-when"),
        type="button",
        data_pick=record.id,
        aria_label=say("start.open_run", name=record.name, state=say(f"common.state.{record.state}")),
    )
    return tag("li", button)


def state_chip(state: RunState) -> Markup:
    """A run's state as a small label."""
    return tag("span", say(f"common.state.{state}"), class_=f"g-chip g-state-{state}")


def run_choice(record: RunRecord, now: float) -> tuple[str, str]:
    """A run's line in a list to choose from, and its id."""
    state = say(f"common.state.{record.state}")
    return f"{record.name} · {state} · {ago(now - record.created)}", record.id
