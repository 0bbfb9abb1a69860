"""The control of an encoder: one of the list, an id of the Hub, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pipeline.spec import HubSource, LocalSource, SourceSpec
from ui.fields import SpecField
from ui.forms import component
from ui.handlers import sources as handlers
from ui.page import Page
from ui.views import data as views
from ui.wiring import Updates, listen, present_if


class SourcePicker:
    """Chooses a :data:`~pipeline.spec.SourceSpec`.

    Args:
        page: The page it stands on.
        title: What the model is for.
        description: Help on it.
        elem_id: Id of the list.
    """

    def __init__(self, page: Page, title: str, description: str, elem_id: str) -> None:
        self.page = page
        found = handlers.source_choices(page.services)
        self.chosen = gr.Dropdown(
            choices=found.choices,
            value=found.default,
            label=title,
            info=description,
            filterable=False,
            interactive=True,
            elem_id=elem_id,
        )
        self.note = gr.HTML(views.source_note(found.note), apply_default_css=False)
        revision = HubSource.model_fields["revision"].default
        path = (elem_id,)
        with gr.Row(elem_classes=present_if(False, "g-corrections")) as self.hub:
            self.hub_id = component(SpecField(path, "repo_id", HubSource, ""))
            self.revision = component(SpecField(path, "revision", HubSource, revision))
        self.folder = component(SpecField(path, "path", LocalSource, ""), elem_classes=present_if(False))
        self.inputs = [self.chosen, self.hub_id, self.revision, self.folder]
        self.outputs = [self.chosen, self.note]
        self.controls = [*self.inputs, self.hub]

    def connect(self) -> None:
        """Wire the control's own events."""
        listen(
            self.chosen.input,
            lambda chosen: {
                self.hub: gr.Row(elem_classes=present_if(chosen == handlers.HUB, "g-corrections")),
                self.folder: gr.Textbox(elem_classes=present_if(chosen == handlers.FOLDER)),
            },
            [self.chosen],
            [self.hub, self.folder],
        )

    @property
    def changes(self) -> list[Any]:
        """The events after which another source may be named."""
        return [self.chosen.change, self.hub_id.blur, self.revision.blur, self.folder.blur]

    def put(self, picked: handlers.Picked) -> Updates:
        """Choose a source; sets :attr:`controls`."""
        return {
            self.chosen: picked.choice,
            self.hub: gr.Row(elem_classes=present_if(picked.choice == handlers.HUB, "g-corrections")),
            self.hub_id: picked.hub_id,
            self.revision: picked.revision or HubSource.model_fields["revision"].default,
            self.folder: gr.Textbox(value=picked.folder, elem_classes=present_if(picked.choice == handlers.FOLDER)),
        }

    def refresh(self, chosen: str | None) -> Updates:
        """The list as it is now; what was chosen stays chosen if it can."""
        found = handlers.source_choices(self.page.services)
        value = chosen if chosen in [choice for _, choice in found.choices] else found.default
        return {self.chosen: gr.Dropdown(choices=found.choices, value=value), self.note: views.source_note(found.note)}

    def read(self, values: Sequence[Any]) -> SourceSpec:
        """The source that the values of :attr:`inputs` name.

        Raises:
            SourceError: It can't be used here.
            SpecError: It is no Hub id, or no revision.
        """
        return handlers.source_of(self.page.services, *values)
