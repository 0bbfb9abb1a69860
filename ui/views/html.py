"""HTML built from tags, so that no text can become markup by accident.

``tag("p", text)`` escapes ``text`` unless it is a :class:`Markup`, which only ``tag`` and
``join`` make.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from ui.text import say
from ui.text.telling import tell

PAGE_ROWS = 15  # of a table; one with more is shown a page at a time

_VOID = frozenset({"br", "hr", "img", "col", "line", "rect", "circle", "path", "polyline", "meta"})


class Markup(str):
    """HTML that is safe to send: built by this module."""

    __slots__ = ()


Content = str | int | float | None


def tag(name: str, *children: Content, **attributes: object) -> Markup:
    """An element. Children that are no :class:`Markup` are escaped; None is left out.

    Attribute names lose a trailing underscore and take hyphens for underscores: ``class_``,
    ``aria_label``. An attribute that is None or False is left out, True stands alone.
    """
    given = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    if name in _VOID and not children:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{join(children)}</{name}>")


def join(parts: Iterable[Content]) -> Markup:
    """Parts one after the other; those that are no :class:`Markup` are escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part) for part in parts if part is not None))


def escape(text: object) -> Markup:
    """A text as it is, whatever it holds."""
    return Markup(html.escape(str(text), quote=True))


def drawing(tree: ET.Element) -> Markup:
    """A picture that was made as a tree, whose texts are escaped as it is written."""
    return Markup(ET.tostring(tree, encoding="unicode"))


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value), quote=True)}"'


# ── what several views need ─────────────────────────────────────────────────────────────


def heading(title: str, hint: str = "", level: int = 2) -> Markup:
    """A title with a line of help below it; the page's own name is the only one above level 2."""
    told = tag("p", hint, class_="g-hint") if hint else None
    return tag("div", tag(f"h{level}", title) if title else None, told, class_="g-heading")


def empty(title: str, hint: str) -> Markup:
    """What stands where there is nothing yet, and says what to do."""
    return tag("div", tag("p", title, class_="g-empty-title"), tag("p", hint), class_="g-empty")


def message(text: str, remedy: str = "", kind: str = "bad") -> Markup:
    """A message in its place; read out by screen readers when it appears."""
    body = tag("p", tag("strong", text), " " if remedy else None, remedy or None)
    return tag("div", body, class_=f"g-message g-{kind}", role="alert" if kind == "bad" else "status")


def working(text: str) -> Markup:
    """What stands where something is being made that takes a while."""
    light = tag("span", class_="g-light g-waiting", aria_hidden="true")
    return tag("p", light, text, class_="g-working", role="status")


def table(
    columns: Iterable[Content], rows: Iterable[Iterable[Content]], *, class_: str = "", label: str = ""
) -> Markup:
    """A table that scrolls sideways where it must; the first cell of a row is its header.

    All rows of a long one are in the document, a body a page; the browser shows one of them (pager.js).
    """
    head = tag("thead", tag("tr", *(tag("th", column, scope="col") for column in columns)))
    drawn = [tag("tr", *_cells(row)) for row in rows]
    pages = [drawn[first : first + PAGE_ROWS] for first in range(0, len(drawn), PAGE_ROWS)] or [[]]
    told = [_position(number, len(drawn)) for number in range(len(pages))]
    bodies = [
        tag("tbody", *page, data_here=not number, data_position=told[number] if len(pages) > 1 else None)
        for number, page in enumerate(pages)
    ]
    shown = tag(
        "div",
        tag("table", head, *bodies, class_=f"g-table {class_}".strip()),
        class_="g-scroll",
        tabindex="0",
        role="region",
        aria_label=label or say("common.scroll_table"),
    )
    return shown if len(pages) == 1 else tag("div", shown, _turns(told[0]), class_="g-paged")


def _position(page: int, total: int) -> str:
    first = page * PAGE_ROWS
    return say("common.page_of", first=first + 1, last=min(first + PAGE_ROWS, total), total=f"{total:,}")


def _turns(position: str) -> Markup:
    """The buttons that turn a table's pages; the first page is shown."""
    back, on = (
        tag("button", say(f"common.{name}"), type="button", data_turn=step, aria_disabled="true" if step < 0 else None)
        for name, step in (("previous", -1), ("next", 1))
    )
    return tag("div", back, tag("span", position, class_="g-position", role="status"), on, class_="g-turns")


def _cells(row: Iterable[Content]) -> Iterable[Markup]:
    for number, cell in enumerate(row):
        yield tag("td", cell) if number else tag("th", cell, scope="row")


def model_name(name: str, title: str = "") -> Markup:
    """A model's name, or its title in a report, behind its colour."""
    dot = tag("i", class_="g-dot", aria_hidden="true")
    return tag("span", dot, plain_name(name, title), class_=f"g-model g-{colour(name)}")


def plain_name(name: str, title: str = "") -> str:
    """The same in words alone."""
    return tell(title) if title else say(f"common.model.{colour(name)}")


def colour(name: str) -> str:
    """Whose colour a model has: of one chosen from a run, of an exported variant, of a member, the model's own."""
    return re.split("[@+]|-member-", name)[0]


def folded(title: str, *children: Content, opened: bool = False) -> Markup:
    """What is seen only when its title is clicked."""
    return tag("details", tag("summary", title), *children, class_="g-folded", open=opened)


def percent(share: float, digits: int = 1) -> str:
    """A share as people read it."""
    return f"{100 * share:.{digits}f} %"


def duration(seconds: float) -> str:
    """A time span as people say it."""
    whole = round(seconds)
    if whole < 60:
        return say("common.seconds", count=f"{seconds:.1f}" if seconds < 10 else whole)
    if whole < 3600:
        return say("common.minutes", minutes=whole // 60, seconds=whole % 60)
    return say("common.hours", hours=whole // 3600, minutes=whole % 3600 // 60)


def ago(seconds: float) -> str:
    """How long ago something was."""
    if seconds < 60:
        return say("common.ago.now")
    if seconds < 3600:
        return say("common.ago.minutes", count=round(seconds / 60))
    if seconds < 86_400:
        return say("common.ago.hours", count=round(seconds / 3600))
    return say("common.ago.days", count=round(seconds / 86_400))
