"""The tab that shows a run at work."""

from __future__ import annotations

import time

import gradio as gr

from ui.handlers import progress as handlers
from ui.page import Page, run_dropdown
from ui.text import say
from ui.views import progress as views
from ui.wiring import Updates, listen, poll, present_if

SECONDS = 1.0


class ProgressTab:
    """A run's bar, stages, curves, notes and log."""

    id = "progress"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("progress.tab"), id=self.id, elem_id="tab-progress") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                self.run = run_dropdown("progress-run")
                self.cancel = gr.Button(
                    say("progress.cancel"), elem_classes=present_if(False), elem_id="cancel", scale=0, min_width=110
                )
                self.resume = gr.Button(
                    say("progress.resume"),
                    elem_classes=present_if(False),
                    variant="primary",
                    elem_id="resume",
                    scale=0,
                    min_width=110,
                )
                self.compare = gr.Button(
                    say("progress.compare"),
                    elem_classes=present_if(False),
                    variant="primary",
                    elem_id="compare",
                    scale=0,
                    min_width=200,
                )
            self.summary = gr.HTML(views.nothing(), elem_id="progress-summary", apply_default_css=False)
            with gr.Row(elem_classes="g-columns"):
                with gr.Column(min_width=320):
                    self.stages = gr.HTML(elem_id="progress-stages", apply_default_css=False)
                with gr.Column(min_width=320):
                    self.curves = gr.HTML(elem_id="progress-curves", apply_default_css=False)
            self.notes = gr.HTML(elem_id="progress-notes", apply_default_css=False)
            with gr.Accordion(say("progress.log"), open=False, elem_id="progress-log") as self.log_box:
                self.log = gr.HTML(apply_default_css=False)
            self.seen = gr.State(None)
            self.log_open = gr.State(value=False)
            self.timer = gr.Timer(SECONDS, active=False)
        self._drawn = [self.summary, self.stages, self.curves, self.notes, self.cancel, self.resume, self.compare]
        self.outputs = [page.current, self.run, self.seen, self.timer, self.log, *self._drawn]
        page.run_tabs[self.id] = self

    def connect(self) -> None:
        """Wire the tab's events."""
        page, here = self.page, [self.page.visitor, self.page.current]
        listen(self.tab.select, self.show, here, self.outputs)
        listen(self.run.input, self.show, [page.visitor, self.run], self.outputs)
        listen(self.cancel.click, self._cancel, here, self.outputs)
        listen(self.resume.click, self._resume, here, self.outputs)
        to_compare = lambda visitor, run_id: page.go("compare", visitor, run_id)  # noqa: E731
        listen(self.compare.click, to_compare, here, page.go_outputs("compare"))
        opened = [self.log_open, self.log]
        listen(self.log_box.expand, lambda v, run: (True, self._log(v, run)), here, opened)
        listen(self.log_box.collapse, lambda: False, [], [self.log_open])
        poll(self.timer, self._tick, [*here, self.seen, self.log_open], self.outputs)

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Open a run; without one, the newest."""
        services = self.page.services
        chosen = handlers.choose_run(services, visitor, run_id)
        if chosen is None:
            return {self.summary: views.nothing(), self.timer: gr.Timer(active=False)}
        return {
            self.page.current: chosen,
            self.run: self.page.run_choices(visitor, chosen),
            self.log: self._log(visitor, chosen),
            **self._draw(handlers.watch(services, visitor, chosen)),
        }

    def _tick(self, visitor: str | None, run_id: str, seen: handlers.Watch | None, log_open: bool) -> Updates:
        watch = handlers.news(self.page.services, visitor, run_id, seen) if run_id else None
        if watch is None:
            return gr.skip()
        updates = self._draw(watch)
        if log_open:
            updates[self.log] = self._log(visitor, run_id)
        if seen is None or watch.record.state is not seen.record.state:
            updates[self.run] = self.page.run_choices(visitor, run_id)
        return updates

    def _draw(self, watch: handlers.Watch) -> Updates:
        now = time.time()
        return {
            self.seen: watch,
            self.timer: gr.Timer(active=watch.record.state.active),
            self.summary: views.summary(watch, now),
            self.stages: views.stages(watch.progress, watch.record.state),
            self.curves: views.curves(watch.progress),
            self.notes: views.notes(watch.progress),
            self.cancel: gr.Button(elem_classes=present_if(watch.may_cancel)),
            self.resume: gr.Button(elem_classes=present_if(watch.may_resume)),
            self.compare: gr.Button(elem_classes=present_if(handlers.has_report(self.page.services, watch.record.id))),
        }

    def _cancel(self, visitor: str | None, run_id: str) -> Updates:
        handlers.cancel(self.page.services, visitor, run_id)
        return self.show(visitor, run_id)

    def _resume(self, visitor: str | None, run_id: str) -> Updates:
        handlers.resume(self.page.services, visitor, run_id)
        return self.show(visitor, run_id)

    def _log(self, visitor: str | None, run_id: str) -> str:
        return views.log(handlers.log_tail(self.page.services, visitor, run_id)) if run_id else views.log("")
