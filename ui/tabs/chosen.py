"""The choice of models that are set side by side, of this run or of others."""

from __future__ import annotations

import gradio as gr

from ui.handlers import chosen as handlers
from ui.page import Page
from ui.text import say
from ui.wiring import Updates, listen


class ChosenModels:
    """A list of "model · run", folded until somebody wants more than the run's own models.

    Attributes:
        models: Keys of the chosen models; none as long as they are the run's own.
        outputs: What :meth:`show` sets.
    """

    def __init__(self, page: Page, run: gr.Dropdown) -> None:
        self.page, self.run = page, run
        with (
            gr.Accordion(say("compare.choose"), open=False, elem_id="choose-models", elem_classes="g-fold") as self.box,
            gr.Row(elem_classes="g-bar-row"),
        ):
            self.models = gr.Dropdown(
                choices=[],
                value=[],
                multiselect=True,
                max_choices=handlers.MOST_MODELS,
                label=say("compare.chosen"),
                info=say("compare.chosen_hint"),
                elem_id="chosen-models",
                interactive=True,
                scale=4,
            )
            self.reset = gr.Button(say("compare.choose_reset"), elem_id="own-models", size="sm", scale=0, min_width=180)
        self.outputs = [self.box, self.models]

    def connect(self) -> None:
        """Wire what concerns the list alone; what follows from a choice is the tab's."""
        listen(self.box.expand, self._fill, [self.page.visitor, self.run, self.models], [self.models])

    def show(self) -> Updates:
        """Back to the run's own models."""
        return {self.box: gr.Accordion(open=False), self.models: []}

    def _fill(self, visitor: str | None, run_id: str, chosen: list[str]) -> gr.Dropdown:
        """What can be chosen, looked up only when somebody opens the list; at first the run's own are chosen."""
        services = self.page.services
        choices = handlers.choosable(services, visitor, run_id)
        own = [pick.key for pick in handlers.shown(services, visitor, run_id).picks]
        return gr.Dropdown(choices=choices, value=chosen or own, multiselect=True)
