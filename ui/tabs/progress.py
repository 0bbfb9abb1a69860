"""The tab that shows the visitor's runs, and one of them at work."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import gradio as gr

from pipeline.events import MEASURES, Measure
from ui.handlers import progress as handlers
from ui.page import Page
from ui.tabs.actions import RunActions
from ui.tabs.data import DataTab
from ui.tabs.runs import RunList
from ui.tabs.specs import RunSpecs
from ui.text import say
from ui.views import curves as curve_views
from ui.views import progress as views
from ui.views import stages as stage_views
from ui.wiring import Updates, listen, poll, present_if

SECONDS = 1.0


class ProgressTab:
    """The list of runs; of the one that is open its bar, stages, curves, notes, spec and log."""

    id = "progress"

    def __init__(self, page: Page, data: DataTab) -> None:
        self.page = page
        with gr.Tab(say("progress.tab"), id=self.id, elem_id="tab-progress") as self.tab:
            self.list = RunList(page)
            self.summary = gr.HTML(views.nothing(), elem_id="progress-summary", apply_default_css=False)
            self.actions = RunActions(page, data)
            self.stages = gr.HTML(elem_id="progress-stages", apply_default_css=False)
            self.measure = gr.Radio(
                choices=[(say(f"progress.measure.{name}"), name) for name in MEASURES],
                value=MEASURES[0],
                label=say("progress.measure"),
                elem_id="measure",
                elem_classes=present_if(False),
            )
            self.curves = gr.HTML(elem_id="progress-curves", apply_default_css=False)
            self.notes = gr.HTML(elem_id="progress-notes", apply_default_css=False)
            self.specs = RunSpecs(page)
            with gr.Accordion(say("progress.log"), open=False, elem_id="progress-log") as self.log_box:
                self.log = gr.HTML(apply_default_css=False)
            self.seen = gr.State(None)
            self.log_open = gr.State(value=False)
            self.timer = gr.Timer(SECONDS, active=False)
        self._pictures = [self.stages, self.curves, self.notes]
        self._drawn = [self.seen, self.timer, self.summary, self.stages, self.measure, self.curves, self.notes]
        self._drawn += [self.log, *self.actions.outputs]
        self.outputs = [page.current, *self._drawn, *self.list.outputs, *self.specs.outputs]
        page.run_tabs[self.id] = self

    def connect(self) -> None:
        """Wire the tab's events."""
        here = [self.page.visitor, self.page.current]
        listen(self.tab.select, self.show, [*here, self.measure], self.outputs)
        self.list.connect(self.show, self.outputs)
        self.actions.connect(self.show, self.outputs)
        self.specs.connect()
        listen(self.measure.input, self._measure, [*here, self.measure], [self.curves])
        opened = [self.log_open, self.log]
        listen(self.log_box.expand, lambda v, run: (True, self._log(v, run)), here, opened)
        listen(self.log_box.collapse, lambda: False, [], [self.log_open])
        poll(self.timer, self._tick, [*here, self.seen, self.log_open, self.measure], self._drawn)

    def show(self, visitor: str | None, run_id: str | None, measure: Measure = "loss") -> Updates:
        """Open a run; without one, the newest."""
        services = self.page.services
        chosen = handlers.choose_run(services, visitor, run_id)
        listed = {self.page.current: chosen or "", **self.list.show(visitor, chosen)}
        if chosen is None:
            return {**listed, **self._nothing()}
        watch = handlers.watch(services, visitor, chosen)
        return {
            **listed,
            **self._draw(watch, measure),
            **self.actions.show(watch),
            **self.specs.show(visitor, chosen),
            self.log: self._log(visitor, chosen),
        }

    def _nothing(self) -> Updates:
        empty: Updates = dict.fromkeys((self.stages, self.curves, self.notes, self.log, self.seen))
        return {
            **empty,
            self.summary: views.nothing(),
            self.timer: gr.Timer(active=False),
            self.measure: gr.Radio(elem_classes=present_if(False)),
            **self.actions.show(None),
            **self.specs.show(None, None),
        }

    def _tick(
        self, visitor: str | None, run_id: str, seen: handlers.Watch | None, log_open: bool, measure: Measure
    ) -> Updates:
        watch = handlers.news(self.page.services, visitor, run_id, seen) if run_id else None
        if watch is None:
            return gr.skip()
        log = {self.log: self._log(visitor, run_id)} if log_open else {}
        drawn = self._draw(watch, measure)
        if seen is not None and seen.record.id == run_id:
            for component, before in zip(self._pictures, seen.pictures, strict=True):
                if drawn[component] == before:
                    del drawn[component]  # the largest part of the page; most of it seldom changes
        return {**drawn, **self.actions.draw(watch), **log}

    def _draw(self, watch: handlers.Watch, measure: Measure) -> Updates:
        known = curve_views.measured(watch.progress)
        stages = stage_views.stages(watch.progress, watch.record.state)
        curves, notes = curve_views.curves(watch.progress, measure), views.notes(watch.progress)
        return {
            self.seen: replace(watch, pictures=(stages, curves, notes)),
            self.timer: gr.Timer(active=watch.record.state.active),
            self.summary: views.summary(watch, time.time()),
            self.stages: stages,
            self.measure: gr.Radio(value=measure, elem_classes=present_if(known)),
            self.curves: curves,
            self.notes: notes,
        }

    def _measure(self, visitor: str | None, run_id: str, measure: Measure) -> Any:
        return curve_views.curves(handlers.watch(self.page.services, visitor, run_id).progress, measure)

    def _log(self, visitor: str | None, run_id: str) -> str:
        return views.log(handlers.log_tail(self.page.services, visitor, run_id)) if run_id else views.log("")
