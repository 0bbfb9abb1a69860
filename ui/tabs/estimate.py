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
    """The estimate, and a word once the form has changed since.

    Attributes:
        current: Whether there is an estimate of the form as it is.
        outdated: What :meth:`outdate` sets.
    """

    def __init__(self) -> None:
        self.current = gr.State(False)
        self.note = gr.HTML(elem_id="estimate-note", apply_default_css=False)
        self.shown = gr.HTML(views.explanation(), elem_id="forecast", apply_default_css=False)
        self.outdated = [self.current, self.note]

    def connect(self, button: gr.Button, ask: Any, inputs: list[Any]) -> None:
        """Wire it.

        Args:
            button: What asks for it.
            ask: Makes the forecast of the values of ``inputs``.
            inputs: The form and the files.
        """
        begun = listen(button.click, views.working, [], [self.shown])
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

    def draw(self, found: Forecast | Failure) -> Updates:
        """A forecast, or why there is none."""
        if isinstance(found, Failure):
            return {self.current: False, self.note: None, self.shown: message(found.message, found.remedy)}
        return {self.current: True, self.note: None, self.shown: views.forecast(found)}

    def outdate(self, current: bool) -> Updates:
        """What changes when the form may mean something else; ``current`` is what the state of that name holds."""
        return {self.current: False, self.note: views.outdated()} if current else {}
