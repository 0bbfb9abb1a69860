"""The form of a new run: the source model and the recipe, generated from the spec."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gradio as gr

from pipeline.presets import PRESETS
from pipeline.spec import FIELDS_READ, RunSpec, SourceSpec
from ui import fields, forms
from ui.handlers.sources import Picked
from ui.page import Page
from ui.tabs.doctor import SuggestedRecipe
from ui.tabs.part import PartForm
from ui.tabs.ranking import SourceRanking
from ui.tabs.source import SourcePicker
from ui.text import say, spec
from ui.views import data as views
from ui.views.html import heading
from ui.wiring import LAST, Updates, listen

SOURCE = "source"


class RecipeForm:
    """Source model, presets, and the fields of :mod:`ui.fields`.

    Attributes:
        parts: The recipe's, in the spec's order.
        controls: The fields' components, and the choices', by key.
        pickers: The encoders', by key.
        source: Where the source model is chosen.
        inputs: All that :meth:`read` wants the values of.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts = [PartForm(page, choice) for choice in fields.CHOICES]
        with gr.Column(elem_classes="g-card"):
            title, description = spec.title(RunSpec, "source"), spec.description(RunSpec, "source")
            self.source = SourcePicker(page, title, description, "source-model")
            self.ranking = SourceRanking(page, self.source)
        with gr.Column(elem_classes="g-card"):
            self._build_head()
            with gr.Accordion(say("data.every_part"), open=False, elem_id="every-part"):
                for part in self.parts:
                    if part.choice.in_front:
                        part.build_front()
                with gr.Accordion(say("data.more_options"), open=False, elem_id="more-options"):
                    with gr.Row(elem_classes="g-corrections"):
                        self.controls = {field.key: forms.component(field) for field in (*fields.RUN, *fields.DATA)}
                    for part in self.parts:
                        part.build_more()
        self.pickers = {SOURCE: self.source}
        for part in self.parts:
            self.controls |= part.controls
            self.pickers |= part.pickers
        self.inputs = [*self.controls.values(), *(part for picker in self.pickers.values() for part in picker.inputs)]

    def _build_head(self) -> None:
        title, description = spec.title(RunSpec, "recipe"), spec.description(RunSpec, "recipe")
        gr.HTML(heading(title, description), apply_default_css=False)
        self.suggested = SuggestedRecipe()
        self.preset = gr.Dropdown(
            choices=[(spec.preset(name), name) for name in PRESETS],
            value=None,
            label=say("data.preset"),
            info=say("data.preset_hint"),
            filterable=False,
            elem_id="preset",
        )
        self.reason = gr.HTML(elem_id="preset-reason", apply_default_css=False)
        parts = {choice.key: choice.default for choice in fields.CHOICES}
        self.summary = gr.HTML(views.recipe(parts), elem_id="recipe-summary", apply_default_css=False)

    def connect(self) -> None:
        """Wire the form's own events."""
        listen(self.preset.input, self._choose, [self.preset, self.reason], [self.reason, *self._filled], **LAST)
        taken = [self.preset, self.reason, *self._filled, *self.suggested.outputs]
        listen(self.suggested.take.click, self._take, [self.suggested.preset], taken)
        self.source.connect()
        for part in self.parts:
            part.connect()

    def edits(self, keys: Iterable[str]) -> list[Any]:
        """The events after which controls may hold something else."""
        ways = {part.choice.key: part.shown.change for part in self.parts}  # its fields are there by then
        changes = [ways[key] if key in ways else edit_of(self.controls[key]) for key in keys]
        # A preset fills in the controls from here, and says its reason, once they hold it.
        return [*changes, self.reason.change]

    @property
    def read_by_rules(self) -> dict[str, gr.components.Component]:
        """Key → control, of those that decide whether parts go together."""
        of_parts = [
            field
            for part in self.parts
            for field in part.choice.controls
            if field.name in FIELDS_READ.get(part.choice.name, ())
        ]
        others = [field for field in (*fields.RUN, *fields.DATA) if field.name in ("learning_curve", "dev_fraction")]
        wanted = {*(part.choice.key for part in self.parts), *(field.key for field in (*others, *of_parts))}
        return {key: control for key, control in self.controls.items() if key in wanted}

    @property
    def read_by_doctor(self) -> dict[str, gr.components.Component]:
        """Key → control, of those on which the data depend."""
        wanted = ("seed", *(field.key for field in fields.DATA))
        return {key: self.controls[key] for key in wanted}

    def values(self, raw: Sequence[Any]) -> dict[str, Any]:
        """What the controls hold, by the fields' keys."""
        return dict(zip(self.controls, raw[: len(self.controls)], strict=True))

    def read(self, raw: Sequence[Any]) -> tuple[SourceSpec, dict[str, Any]]:
        """The source, and what the form holds by the fields' keys.

        Raises:
            SourceError: An encoder that counts can't be used here.
            SpecError: It is no Hub id, or no revision.
        """
        values, rest = self.values(raw), list(raw[len(self.controls) :])
        wanted = {SOURCE}.union(*(part.choice.keys(values[part.choice.key]) for part in self.parts))
        found: dict[str, SourceSpec] = {}
        for key, picker in self.pickers.items():
            given, rest = rest[: len(picker.inputs)], rest[len(picker.inputs) :]
            if key in wanted:
                found[key] = picker.read(given)
        return found.pop(SOURCE), values | found

    @property
    def outputs(self) -> list[Any]:
        """What :meth:`put` sets."""
        pickers = [control for picker in self.pickers.values() for control in picker.controls]
        return [self.preset, self.reason, *self._filled, *pickers]

    def put(self, values: dict[str, Any], sources: dict[str, Picked]) -> Updates:
        """Fill in a whole form: values by the fields' keys, encoders by the pickers'."""
        updates: Updates = {self.preset: None, self.reason: None, **self._put(values)}
        for key, picked in sources.items():
            updates |= self.pickers[key].put(picked)
        return updates

    def put_back(self, raw: Sequence[Any], preset: str | None) -> Updates:
        """Fill in what the controls held, as it is; nothing of it is checked."""
        updates: Updates = {self.preset: preset, **self._put(self.values(raw))}
        updates[self.reason] = views.preset_reason(spec.preset_reason(preset)) if preset else None
        rest = list(raw[len(self.controls) :])
        for picker in self.pickers.values():
            given, rest = rest[: len(picker.inputs)], rest[len(picker.inputs) :]
            updates |= picker.put(Picked(*given))
        return updates

    @property
    def _filled(self) -> list[Any]:
        own = [self.controls[field.key] for field in (*fields.RUN, *fields.DATA)]
        return [self.summary, *own, *(output for part in self.parts for output in part.outputs)]

    def _choose(self, name: str | None, reason: str | None) -> Updates:
        """Fill in a preset, once: Gradio tells of an input also when a list is left as it was."""
        if name is None or reason == views.preset_reason(spec.preset_reason(name)):
            return gr.skip()
        return self._fill(name)

    def _fill(self, name: str) -> Updates:
        """Fill in a preset."""
        updates = self._put(fields.values_of(PRESETS[name].recipe))
        return updates | {self.reason: views.preset_reason(spec.preset_reason(name))}

    def _take(self, name: str) -> Updates:
        """Fill in the suggested preset."""
        return {self.preset: name, **self._fill(name), **self.suggested.taken()}

    def _put(self, values: dict[str, Any]) -> Updates:
        keys = [field.key for field in (*fields.RUN, *fields.DATA)]
        updates: Updates = {self.controls[key]: values[key] for key in keys if key in values}
        for part in self.parts:
            updates |= part.put(values)
        return updates | {self.summary: views.recipe(values)}


def edit_of(control: gr.components.Component) -> Any:
    """The event after which somebody has given a control another value."""
    return control.blur if isinstance(control, (gr.Number, gr.Textbox)) else control.input
