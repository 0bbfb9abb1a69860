"""Below the source model: how the models at hand rank for the files in use."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.spec import SourceSpec
from ui.failures import Failure, attempt
from ui.handlers import ranking as handlers
from ui.page import Page
from ui.tabs.source import SourcePicker
from ui.text import say
from ui.views import ranking as views
from ui.views.html import message
from ui.wiring import MEASURING, Updates, listen, present_if


class SourceRanking:
    """A button that ranks, the ranking, and a button that takes the best.

    Attributes:
        rank: The first button; what it asks for is for the tab to say, which knows the files.
        outputs: What :meth:`draw` sets.
    """

    def __init__(self, page: Page, picker: SourcePicker) -> None:
        self.page, self.picker = page, picker
        self.best = gr.State(None)
        self.shown = gr.HTML(views.explanation(), elem_id="ranking", apply_default_css=False)
        with gr.Row(elem_classes="g-actions"):
            self.rank = gr.Button(say("doctor.rank"), size="md", elem_id="rank-sources", scale=0, min_width=160)
            self.take = gr.Button(
                say("doctor.rank_take"),
                size="md",
                elem_id="take-best",
                elem_classes=present_if(False),
                scale=0,
                min_width=130,
            )
        self.outputs = [self.best, self.shown, self.take]

    def connect(self, ask: Any, inputs: list[Any]) -> None:
        """Wire the buttons; ``ask`` makes the ranking of the values of ``inputs``."""
        begun = listen(self.rank.click, views.working, [], [self.shown])
        listen(
            begun.then,
            lambda *values: self.draw(attempt(lambda: ask(*values))),
            inputs,
            self.outputs,
            show_progress="full",
            show_progress_on=self.shown,
            **MEASURING,
        )
        listen(self.take.click, self._take, [self.best], [self.shown, self.take, *self.picker.controls])

    def draw(self, found: handlers.Places | Failure) -> Updates:
        """A ranking, or why there is none."""
        if isinstance(found, Failure):
            told = message(found.message, found.remedy)
            return {self.best: None, self.shown: told, self.take: gr.Button(elem_classes=present_if(False))}
        best = found.best
        return {
            self.best: best.source if best else None,
            self.shown: views.places(found),
            self.take: gr.Button(elem_classes=present_if(best)),
        }

    def _take(self, source: SourceSpec) -> Updates:
        picked = handlers.take(self.page.services, source)
        return {
            self.shown: message(say("doctor.rank_taken", name=picked.name), kind="good"),
            self.take: gr.Button(elem_classes=present_if(False)),
            **self.picker.put(picked),
        }
