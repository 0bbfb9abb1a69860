"""How the sources at hand rank for the files in use."""

from __future__ import annotations

from ui.handlers.ranking import Place, Places
from ui.text import say
from ui.text.telling import tell
from ui.views import html
from ui.views.html import Content, Markup, duration, join, message, table, tag


def explanation() -> Markup:
    """What a ranking is, before there is one."""
    return tag("p", say("doctor.rank_hint"), class_="g-hint")


def working() -> Markup:
    """What stands in its place while it is made."""
    return html.working(say("doctor.rank_working"))


def places(found: Places) -> Markup:
    """A row a source, the best first, and what the figures mean."""
    scored = [each for each in found.lines if each.score is not None]
    side = say(f"doctor.rank_side_{found.side}")
    drawn_from = say("doctor.rank_sample", texts=f"{found.texts:,}", side=side, labels=f"{found.labels:,}")
    columns = [say(f"doctor.rank_{name}") for name in ("source", "score", "size", "time")]
    scores = [each.score for each in found.lines if each.score is not None]
    rows = [_row(each, min(scores, default=0.0), max(scores, default=0.0)) for each in found.lines]
    parts = [
        table(columns, rows, class_="g-ranking", label=say("doctor.rank_table")),
        tag("p", say("doctor.rank_meaning"), " ", drawn_from, class_="g-hint"),
    ]
    if len(scored) == 1 and len(found.lines) == 1:
        parts.append(tag("p", say("doctor.rank_alone"), class_="g-hint"))
    elif scored and scored[0].chosen:
        parts.insert(0, message(say("doctor.rank_chosen", name=scored[0].name), kind="good"))
    return join(parts)


def _row(each: Place, low: float, high: float) -> list[Content]:
    chip = tag("span", say("doctor.rank_in_form"), class_="g-chip") if each.chosen else None
    name = tag("span", each.name, chip, class_="g-ranked")
    if each.score is None or each.parameters is None:
        return [name, tag("span", say("doctor.rank_failed"), class_="g-flat"), "–", tag("span", tell(each.fault))]
    share = (each.score - low) / (high - low) if high > low else 1.0
    bar = tag("span", tag("span", style=f"width:{20 + 80 * share:.0f}%"), class_="g-bar", aria_hidden="true")
    score = tag("span", tag("b", f"{each.score:.3f}", class_="g-num"), bar, class_="g-score")
    millions = tag("span", say("doctor.rank_millions", count=f"{each.parameters / 1e6:,.0f}"), class_="g-num")
    return [name, score, millions, tag("span", duration(each.seconds), class_="g-num")]
