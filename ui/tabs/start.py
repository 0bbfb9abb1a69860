"""The first screen."""

from __future__ import annotations

import time

import gradio as gr

from ui.handlers import start as handlers
from ui.page import PICK, Page
from ui.text import say
from ui.views import start as views
from ui.wiring import QUEUED, Updates, listen, poll

SECONDS = 3.0


class StartTab:
    """What this is, the demo's button, the sources, and the visitor's runs."""

    id = "start"

    def __init__(self, page: Page) -> None:
        self.page = page
        settings = page.services.settings
        with gr.Tab(say("start.tab"), id=self.id, elem_id="tab-start") as self.tab:
            with gr.Row(elem_classes="g-columns"):
                with gr.Column(scale=3, min_width=320):
                    gr.HTML(views.hero(), apply_default_css=False)
                    with gr.Row(elem_classes="g-actions"):
                        self.demo = gr.Button(
                            say("start.run_demo"),
                            variant="primary",
                            size="lg",
                            elem_id="run-demo",
                            scale=0,
                            min_width=220,
                        )
                        self.own = gr.Button(
                            say("start.own_data"), size="lg", elem_id="own-data", scale=0, min_width=220
                        )
                    hint = say("start.demo_time_shared" if settings.shared else "start.demo_time")
                    gr.HTML(f'<p class="g-hint">{hint}</p>', apply_default_css=False)
                    gr.HTML(views.steps(), apply_default_css=False)
                with gr.Column(scale=2, min_width=320):
                    self.runs = gr.HTML(js_on_load=PICK, elem_id="runs", apply_default_css=False)
                    self.sources = gr.HTML(elem_id="sources", apply_default_css=False)
            self.seen = gr.State(None)
            self.timer = gr.Timer(SECONDS)
        self.outputs = [self.runs, self.sources, self.seen]

    def connect(self) -> None:
        """Wire the tab's events."""
        page = self.page
        opened = page.go_outputs("progress")
        listen(self.demo.click, self._run_demo, [page.visitor], opened, **QUEUED)
        listen(self.own.click, lambda: gr.Tabs(selected="data"), [], [page.tabs])
        listen(self.runs.select, self._open, [page.visitor], opened)
        listen(self.tab.select, self.show, [page.visitor], self.outputs)
        poll(self.timer, self._tick, [page.visitor, self.seen], self.outputs)

    def show(self, visitor: str | None) -> Updates:
        """Draw what changes on this screen."""
        overview = handlers.overview(self.page.services, visitor)
        return {
            self.runs: views.runs(overview, time.time()),
            self.sources: views.sources(overview),
            self.seen: overview,
        }

    def _tick(self, visitor: str | None, seen: handlers.Overview | None) -> Updates:
        if handlers.overview(self.page.services, visitor) == seen:
            return gr.skip()
        return self.show(visitor)

    def _run_demo(self, visitor: str | None) -> Updates:
        return self.page.go("progress", visitor, handlers.run_demo(self.page.services, visitor).id)

    def _open(self, visitor: str | None, event: gr.SelectData) -> Updates:
        return self.page.go("progress", visitor, str(event.value) or None)
