"""What the run in the form would take."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.failures import Failure, attempt
from ui.handlers.estimate import Forecast
from ui.views import estimate as views
from ui.views.html import message
from ui.wiring import MEASURING, Updates, listen


class EstimateCard:
    """The estimate, and a word once the form has changed since."""

    def __init__(self) -> None:
        self.current = gr.State(False)  # whether there is an estimate of the form as it is
        self.note = gr.HTML(elem_id="estimate-note", apply_default_css=False)
        self.shown = gr.HTML(views.explanation(), elem_id="forecast", apply_default_css=False)

    def connect(self, button: gr.Button, ask: Any, inputs: list[Any], edited: Any) -> None:
        """Wire it.

        Args:
            button: What asks for it.
            ask: Makes the forecast of the values of ``inputs``.
            inputs: The form and the files.
            edited: The event after which the form may mean something else.
        """
        begun = listen(button.click, views.working, [], [self.shown], queue=False)
        outputs = [self.current, self.note, self.shown]
        listen(
            begun.then,
            lambda *values: self.draw(attempt(lambda: ask(*values))),
            inputs,
            outputs,
            show_progress="full",
            show_progress_on=self.shown,
            **MEASURING,
        )
        listen(edited, self._outdate, [self.current], [self.current, self.note], trigger_mode="always_last")

    def draw(self, found: Forecast | Failure) -> Updates:
        """A forecast, or why there is none."""
        if isinstance(found, Failure):
            return {self.current: False, self.note: None, self.shown: message(found.message, found.remedy)}
        return {self.current: True, self.note: None, self.shown: views.forecast(found)}

    def _outdate(self, current: bool) -> Updates:
        return {self.current: False, self.note: views.outdated()} if current else gr.skip()
