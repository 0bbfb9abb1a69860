"""Who has signed in, and what becomes of what their browser started before."""

from __future__ import annotations

from ui.text import say
from ui.views.html import Markup, tag


def signed_in(name: str, before: int) -> Markup:
    """Whose runs are shown, and how many others this browser has."""
    told = say("hub.account", name=name)
    more = say("hub.before", count=_runs(before)) if before else None
    return tag("p", told, " " if more else None, more, class_="g-hint", role="status")


def claimed(name: str, count: int) -> Markup:
    """That the browser's runs are the account's now."""
    told = say("hub.account", name=name)
    return tag("p", told, " ", say("hub.claimed", count=_runs(count)), class_="g-hint", role="status")


def _runs(count: int) -> str:
    return say("hub.one_run") if count == 1 else say("hub.many_runs", count=f"{count:,}")
