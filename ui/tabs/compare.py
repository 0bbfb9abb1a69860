"""The tab that holds models against each other: a run's own, or some of one or several runs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.errors import RunError
from ui.handlers import ask
from ui.handlers.chosen import Shown, shown
from ui.handlers.progress import choose_run
from ui.handlers.texts import Asked
from ui.page import Page, run_dropdown
from ui.tabs.ask import AskBox
from ui.tabs.chosen import ChosenModels
from ui.tabs.closer import CloserLook
from ui.tabs.downloads import Downloads
from ui.tabs.examples import ExampleList
from ui.text import say
from ui.views import compare as views
from ui.views import details, matrices
from ui.views.html import message
from ui.wiring import LAST, Updates, listen, present_if


class CompareTab:
    """Verdict, metrics, a text to try, test texts, learning curve, confusion matrices, closer looks, details, files."""

    id = "compare"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("compare.tab"), id=self.id, elem_id="tab-compare") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                self.run = run_dropdown("compare-run")
            with gr.Column(elem_classes=present_if(False, "g-own")) as self.choice:
                self.chosen = ChosenModels(page, self.run)
            self.verdict = gr.HTML(views.nothing(), elem_id="verdict", apply_default_css=False)
            with gr.Column(elem_classes=present_if(False)) as self.body:
                self.models = gr.HTML(elem_id="models", apply_default_css=False)
                self.curve = gr.HTML(elem_id="learning-curve", apply_default_css=False)
                self.box = AskBox(page, self.run, self.chosen)
                self.examples = ExampleList(page, self.run, self.chosen, self.box)
                self.confusions = gr.HTML(elem_id="confusions", apply_default_css=False)
                self.closer = CloserLook(page, self.run, self.chosen)
                self.pairs = gr.HTML(elem_id="pairs", apply_default_css=False)
                self.details = gr.HTML(elem_id="details", apply_default_css=False)
                self.notes = gr.HTML(elem_id="report-notes", apply_default_css=False)
                self.downloads = Downloads(page, self.run, self.chosen)
        self._drawn = [self.verdict, self.body, self.models, self.curve, self.confusions, self.pairs, self.details]
        self._drawn += [self.notes, *self.box.outputs, *self.examples.outputs, *self.closer.outputs]
        self.outputs = [page.current, self.run, self.choice, *self.chosen.outputs, *self._drawn]
        page.run_tabs[self.id] = self

    def connect(self) -> None:
        """Wire the tab's events."""
        page, here = self.page, [self.page.visitor, self.run]
        listen(self.tab.select, self._select, [page.visitor, page.current, self.run], self.outputs)
        listen(self.run.input, self.show, here, self.outputs)
        listen(self.chosen.reset.click, self.show, here, self.outputs)
        chosen = [*here, self.chosen.models]
        listen(
            self.chosen.models.input,
            self._choose,
            chosen,
            self._drawn,
            busy=self.verdict,
            **LAST,
        )
        pair = self.closer.pair
        filters = [self.examples.kind, self.examples.label, self.examples.said, self.examples.contains]
        for model in pair:
            listen(model.input, self._pair, [*chosen, *filters, *pair], [self.closer.crossed, *self.examples.outputs])
        for part in (self.chosen, self.box, self.closer, self.downloads):
            part.connect()
        self.examples.connect(pair)

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Show a run's own models; without a run, those of the newest there is."""
        services = self.page.services
        chosen = choose_run(services, visitor, run_id, finished=True)
        gone = gr.Column(elem_classes=present_if(False))
        if chosen is None:
            return {self.verdict: views.nothing(), self.body: gone, self.choice: gone}
        known: Updates = {
            self.page.current: chosen,
            self.run: self.page.run_choices(visitor, chosen, finished=True),
        }
        try:
            found = shown(services, visitor, chosen)
        except RunError as error:
            told = message(error.message, error.remedy, kind="warn")
            return {**known, self.verdict: told, self.body: gone, self.choice: gone}
        return {
            **known,
            self.choice: gr.Column(elem_classes=present_if(found.labelled, "g-own")),
            **self.chosen.show(),
            **self._draw(visitor, found, ask.variants(services, visitor, chosen)),
        }

    def _choose(self, visitor: str | None, run_id: str, chosen: list[str]) -> Updates:
        services = self.page.services
        variants = ask.variants(services, visitor, run_id, chosen)
        return self._draw(visitor, shown(services, visitor, run_id, chosen), variants)

    def _pair(self, visitor: str | None, run_id: str, chosen: list[str], *filters: Any) -> Updates:
        found, asked = shown(self.page.services, visitor, run_id, chosen), Asked(*filters)
        return {**self.closer.cross(found, asked.first, asked.second), **self.examples.filter(visitor, found, asked)}

    def _draw(self, visitor: str | None, found: Shown, variants: dict[str, bool]) -> Updates:
        report = found.report
        return {
            self.verdict: views.verdict(report) if found.own else views.ahead(found),
            self.body: gr.Column(elem_classes=present_if(True)),
            self.models: views.models(report),
            self.curve: views.curve(report),
            self.confusions: matrices.confusions(report),
            self.pairs: views.pairs(report) if report.comparisons else "",
            self.details: details.details(report),
            self.notes: views.notes(report, found.origins),
            **self.box.show(report, variants),
            **self.examples.show(visitor, found),
            **self.closer.show(found),
        }

    def _select(self, visitor: str | None, run_id: str | None, before: str | None) -> Updates:
        """Coming back to the tab changes nothing if it shows the run already."""
        if before and before == choose_run(self.page.services, visitor, run_id, finished=True):
            return gr.skip()
        return self.show(visitor, run_id)
