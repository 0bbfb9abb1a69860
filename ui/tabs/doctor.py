"""What the doctor says of the files in use, and the recipe that it suggests."""

from __future__ import annotations

import gradio as gr

from pipeline.doctor import Suggestion
from ui.handlers.doctor import Checkup
from ui.text import say
from ui.views import doctor as views
from ui.views.html import heading, message
from ui.wiring import Updates, present_if


class DoctorCard:
    """The report, and the button that asks for it where there is too much to look at unasked.

    Attributes:
        outputs: What :meth:`draw` sets.
    """

    def __init__(self) -> None:
        with gr.Column(elem_classes="g-card", elem_id="doctor"):
            gr.HTML(heading(say("doctor.title"), say("doctor.intro")), apply_default_css=False)
            self.report = gr.HTML(views.checkup(Checkup()), elem_id="doctor-report", apply_default_css=False)
            with gr.Row(elem_classes=present_if(False, "g-actions")) as self.asking:
                self.ask = gr.Button(say("doctor.check"), elem_id="check-data", scale=0, min_width=180)
        self.outputs = [self.report, self.asking]

    def draw(self, found: Checkup) -> Updates:
        """The report on the files as they are now."""
        return {
            self.report: views.checkup(found),
            self.asking: gr.Row(elem_classes=present_if(found.waits, "g-actions")),
        }


class SuggestedRecipe:
    """The recipe that the doctor suggests, with a button that takes it over.

    Attributes:
        preset: Its name; empty if there is none.
        take: The button.
        outputs: What :meth:`draw` sets.
    """

    def __init__(self) -> None:
        self.preset = gr.State("")
        with gr.Row(elem_classes=present_if(False, "g-suggestion"), elem_id="suggestion") as self.box:
            self.reason = gr.HTML(apply_default_css=False)
            self.take = gr.Button(say("doctor.take"), size="md", elem_id="take-suggestion", scale=0, min_width=150)
        self.outputs = [self.preset, self.box, self.reason, self.take]

    def draw(self, found: Suggestion | None, chosen: str | None = None) -> Updates:
        """The suggestion for the files as they are now.

        Args:
            found: The suggestion, if there is one.
            chosen: The preset that the form was filled in from.
        """
        name = found.preset if found else ""
        return {
            self.preset: name,
            self.box: gr.Row(elem_classes=present_if(found, "g-suggestion")),
            self.reason: views.suggestion(found) if found else None,
            self.take: gr.Button(elem_classes=present_if(name != chosen)),
        }

    def taken(self) -> Updates:
        """What the box becomes once its recipe is in the form."""
        return {
            self.reason: message(say("doctor.taken"), kind="good"),
            self.take: gr.Button(elem_classes=present_if(False)),
        }
