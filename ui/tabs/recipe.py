"""The form of a new run: the source model and the recipe, generated from the spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pipeline.spec import HubSource, LocalSource, RunSpec, SourceSpec
from ui import fields, forms
from ui.handlers import training as handlers
from ui.page import Page
from ui.text import say
from ui.views import data as views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if


class RecipeForm:
    """Source model, and the fields of :mod:`ui.fields`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.controls: dict[str, gr.components.Component] = {}
        self._groups: dict[str, dict[str, list[gr.Column]]] = {choice.key: {} for choice in fields.CHOICES}
        with gr.Column(elem_classes="g-card"):
            self._build_source()
        with gr.Column(elem_classes="g-card"):
            info = RunSpec.model_fields["recipe"]
            gr.HTML(heading(info.title or "", info.description or ""), apply_default_css=False)
            for choice in fields.CHOICES:
                self._build_choice(choice)
            with gr.Accordion(say("data.more_options"), open=False, elem_id="more-options"):
                with gr.Row(elem_classes="g-corrections"):
                    for field in (*fields.RUN, *fields.DATA):
                        self.controls[field.key] = forms.component(field)
                for choice in fields.CHOICES:
                    self._build_fields(choice, choice.more, titled=True)
        self._source = [self.source, self.hub_id, self.folder]
        self.inputs = [*self._source, *self.controls.values()]

    def _build_source(self) -> None:
        found = handlers.source_choices(self.page.services)
        info = RunSpec.model_fields["source"]
        self.source = gr.Dropdown(
            choices=found.choices,
            value=found.default,
            label=info.title,
            info=info.description,
            filterable=False,
            elem_id="source-model",
        )
        self.note = gr.HTML(views.source_note(found.note), apply_default_css=False)
        self.hub_id = forms.component(
            fields.SpecField(("source",), "repo_id", HubSource, ""), elem_classes=present_if(False)
        )
        self.folder = forms.component(
            fields.SpecField(("source",), "path", LocalSource, ""), elem_classes=present_if(False)
        )

    def _build_choice(self, choice: fields.Choice) -> None:
        with gr.Row(elem_classes="g-way"):
            with gr.Column(scale=3, min_width=300):
                self.controls[choice.key] = forms.choice(choice)
            with gr.Column(scale=1, min_width=200):
                self._build_fields(choice, choice.fields)

    def _build_fields(self, choice: fields.Choice, names: dict[str, tuple[str, ...]], *, titled: bool = False) -> None:
        """The fields of each way; only those of the chosen one are seen."""
        for kind, shown in names.items():
            with gr.Column(elem_classes=present_if(kind == choice.default)) as group:
                if titled:
                    gr.HTML(heading(choice.info.title or "", level=4), apply_default_css=False)
                with gr.Row(elem_classes="g-corrections"):
                    for field in choice.shown(kind, shown):
                        self.controls[field.key] = forms.component(field)
            self._groups[choice.key].setdefault(kind, []).append(group)

    def connect(self) -> None:
        """Wire the form's own events."""
        for choice in fields.CHOICES:
            groups = self._groups[choice.key]
            outputs = [group for kind in groups.values() for group in kind]

            def show(chosen: str, groups: dict[str, list[gr.Column]] = groups) -> Updates:
                return {
                    group: gr.Column(elem_classes=present_if(kind == chosen))
                    for kind, parts in groups.items()
                    for group in parts
                }

            listen(self.controls[choice.key].input, show, [self.controls[choice.key]], outputs)
        listen(
            self.source.input,
            lambda chosen: {
                self.hub_id: gr.Textbox(elem_classes=present_if(chosen == handlers.HUB)),
                self.folder: gr.Textbox(elem_classes=present_if(chosen == handlers.FOLDER)),
            },
            [self.source],
            [self.hub_id, self.folder],
        )

    def sources(self, chosen: str | None) -> Updates:
        """The list of sources as it is now; what was chosen stays chosen if it can."""
        found = handlers.source_choices(self.page.services)
        value = chosen if chosen in [choice for _, choice in found.choices] else found.default
        return {self.source: gr.Dropdown(choices=found.choices, value=value), self.note: views.source_note(found.note)}

    def read(self, values: Sequence[Any]) -> tuple[SourceSpec, dict[str, Any]]:
        """The source, and the fields' values by key."""
        count = len(self._source)
        source = handlers.source_of(self.page.services, *values[:count])
        return source, dict(zip(self.controls, values[count:], strict=True))
