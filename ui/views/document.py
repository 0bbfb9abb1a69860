"""A comparison as one HTML file: figures as SVG, the page's own style, nothing fetched from anywhere, no script."""

from __future__ import annotations

import re

from pipeline.analysis.cutting import Cut
from ui.handlers.chosen import Shown
from ui.handlers.closer import against, cuts, parts, sureness
from ui.handlers.texts import Asked, examples
from ui.text import say
from ui.text.languages import LOCALES, current
from ui.views import compare, details, matrices
from ui.views import examples as example_views
from ui.views.calibration import calibration
from ui.views.html import Markup, heading, join, tag
from ui.views.parts import parts as parts_table

MOST_EXAMPLES = 100  # test texts in the file; all of them are in the CSV
#: What the page's own style leaves to Gradio.
FRAME = """
body { margin: 0; background: #faf9f6; color: #1d1c18; font: 16px/1.5 ui-sans-serif, system-ui, -apple-system,
  "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
.gradio-container { padding: 24px clamp(14px, 3vw, 32px) 60px; box-sizing: border-box; display: grid;
  grid-template-columns: minmax(0, 1fr); gap: 22px; }
*, *::before, *::after { box-sizing: border-box; }
.gradio-container h1 { font-size: 26px; font-weight: 720; letter-spacing: -.02em; }
@media print { .g-folded > summary { list-style: none; } .g-scroll { overflow: visible; } }
"""


def document(shown: Shown, style: str) -> str:
    """The whole file.

    Args:
        shown: What is compared.
        style: The page's own style sheet.
    """
    title = say("compare.document_title", runs=say("common.list_separator").join(dict.fromkeys(shown.names.values())))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(FRAME + _both_themes(style))),
    )
    main = tag("main", tag("h1", title), *_sections(shown), class_="gradio-container")
    return f"<!doctype html>\n{tag('html', head, tag('body', main), lang=LOCALES[current()])}\n"


def _sections(shown: Shown) -> list[Markup]:
    report = shown.report
    return [
        compare.verdict(report) if shown.own else compare.ahead(shown),
        compare.models(report),
        compare.curve(report),
        matrices.confusions(report),
        _crossed(shown),
        _calibration(shown),
        *(_parts(shown, how) for how in cuts(shown) if how != "contains"),
        compare.pairs(report) if report.comparisons else Markup(),
        details.details(report),
        _examples(shown),
        compare.notes(report, shown.origins),
    ]


def _crossed(shown: Shown) -> Markup:
    found = against(shown, None, None)
    if found is None:
        return Markup()
    return tag(
        "section", heading(say("compare.crossed"), say("compare.crossed_hint")), matrices.crossed(shown.report, found)
    )


def _calibration(shown: Shown) -> Markup:
    found = sureness(shown)
    if not found:
        return Markup()
    title = heading(say("compare.calibration"), say("compare.calibration_hint"))
    return tag("section", title, calibration(shown.report, found))


def _parts(shown: Shown, how: Cut) -> Markup:
    found = parts(shown, how)
    if not found:
        return Markup()
    title = say("compare.parts_by", how=say(f"compare.cut.{how}"))
    return tag("section", heading(title), parts_table(shown.report, how, found))


def _examples(shown: Shown) -> Markup:
    """The texts on which models disagree; of a language model the first of all."""
    page = examples(shown, Asked(kind="disagree" if shown.labelled else "all"), size=MOST_EXAMPLES)
    if not page.total:
        return Markup()
    title = heading(say("compare.filter.disagree" if shown.labelled else "compare.examples"))
    drawn = example_views.examples(shown.report, page, pickable=False)
    return tag("section", title, join([example_views.position(page), drawn]))


def _both_themes(style: str) -> str:
    """The style sheet, its dark colours taken where the reader's system is dark."""
    dark = re.search(r"^\.dark \{(.*?)^\}", style, flags=re.DOTALL | re.MULTILINE)
    colours = dark[1] if dark else ""
    rules = f":root {{{colours}}} body {{ background: #141310; color: #f3f1ec; }}"
    return f"{style}\n@media (prefers-color-scheme: dark) {{ {rules} }}\n"
