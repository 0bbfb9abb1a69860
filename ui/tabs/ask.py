"""The box in which a text is put to two of a run's models."""

from __future__ import annotations

import gradio as gr

from pipeline.report import Example, Report
from ui.handlers import ask as handlers
from ui.handlers.compare import task_of
from ui.page import Page
from ui.text import say
from ui.views import answers as views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if


class AskBox:
    """One text, or two where pairs are labelled, and the answers side by side.

    Attributes:
        outputs: What :meth:`show` and :meth:`put` set.
    """

    def __init__(self, page: Page, run: gr.Dropdown) -> None:
        self.page, self.run = page, run
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
            self.ask = gr.Button(say("compare.ask"), variant="primary", elem_id="ask", scale=0, min_width=180)
        self.answers = gr.HTML(elem_id="answers", apply_default_css=False)
        self.to_export = gr.Button(
            say("compare.to_export"), elem_classes=present_if(False), size="sm", elem_id="to-export", scale=0
        )
        self._answered = [self.answers, self.to_export]
        self.outputs = [self.text, self.second, *self._answered]

    def connect(self) -> None:
        """Wire the box's events."""
        page = self.page
        asked = [page.visitor, self.run, self.text, self.second]
        for event in (self.ask.click, self.text.submit, self.second.submit):
            listen(event, self._ask, asked, self._answered, show_progress="minimal")
        listen(
            self.to_export.click,
            lambda visitor, run_id: page.go("export", visitor, run_id),
            [page.visitor, self.run],
            page.go_outputs("export"),
        )

    def show(self, report: Report) -> Updates:
        """The box as this run's task wants it, empty of answers."""
        task = task_of(report)
        hint = say("compare.ask_placeholder_mask" if task.labelling == "none" else "compare.ask_placeholder")
        return {
            self.text: gr.Textbox(placeholder=hint),
            self.second: gr.Textbox(elem_classes=present_if("second" in task.columns)),
            self.answers: "",
            self.to_export: gr.Button(elem_classes=present_if(False)),
        }

    def put(self, visitor: str | None, run_id: str, example: Example, report: Report) -> Updates:
        """Ask about a test text; a language model waits for somebody to hide one of its words."""
        texts: Updates = {self.text: example.text, self.second: example.second}
        if task_of(report).labelling == "none":
            return {**texts, self.answers: ""}
        return {**texts, **self._ask(visitor, run_id, example.text, example.second)}

    def _ask(self, visitor: str | None, run_id: str, text: str, second: str) -> Updates:
        found = handlers.ask(self.page.services, visitor, run_id, text, second)
        missing = any(answer.hint for answer in found)
        return {self.answers: views.answers(found), self.to_export: gr.Button(elem_classes=present_if(missing))}
