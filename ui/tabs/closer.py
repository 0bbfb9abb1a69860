"""A closer look that is folded until somebody wants it: model against model, calibration, parts of the test set."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.analysis.cutting import CUTS, Cut
from ui.handlers import closer as handlers
from ui.handlers.chosen import Shown, shown
from ui.page import Page
from ui.tabs.chosen import ChosenModels
from ui.text import say
from ui.text.telling import tell
from ui.views import matrices
from ui.views.calibration import calibration
from ui.views.html import heading
from ui.views.parts import parts
from ui.wiring import Updates, listen, present_if


class CloserLook:
    """Three folds over the models that are shown.

    Attributes:
        pair: The two models that are held against each other; the list of test texts filters by them too.
        crossed: Where the pair's labels are drawn.
        outputs: What :meth:`show` sets.
    """

    def __init__(self, page: Page, run: gr.Dropdown, chosen: ChosenModels) -> None:
        self.page, self.run, self.chosen = page, run, chosen
        with gr.Accordion(say("compare.crossed"), open=False, elem_id="fold-crossed", elem_classes="g-fold") as against:
            gr.HTML(heading("", say("compare.crossed_hint")), apply_default_css=False)
            with gr.Row(elem_classes="g-bar-row"):
                self.pair = [
                    gr.Dropdown(
                        choices=[],
                        label=say(f"compare.pair_{place}"),
                        filterable=False,
                        interactive=True,
                        elem_id=f"pair-{place}",
                    )
                    for place in ("first", "second")
                ]
            self.crossed = gr.HTML(elem_id="crossed", apply_default_css=False)
        with gr.Accordion(
            say("compare.calibration"), open=False, elem_id="fold-calibration", elem_classes="g-fold"
        ) as sure:
            gr.HTML(heading("", say("compare.calibration_hint")), apply_default_css=False)
            self.calibration = gr.HTML(elem_id="calibration", apply_default_css=False)
        with gr.Accordion(say("compare.parts"), open=False, elem_id="fold-parts", elem_classes="g-fold") as cut:
            self._build_parts()
        self.folds = [against, sure, cut]
        self._cut = [self.by, self.contains, self.parts]
        self.outputs = [*self.folds, *self.pair, self.crossed, self.calibration, self.how, *self._cut]

    def _build_parts(self) -> None:
        with gr.Row(elem_classes="g-bar-row"):
            self.how = gr.Radio(
                choices=[(say(f"compare.cut.{how}"), how) for how in CUTS],
                value=CUTS[0],
                label=say("compare.cut"),
                elem_id="cut",
            )
            self.by = gr.Dropdown(
                choices=[],
                label=say("compare.cut_by"),
                filterable=False,
                interactive=True,
                elem_id="cut-by",
                elem_classes=present_if(False),
            )
            self.contains = gr.Textbox(
                label=say("compare.contains"), elem_id="cut-contains", elem_classes=present_if(False), max_length=200
            )
        self.parts = gr.HTML(elem_id="parts", apply_default_css=False)

    def connect(self) -> None:
        """Wire the folds' events; a change of the pair is the tab's."""
        asked = [self.page.visitor, self.run, self.chosen.models, self.how, self.by, self.contains]
        for event in (self.how.input, self.by.input, self.contains.submit, self.contains.blur):
            listen(event, self._parts, asked, self._cut)

    def show(self, found: Shown) -> Updates:
        """The models, at first the pair that matters most."""
        report = found.report
        choices = [(tell(report.recall(model.title)), model.name) for model in report.models]
        crossed = handlers.against(found, None, None)
        sure, cuts = handlers.sureness(found), handlers.cuts(found)
        drawn: Updates = {
            fold: gr.Accordion(open=False, elem_classes=present_if(there, "g-fold"))
            for fold, there in zip(self.folds, (crossed, sure, cuts), strict=True)
        }
        pair = dict(zip(self.pair, found.pair, strict=True))
        drawn |= {component: gr.Dropdown(choices=choices, value=name) for component, name in pair.items()}
        drawn |= {self.crossed: matrices.crossed(report, crossed), self.calibration: calibration(report, sure)}
        if cuts:
            ways = [(say(f"compare.cut.{how}"), how) for how in cuts]
            drawn |= {self.how: gr.Radio(choices=ways, value=cuts[0]), **self._draw(found, cuts[0], None, "")}
            drawn[self.by] = gr.Dropdown(choices=choices, value=found.pair[-1], elem_classes=present_if(False))
        return drawn

    def cross(self, found: Shown, first: str | None, second: str | None) -> Updates:
        """Another pair."""
        return {self.crossed: matrices.crossed(found.report, handlers.against(found, first, second))}

    def _parts(self, visitor: str | None, run_id: str, chosen: list[str], *asked: Any) -> Updates:
        return self._draw(shown(self.page.services, visitor, run_id, chosen), *asked)

    def _draw(self, found: Shown, how: Cut, by: str | None, text: str) -> Updates:
        return {
            self.by: gr.Dropdown(elem_classes=present_if(how == "confidence")),
            self.contains: gr.Textbox(elem_classes=present_if(how == "contains")),
            self.parts: parts(found.report, how, handlers.parts(found, how, by, text)),
        }
