"""The samples that come with Graft, for whoever has no texts at hand."""

from __future__ import annotations

import gradio as gr

from pipeline.samples import SAMPLES
from ui.text import say


class SamplePicker:
    """A list of samples, and the button that fills the chosen one in."""

    def __init__(self) -> None:
        self.chosen = gr.Dropdown(
            choices=[(say(f"data.sample.{name}"), name) for name in SAMPLES],
            value=next(iter(SAMPLES)),
            label=say("data.sample"),
            filterable=False,
            elem_id="sample",
            scale=0,
            min_width=260,
        )
        self.fill = gr.Button(say("data.fill_samples"), elem_id="fill-samples", scale=0, min_width=140)
