"""The form of a new run: the source model and the recipe, generated from the spec."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from pipeline.presets import PRESETS
from pipeline.spec import RunSpec, SourceSpec
from ui import fields, forms
from ui.handlers.sources import Picked
from ui.page import Page
from ui.tabs.doctor import SuggestedRecipe
from ui.tabs.ranking import SourceRanking
from ui.tabs.source import SourcePicker
from ui.text import say, spec
from ui.views import data as views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if

SOURCE = "source"


class RecipeForm:
    """Source model, presets, and the fields of :mod:`ui.fields`.

    Attributes:
        controls: The fields' components, and the choices', by key.
        pickers: The encoders', by key.
        inputs: All that :meth:`read` wants the values of.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls: dict[str, gr.components.Component] = {}
        self.pickers: dict[str, SourcePicker] = {}
        self._owners: dict[str, tuple[str, str]] = {}  # key of a nested encoder → its choice's key, its kind
        self._groups: dict[str, dict[str, list[gr.Column]]] = {choice.key: {} for choice in fields.CHOICES}
        with gr.Column(elem_classes="g-card"):
            title, description = spec.title(RunSpec, "source"), spec.description(RunSpec, "source")
            self.pickers[SOURCE] = SourcePicker(page, title, description, "source-model")
            self.ranking = SourceRanking(page, self.pickers[SOURCE])
        with gr.Column(elem_classes="g-card"):
            self._build_head()
            with gr.Accordion(say("data.every_part"), open=False, elem_id="every-part"):
                for choice in fields.CHOICES:
                    if choice.in_front:
                        self._build_choice(choice)
                self._build_more()
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

    def _build_more(self) -> None:
        with gr.Accordion(say("data.more_options"), open=False, elem_id="more-options"):
            with gr.Row(elem_classes="g-corrections"):
                for field in (*fields.RUN, *fields.DATA):
                    self.controls[field.key] = forms.component(field)
            for choice in fields.CHOICES:
                if not choice.in_front:
                    self.controls[choice.key] = forms.choice(choice)
                self._build_fields(choice, choice.more, titled=choice.in_front)

    def _build_choice(self, choice: fields.Choice) -> None:
        with gr.Row(elem_classes="g-way"):
            with gr.Column(scale=3, min_width=300):
                self.controls[choice.key] = forms.choice(choice)
            with gr.Column(scale=1, min_width=200):
                self._build_fields(choice, choice.front)

    def _build_fields(
        self, choice: fields.Choice, of: Callable[[str], list[fields.SpecField]], *, titled: bool = False
    ) -> None:
        """The fields of each way; only those of the chosen one are seen."""
        for kind in choice.ways:
            if not (shown := of(kind)):
                continue
            with gr.Column(elem_classes=present_if(kind == choice.default)) as group:
                if titled:
                    gr.HTML(heading(choice.title, level=3), apply_default_css=False)
                for field in shown:
                    if field.is_source:
                        self.pickers[field.key] = SourcePicker(
                            self.page, field.title, field.description, "adopted-model"
                        )
                        self._owners[field.key] = (choice.key, kind)
                with gr.Row(elem_classes="g-corrections"):
                    for field in shown:
                        if not field.is_source:
                            self.controls[field.key] = forms.component(field)
            self._groups[choice.key].setdefault(kind, []).append(group)

    def connect(self) -> None:
        """Wire the form's own events."""
        for choice in fields.CHOICES:
            show = lambda kind, key=choice.key: self._show(key, kind)  # noqa: E731
            control = self.controls[choice.key]
            listen(control.input, show, [control], self._all_groups(choice.key))
        listen(self.preset.input, self._fill, [self.preset], [self.reason, *self._filled])
        taken = [self.preset, self.reason, *self._filled, *self.suggested.outputs]
        listen(self.suggested.take.click, self._take, [self.suggested.preset], taken)
        for picker in self.pickers.values():
            picker.connect()

    @property
    def edits(self) -> list[Any]:
        """The events after which the form may mean something else."""
        # A preset fills in the controls from here, and says its reason, once they hold it.
        return [*map(edit_of, self.controls.values()), self.reason.change]

    @property
    def read_by_doctor(self) -> dict[str, gr.components.Component]:
        """Key → control, of those on which the data depend."""
        wanted = ("seed", *(field.key for field in fields.DATA))
        return {key: self.controls[key] for key in wanted}

    @property
    def source(self) -> SourcePicker:
        """Where the source model is chosen."""
        return self.pickers[SOURCE]

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
        found: dict[str, SourceSpec] = {}
        for key, picker in self.pickers.items():
            given, rest = rest[: len(picker.inputs)], rest[len(picker.inputs) :]
            choice, kind = self._owners.get(key, ("", ""))
            if not choice or values[choice] == kind:
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
        groups = [group for choice in fields.CHOICES for group in self._all_groups(choice.key)]
        return [self.summary, *self.controls.values(), *groups]

    def _all_groups(self, key: str) -> list[gr.Column]:
        return [group for kind in self._groups[key].values() for group in kind]

    def _show(self, key: str, chosen: str) -> Updates:
        """Let the fields of one way be seen."""
        return {
            group: gr.Column(elem_classes=present_if(kind == chosen))
            for kind, parts in self._groups[key].items()
            for group in parts
        }

    def _fill(self, name: str) -> Updates:
        """Fill in a preset."""
        updates = self._put(fields.values_of(PRESETS[name].recipe))
        return updates | {self.reason: views.preset_reason(spec.preset_reason(name))}

    def _take(self, name: str) -> Updates:
        """Fill in the suggested preset."""
        return {self.preset: name, **self._fill(name), **self.suggested.taken()}

    def _put(self, values: dict[str, Any]) -> Updates:
        updates: Updates = {self.controls[key]: value for key, value in values.items() if key in self.controls}
        for choice in fields.CHOICES:
            updates |= self._show(choice.key, values[choice.key])
        return updates | {self.summary: views.recipe(values)}


def edit_of(control: gr.components.Component) -> Any:
    """The event after which somebody has given a control another value."""
    return control.blur if isinstance(control, (gr.Number, gr.Textbox)) else control.input
