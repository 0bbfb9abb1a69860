"""The box in which a text is put to the models that are shown."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.report import Example, Report
from ui.answering import anew
from ui.handlers import ask as handlers
from ui.handlers.compare import task_of
from ui.handlers.variants import variant_title
from ui.page import Page
from ui.tabs.chosen import ChosenModels
from ui.tabs.highlighted import highlighted
from ui.text import say
from ui.views import answers as views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if, stamp


class AskBox:
    """One text, or two where pairs are labelled, the answers side by side, and what they rest on.

    Attributes:
        outputs: What :meth:`show` and :meth:`put` set.
    """

    def __init__(self, page: Page, run: gr.Dropdown, chosen: ChosenModels) -> None:
        self.page, self.run, self.chosen = page, run, chosen
        with gr.Column(elem_classes="g-own"):  # a guest asks nothing
            self._build()
        self._answered = [self.answers, self.found, self.stamp, self.why, self.to_export]
        self.outputs = [self.text, self.second, self.variant, *self._answered]

    def _build(self) -> None:
        gr.HTML(heading(say("compare.ask_title")), apply_default_css=False)
        with gr.Row(elem_classes="g-ask-row", equal_height=True):
            self.text = gr.Textbox(
                label=say("compare.ask_label"),
                placeholder=say("compare.ask_placeholder"),
                lines=2,
                max_lines=6,
                elem_id="ask-text",
                scale=4,
            )
            self.second = gr.Textbox(
                label=say("compare.ask_second_label"),
                lines=2,
                max_lines=6,
                elem_id="ask-second",
                elem_classes=present_if(False),
                scale=4,
            )
            self.variant = gr.Dropdown(
                choices=[(say("compare.variant_served"), handlers.SERVED)],
                value=handlers.SERVED,
                label=say("compare.variant"),
                filterable=False,
                interactive=True,
                elem_id="ask-variant",
                elem_classes=present_if(False),
                min_width=220,  # a mark stands behind the name of what missed its gate
                scale=1,
            )
            self.ask = gr.Button(say("compare.ask"), variant="primary", elem_id="ask", scale=0, min_width=180)
        self.answers = gr.HTML(elem_id="answers", apply_default_css=False)
        self.found, self.stamp = gr.State([]), stamp()
        with gr.Column(elem_id="highlighted"):
            highlighted(self.found, self.stamp)
        with gr.Row(elem_classes="g-actions"):
            self.why = gr.Button(
                say("compare.why"), elem_classes=present_if(False), size="sm", elem_id="why", scale=0, min_width=180
            )
            self.to_export = gr.Button(
                say("compare.to_export"), elem_classes=present_if(False), size="sm", elem_id="to-export", scale=0
            )

    def connect(self) -> None:
        """Wire the box's events."""
        page = self.page
        asked = [page.visitor, self.run, self.chosen.models, self.text, self.second, self.variant]
        for event in (self.ask.click, self.text.submit, self.second.submit, self.variant.input):
            listen(event, self._ask, asked, self._answered, busy=self.answers)
        why = lambda *asked: self._ask(*asked, why=True)  # noqa: E731
        listen(self.why.click, why, asked, self._answered, busy=self.answers)
        listen(
            self.to_export.click,
            lambda visitor, run_id: page.go("export", visitor, run_id),
            [page.visitor, self.run],
            page.go_outputs("export"),
        )

    def show(self, report: Report, variants: dict[str, bool]) -> Updates:
        """The box as these models' task wants it, empty of answers."""
        task = task_of(report)
        hint = say("compare.ask_placeholder_mask" if task.labelling == "none" else "compare.ask_placeholder")
        marked = [(variant_title(name, passed=passed), name) for name, passed in variants.items()]
        ways = [(say("compare.variant_served"), handlers.SERVED), *marked]
        ways.append((say("compare.variant_each"), handlers.EACH))
        return {
            self.text: gr.Textbox(placeholder=hint),
            self.second: gr.Textbox(elem_classes=present_if("second" in task.columns)),
            self.variant: gr.Dropdown(choices=ways, value=handlers.SERVED, elem_classes=present_if(len(variants) > 1)),
            **self._empty(),
        }

    def put(self, example: Example, report: Report, *where: Any) -> Updates:
        """Ask about a test text; a language model waits for somebody to hide one of its words.

        Args:
            example: The text.
            report: That it stands in.
            where: Visitor, run, chosen models and variant, as the box's own button sends them.
        """
        texts: Updates = {self.text: example.text, self.second: example.second}
        if task_of(report).labelling == "none":
            return {**texts, **self._empty()}
        *models, variant = where
        return {**texts, **self._ask(*models, example.text, example.second, variant)}

    def _ask(self, visitor: str | None, run_id: str, chosen: list[str], *asked: str, why: bool = False) -> Updates:
        text, second, variant = asked
        services = self.page.services
        found = handlers.ask(services, visitor, run_id, text, second, chosen=chosen, variant=variant, why=why)
        missing = any(answer.hint for answer in found)
        untold = any(answer.explicable and answer.why is None for answer in found)
        return {
            self.answers: views.answers(found),
            self.found: found,
            self.stamp: anew(),
            self.why: gr.Button(elem_classes=present_if(untold)),
            self.to_export: gr.Button(elem_classes=present_if(missing)),
        }

    def _empty(self) -> Updates:
        gone = present_if(False)
        empty: Updates = {self.answers: "", self.found: [], self.stamp: anew()}
        return {**empty, self.why: gr.Button(elem_classes=gone), self.to_export: gr.Button(elem_classes=gone)}
