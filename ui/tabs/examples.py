"""The list of test texts, some at a time, and a filter."""

from __future__ import annotations

import gradio as gr

from pipeline.report import Report
from ui.handlers import compare as handlers
from ui.page import PICK, Page
from ui.tabs.ask import AskBox
from ui.text import say
from ui.views import examples as views
from ui.views.html import heading
from ui.wiring import Updates, listen


class ExampleList:
    """Test texts; one that is chosen is put into the box above.

    Attributes:
        outputs: What :meth:`show` sets.
    """

    def __init__(self, page: Page, run: gr.Dropdown, box: AskBox) -> None:
        self.page, self.run, self.box = page, run, box
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
        self.outputs = [self.filter, self.examples, self.previous, self.position, self.next, self.first]

    def connect(self) -> None:
        """Wire the list's events."""
        chosen = [self.page.visitor, self.run]
        listen(self.examples.select, self._pick, chosen, self.box.outputs)
        pages = [*chosen, self.filter, self.first]
        listen(self.filter.input, lambda v, run, name: self._page(v, run, name, 0), pages[:3], self.outputs)
        step = handlers.PAGE_SIZE
        listen(self.previous.click, lambda v, r, n, f: self._page(v, r, n, f - step), pages, self.outputs)
        listen(self.next.click, lambda v, r, n, f: self._page(v, r, n, f + step), pages, self.outputs)

    def show(self, report: Report) -> Updates:
        """The first page: the texts on which models disagree, or all if there are none."""
        name = handlers.FILTER_NAMES[0] if handlers.counts(report)[handlers.FILTER_NAMES[0]] else "all"
        return self._draw(report, name, 0)

    def _page(self, visitor: str | None, run_id: str, name: handlers.FilterName, first: int) -> Updates:
        return self._draw(handlers.whole_report(self.page.services, visitor, run_id), name, first)

    def _draw(self, report: Report, name: handlers.FilterName, first: int) -> Updates:
        page = handlers.examples(report, name, first)
        counts = handlers.counts(report)
        choices = [(f"{say(f'compare.filter.{key}')} ({count})", key) for key, count in counts.items()]
        return {
            self.filter: gr.Radio(choices=choices, value=name),
            self.examples: views.examples(report, page),
            self.position: views.position(page),
            self.previous: gr.Button(interactive=page.first > 0),
            self.next: gr.Button(interactive=page.has_next),
            self.first: page.first,
        }

    def _pick(self, visitor: str | None, run_id: str, event: gr.SelectData) -> Updates:
        report = handlers.whole_report(self.page.services, visitor, run_id)
        return self.box.put(visitor, run_id, handlers.example(report, int(event.value)), report)
