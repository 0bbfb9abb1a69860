"""Spec fields as components: the only place where the two meet."""

from __future__ import annotations

import math
from typing import Any

import gradio as gr

from ui.fields import Choice, SpecField

MOST_RADIOS = 3


def component(field: SpecField, **more: Any) -> gr.components.Component:
    """The control for a field, with the spec's title, help and bounds."""
    common: dict[str, Any] = {
        "label": field.title,
        "info": field.description,
        "value": field.shown(field.value),
        "elem_id": f"field-{field.key.replace('.', '-')}",
        "interactive": True,
        "min_width": 150,
        **more,
    }
    if field.name.endswith("_column"):  # one of the file's own
        return gr.Dropdown(choices=[], filterable=False, **{**common, "value": None})
    if field.type is bool:
        return gr.Checkbox(**common)
    if field.several:
        return gr.CheckboxGroup(choices=field.choices, **common)
    if field.alternatives:
        return gr.Dropdown(choices=field.choices, filterable=False, **common)
    if field.typed:  # a gr.Number that is empty becomes 0 when the browser draws it
        return gr.Textbox(max_length=_longest(field) if field.type is str else None, **common)
    low, high = field.bounds
    whole = field.type is int
    return gr.Number(
        minimum=low, maximum=high, precision=0 if whole else None, step=1 if whole else _step(field), **common
    )


def choice(part: Choice) -> gr.Radio | gr.Dropdown:
    """The ways in which a part of the recipe can be done; more than a few are folded into a list."""
    common: dict[str, Any] = {
        "choices": part.titles(),
        "value": part.default,
        "label": part.title,
        "info": part.description,
        "elem_id": f"field-{part.key.replace('.', '-')}",
        "interactive": True,
    }
    return gr.Radio(**common) if len(part.ways) <= MOST_RADIOS else gr.Dropdown(filterable=False, **common)


def _longest(field: SpecField) -> int | None:
    return next((limit.max_length for limit in field.info.metadata if hasattr(limit, "max_length")), None)


def _step(field: SpecField) -> float:
    """One press of an arrow: a tenth of the value's magnitude, a whole epoch."""
    if not field.value:
        return 0.01
    if field.value >= 1:
        return 1.0
    return float(10.0 ** math.floor(math.log10(field.value)))
