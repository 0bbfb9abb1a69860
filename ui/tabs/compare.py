"""The tab that holds a run's models against each other."""

from __future__ import annotations

import gradio as gr

from pipeline.errors import RunError
from ui.handlers import compare as handlers
from ui.handlers.progress import choose_run
from ui.page import Page, run_dropdown
from ui.tabs.ask import AskBox
from ui.tabs.examples import ExampleList
from ui.text import say
from ui.views import compare as views
from ui.views import details
from ui.views.html import message
from ui.wiring import Updates, listen, present_if


class CompareTab:
    """Verdict, metrics, a text to try, test texts, learning curve, confusion matrices, paired tests, details."""

    id = "compare"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("compare.tab"), id=self.id, elem_id="tab-compare") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                self.run = run_dropdown("compare-run")
            self.verdict = gr.HTML(views.nothing(), elem_id="verdict", apply_default_css=False)
            with gr.Column(elem_classes=present_if(False)) as self.body:
                self.models = gr.HTML(elem_id="models", apply_default_css=False)
                self.curve = gr.HTML(elem_id="learning-curve", apply_default_css=False)
                self.box = AskBox(page, self.run)
                self.examples = ExampleList(page, self.run, self.box)
                self.confusions = gr.HTML(elem_id="confusions", apply_default_css=False)
                self.pairs = gr.HTML(elem_id="pairs", apply_default_css=False)
                self.details = gr.HTML(elem_id="details", apply_default_css=False)
                self.notes = gr.HTML(elem_id="report-notes", apply_default_css=False)
        self.outputs = [page.current, self.run, self.verdict, self.body, self.models, self.curve, self.confusions]
        self.outputs += [self.pairs, self.details, self.notes, *self.box.outputs, *self.examples.outputs]
        page.run_tabs[self.id] = self

    def connect(self) -> None:
        """Wire the tab's events."""
        page = self.page
        listen(self.tab.select, self._select, [page.visitor, page.current, self.run], self.outputs)
        listen(self.run.input, self.show, [page.visitor, self.run], self.outputs)
        self.box.connect()
        self.examples.connect()

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Show a run's report; without one, the newest there is."""
        services = self.page.services
        chosen = choose_run(services, visitor, run_id, finished=True)
        gone = gr.Column(elem_classes=present_if(False))
        if chosen is None:
            return {self.verdict: views.nothing(), self.body: gone}
        known: Updates = {
            self.page.current: chosen,
            self.run: self.page.run_choices(visitor, chosen, finished=True),
        }
        try:
            report = handlers.whole_report(services, visitor, chosen)
        except RunError as error:
            return {**known, self.verdict: message(error.message, error.remedy, kind="warn"), self.body: gone}
        return {
            **known,
            self.verdict: views.verdict(report),
            self.body: gr.Column(elem_classes=present_if(True)),
            self.models: views.models(report),
            self.curve: views.curve(report),
            self.confusions: details.confusions(report),
            self.pairs: views.pairs(report),
            self.details: details.details(report),
            self.notes: views.notes(report),
            **self.box.show(report),
            **self.examples.show(report),
        }

    def _select(self, visitor: str | None, run_id: str | None, shown: str | None) -> Updates:
        """Coming back to the tab changes nothing if it shows the run already."""
        if shown and shown == choose_run(self.page.services, visitor, run_id, finished=True):
            return gr.skip()
        return self.show(visitor, run_id)
