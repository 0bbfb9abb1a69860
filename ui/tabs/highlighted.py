"""Answers of models that tag words: each text with its entities, or its parts of speech, highlighted."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from ui.handlers.ask import Answer
from ui.views import answers as views
from ui.views.html import colour, plain_name
from ui.views.tagged import colours
from ui.wiring import draw_anew


def highlighted(found: gr.State, stamp: gr.Textbox) -> None:
    """Place the answers side by side, drawn anew whenever ``stamp`` says that ``found`` has others.

    Args:
        found: A list of :class:`~ui.handlers.ask.Answer`; only those that tag words are drawn.
        stamp: Changes with it.
    """

    def draw(answers: Sequence[Answer]) -> None:
        tagged = [answer for answer in answers if answer.tags]
        shades = colours([span.label for answer in tagged for span in views.spans(answer)])
        with gr.Row(elem_classes="g-answers"):
            for answer in tagged:
                with gr.Column(elem_classes=f"g-answer g-{colour(answer.model)}", min_width=260):
                    gr.HTML(views.head(answer), apply_default_css=False)
                    gr.HighlightedText(
                        value={"text": answer.said.text, "entities": views.marks(answer)},
                        color_map=shades,
                        label=plain_name(answer.model, answer.title),
                        show_label=False,
                        container=False,
                        elem_classes="g-highlighted",
                    )
                    gr.HTML(views.foot(answer), apply_default_css=False)

    draw_anew(draw, [found], [stamp])
