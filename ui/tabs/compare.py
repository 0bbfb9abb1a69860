"""The tab that holds a run's models against each other."""

from __future__ import annotations

import gradio as gr

from pipeline.report import Report
from ui.handlers import ask as asking
from ui.handlers import compare as handlers
from ui.handlers.progress import choose_run
from ui.page import PICK, Page, run_dropdown
from ui.text import say
from ui.views import compare as views
from ui.views import examples as example_views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if


class CompareTab:
    """Verdict, metrics, a text to try, test texts, confusion matrices, paired tests."""

    id = "compare"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("compare.tab"), id=self.id, elem_id="tab-compare") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                self.run = run_dropdown("compare-run")
            self.verdict = gr.HTML(views.nothing(), elem_id="verdict", apply_default_css=False)
            with gr.Column(elem_classes=present_if(False)) as self.body:
                self.models = gr.HTML(elem_id="models", apply_default_css=False)
                self._build_ask()
                self._build_examples()
                self.confusions = gr.HTML(elem_id="confusions", apply_default_css=False)
                self.pairs = gr.HTML(elem_id="pairs", apply_default_css=False)
                self.notes = gr.HTML(elem_id="report-notes", apply_default_css=False)
        self.outputs = [page.current, self.run, self.verdict, self.body, self.models, self.confusions, self.pairs]
        self.outputs += [self.notes, self.answers, *self._example_outputs]
        page.run_tabs[self.id] = self

    def _build_ask(self) -> None:
        gr.HTML(heading(say("compare.ask_title")), apply_default_css=False)
        with gr.Row(elem_classes="g-ask-row", equal_height=True):
            self.text = gr.Textbox(
                label=say("compare.ask_label"),
                placeholder=say("compare.ask_placeholder"),
                lines=2,
                max_lines=6,
                elem_id="ask-text",
                scale=4,
            )
            self.ask = gr.Button(say("compare.ask"), variant="primary", elem_id="ask", scale=0, min_width=180)
        self.answers = gr.HTML(elem_id="answers", apply_default_css=False)
        self.to_export = gr.Button(
            say("compare.to_export"), elem_classes=present_if(False), size="sm", elem_id="to-export", scale=0
        )

    def _build_examples(self) -> None:
        gr.HTML(heading(say("compare.examples"), say("compare.examples_hint")), apply_default_css=False)
        self.filter = gr.Radio(
            choices=[(say(f"compare.filter.{name}"), name) for name in handlers.FILTER_NAMES],
            value=handlers.FILTER_NAMES[0],
            label=say("compare.filter"),
            elem_id="example-filter",
        )
        self.examples = gr.HTML(js_on_load=PICK, elem_id="examples", apply_default_css=False)
        with gr.Row(elem_classes="g-pager"):
            self.previous = gr.Button(say("common.previous"), size="sm", scale=0, min_width=110)
            self.position = gr.HTML(apply_default_css=False, elem_classes="g-position")
            self.next = gr.Button(say("common.next"), size="sm", scale=0, min_width=110)
        self.first = gr.State(0)
        self._example_outputs = [self.filter, self.examples, self.previous, self.position, self.next, self.first]

    def connect(self) -> None:
        """Wire the tab's events."""
        page, here = self.page, [self.page.visitor, self.page.current]
        listen(self.tab.select, self._select, [*here, self.run], self.outputs)
        listen(self.run.input, self.show, [page.visitor, self.run], self.outputs)
        asked = [self.answers, self.to_export]
        for event in (self.ask.click, self.text.submit):
            listen(event, self._ask, [page.visitor, self.run, self.text], asked, show_progress="minimal")
        listen(self.examples.select, self._pick, [page.visitor, self.run], [self.text, *asked])
        pages = [page.visitor, self.run, self.filter, self.first]
        listen(self.filter.input, lambda v, run, name: self._page(v, run, name, 0), pages[:3], self._example_outputs)
        step = handlers.PAGE_SIZE
        listen(self.previous.click, lambda v, r, n, f: self._page(v, r, n, f - step), pages, self._example_outputs)
        listen(self.next.click, lambda v, r, n, f: self._page(v, r, n, f + step), pages, self._example_outputs)
        listen(
            self.to_export.click,
            lambda v, r: page.go("export", v, r),
            [page.visitor, self.run],
            page.go_outputs("export"),
        )

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Show a run's report; without one, the newest there is."""
        services = self.page.services
        chosen = choose_run(services, visitor, run_id, finished=True)
        report = handlers.report_of(services, visitor, chosen) if chosen else None
        if chosen is None or report is None:
            return {self.verdict: views.nothing(), self.body: gr.Column(elem_classes=present_if(False))}
        return {
            self.page.current: chosen,
            self.run: self.page.run_choices(visitor, chosen, finished=True),
            self.verdict: views.verdict(report),
            self.body: gr.Column(elem_classes=present_if(True)),
            self.models: views.models(report),
            self.confusions: views.confusions(report),
            self.pairs: views.pairs(report),
            self.notes: views.notes(report),
            self.answers: "",
            **self._draw_page(report, handlers.FILTER_NAMES[0], 0),
        }

    def _select(self, visitor: str | None, run_id: str | None, shown: str | None) -> Updates:
        """Coming back to the tab changes nothing if it shows the run already."""
        if shown and shown == choose_run(self.page.services, visitor, run_id, finished=True):
            return gr.skip()
        return self.show(visitor, run_id)

    def _page(self, visitor: str | None, run_id: str, name: handlers.FilterName, first: int) -> Updates:
        report = handlers.report_of(self.page.services, visitor, run_id)
        return self._draw_page(report, name, first) if report else gr.skip()

    def _draw_page(self, report: Report, name: handlers.FilterName, first: int) -> Updates:
        page = handlers.examples(report, name, first)
        counts = handlers.counts(report)
        choices = [(f"{say(f'compare.filter.{key}')} ({count})", key) for key, count in counts.items()]
        return {
            self.filter: gr.Radio(choices=choices, value=name),
            self.examples: example_views.examples(report, page),
            self.position: example_views.position(page),
            self.previous: gr.Button(interactive=page.first > 0),
            self.next: gr.Button(interactive=page.has_next),
            self.first: page.first,
        }

    def _ask(self, visitor: str | None, run_id: str, text: str) -> Updates:
        found = asking.ask(self.page.services, visitor, run_id, text)
        missing = any(answer.hint for answer in found)
        return {self.answers: example_views.answers(found), self.to_export: gr.Button(elem_classes=present_if(missing))}

    def _pick(self, visitor: str | None, run_id: str, event: gr.SelectData) -> Updates:
        text = handlers.example_text(self.page.services, visitor, run_id, int(event.value))
        return {self.text: text, **self._ask(visitor, run_id, text)}
