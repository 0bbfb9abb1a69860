"""A line above the tabs of a Space: whether anything lasts, for how long, and who can read it."""

from __future__ import annotations

from ui.handlers.storage import Lasting
from ui.text import say
from ui.views.html import Markup, tag


def notice(lasting: Lasting, keep_days: float | None) -> Markup:
    """What to expect of the storage; alarming where nothing lasts."""
    astray = lasting in ("failing", "nowhere")
    days = say("hub.kept_days", days=f"{keep_days:g}") if keep_days and not astray else None
    told = [say(f"hub.kept_{lasting}"), days, say("hub.kept_owner")]
    words = [part for text in told if text for part in (text, " ")][:-1]
    style, role = ("g-storage g-fleeting", "status") if astray else ("g-storage", None)
    return tag("div", tag("p", *words), class_=style, role=role)
