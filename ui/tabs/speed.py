"""The speed of exported models beside PyTorch, and what has it measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from export.report import ExportReport
from pipeline.spec import ModelName
from ui import fields, forms
from ui.handlers import speed as handlers
from ui.handlers.places import Place
from ui.page import Page
from ui.text import say
from ui.views import speed as views
from ui.wiring import QUEUED, Updates, listen


class SpeedCard:
    """A model to choose, a button, and what was measured before. Measured by the run's worker, as an export is made."""

    def __init__(self, page: Page) -> None:
        self.page = page
        gr.HTML(views.section(), apply_default_css=False)
        with gr.Row(elem_classes="g-corrections"):
            self.model = gr.Dropdown(
                choices=[], label=say("speed.model"), filterable=False, interactive=True, elem_id="speed-model"
            )
            self.options = {field.name: forms.component(field) for field in fields.SPEED}
            self.compiled = gr.Checkbox(value=True, label=say("speed.compiled"), elem_id="speed-compiled")
        self.measure = gr.Button(say("speed.measure"), elem_id="measure-speed", scale=0, min_width=160)
        self.shown = gr.HTML(elem_id="speeds", apply_default_css=False)
        self.outputs: list[Any] = [self.model, self.shown]

    def connect(self, run: gr.Dropdown) -> None:
        """Wire it.

        Args:
            run: The list in which the run was chosen.
        """
        inputs = [self.page.visitor, run, self.model, self.compiled, *self.options.values()]
        listen(
            self.measure.click,
            self._measure,
            inputs,
            self.page.go_outputs("progress"),
            show_progress="minimal",
            **QUEUED,
        )

    def show(
        self,
        visitor: str | None,
        run_id: str,
        reports: dict[ModelName, ExportReport],
        model: str | None,
        runs: Mapping[ModelName, Mapping[str, Place]],
    ) -> Updates:
        """The exports of a run that can be measured, and what was measured of them."""
        found = handlers.speeds_of(self.page.services, visitor, run_id, reports)
        choices = [(say(f"common.model.{name}"), name) for name in reports]
        return {self.model: gr.Dropdown(choices=choices, value=model), self.shown: views.speeds(found, runs)}

    def _measure(self, visitor: str | None, run_id: str, model: ModelName, compiled: bool, *options: Any) -> Updates:
        given = {field.name: field.meant(value) for field, value in zip(fields.SPEED, options, strict=True)}
        values = {"model": model, "compiled": bool(compiled), **given}
        record = handlers.measure(self.page.services, visitor, run_id, values)
        return self.page.go("progress", visitor, record.id)
