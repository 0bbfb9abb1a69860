"""What the run that is looked at was asked to do: beside another run, and to be copied."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from ui.handlers import recipes
from ui.handlers import runs as handlers
from ui.page import COPY, Page
from ui.text import say
from ui.views import differences
from ui.views import runs as views
from ui.views.start import run_choice
from ui.wiring import Updates, listen, present_if


class RunSpecs:
    """Two folded parts: the differences to another run; the command line and spec.json.

    Attributes:
        outputs: What :meth:`show` sets.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        classes = present_if(False)
        with gr.Accordion(say("runs.differences"), open=False, elem_id="differences", elem_classes=classes) as self.box:
            self.other = gr.Dropdown(
                choices=[], label=say("runs.other"), filterable=False, interactive=True, elem_id="other-run"
            )
            self.table = gr.HTML(elem_id="difference-table", apply_default_css=False)
        with gr.Accordion(say("runs.recipe"), open=False, elem_id="run-spec", elem_classes=classes) as self.recipe_box:
            self.recipe = gr.HTML(js_on_load=COPY, apply_default_css=False)
        self.outputs = [self.box, self.other, self.table, self.recipe_box, self.recipe]

    def connect(self) -> None:
        """Wire the events; what is folded is not fetched before it is opened."""
        here = [self.page.visitor, self.page.current]
        listen(self.other.input, self._compare, [*here, self.other], [self.table])
        listen(self.recipe_box.expand, self._recipe, here, [self.recipe])

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Both parts, folded; without a run, neither."""
        others = handlers.others(self.page.services, visitor, run_id) if run_id else []
        now = time.time()
        return {
            self.box: gr.Accordion(open=False, elem_classes=present_if(others)),
            self.other: gr.Dropdown(choices=[run_choice(record, now) for record in others], value=None),
            self.table: None,
            self.recipe_box: gr.Accordion(open=False, elem_classes=present_if(run_id)),
            self.recipe: None,
        }

    def _compare(self, visitor: str | None, run_id: str, other: str | None) -> Any:
        found = handlers.compare(self.page.services, visitor, run_id, other) if other else None
        return differences.differences(found)

    def _recipe(self, visitor: str | None, run_id: str) -> Any:
        return views.recipe(recipes.recipe_of(self.page.services, visitor, run_id))
