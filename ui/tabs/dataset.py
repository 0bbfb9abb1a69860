"""The card of one upload: the file, what is wrong with it, how it is read, its labels and first rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from pipeline.data.inspection import Inspection
from pipeline.spec import DatasetSpec, TaskName
from ui.fields import SpecField
from ui.forms import component
from ui.handlers import uploads as handlers
from ui.handlers.training import role_title
from ui.page import Page
from ui.sessions import by_now
from ui.tabs.hub import HubBox
from ui.tabs.task import DEFAULT
from ui.text import say
from ui.views import data as views
from ui.wiring import LAST, Updates, listen, present_if


class DatasetCard:
    """One file of texts."""

    def __init__(self, page: Page, role: handlers.Role) -> None:
        self.page = page
        self.role = role
        self.slot = gr.State(handlers.Slot())
        shown = handlers.corrections(role, DEFAULT)
        with gr.Column(elem_classes="g-card", min_width=320):
            gr.HTML(views.slot_title(role), apply_default_css=False)
            self.file = upload_box(role)
            self.hub = HubBox(page, role)
            self.message = gr.HTML(elem_id=f"upload-{role}-message", apply_default_css=False)
            with gr.Column(elem_classes=present_if(False)) as self.details:
                self.status = gr.HTML(elem_id=f"upload-{role}-status", apply_default_css=False)
                with gr.Row(elem_classes="g-corrections"):
                    self.corrections = {
                        name: component(self._field(name), info=None, elem_classes=present_if(name in shown))
                        for name in handlers.READING
                    }
                self.labels = gr.HTML(apply_default_css=False)
                self.preview = gr.HTML(apply_default_css=False)
                self.remove = gr.Button(say("data.remove"), size="sm", scale=0, min_width=110)
        self.outputs = [self.slot, self.message, self.details, self.status, self.labels, self.preview]
        self.outputs += self.corrections.values()

    def _field(self, name: str) -> SpecField:
        return SpecField((self.role,), name, DatasetSpec, DatasetSpec.model_fields[name].default)

    def connect(self, task: gr.Dropdown, also: Callable[[handlers.Role], Updates], also_outputs: Sequence[Any]) -> None:
        """Wire the card's events; ``also`` tells what else changes with the file."""
        services, role = self.page.services, self.role

        def after(slot: handlers.Slot, task: TaskName) -> Updates:
            return {**self.draw(slot, task), **also(role)}

        def accept(visitor: str, task: TaskName, slot: handlers.Slot, path: str | None) -> Updates:
            found = handlers.accept(services, slot, role, path, task, visitor=visitor)
            # The box is ready for the next file; the status names the one in use.
            return {**after(found, task), self.file: None}

        def correct(task: TaskName, slot: handlers.Slot, *values: Any) -> Updates:
            wanted = dict(zip(self.corrections, values, strict=True))
            found, now = handlers.reread(services, slot, role, wanted, task), by_now(self.slot, slot)
            return after(found if now is slot else now, task)

        outputs = [*self.outputs, *also_outputs]
        brought = [self.page.visitor, task, self.slot, self.file]
        listen(self.file.upload, accept, brought, [*outputs, self.file], busy=self.file)
        self.hub.connect(task, self.slot, after, outputs)
        inputs = [task, self.slot, *self.corrections.values()]
        for control in self.corrections.values():
            event = control.blur if isinstance(control, gr.Textbox) else control.input
            listen(event, correct, inputs, outputs, **LAST)
        listen(self.remove.click, lambda task: after(handlers.Slot(), task), [task], outputs)

    def draw(self, slot: handlers.Slot, task: TaskName) -> Updates:
        """What the card looks like with this in its slot."""
        updates: Updates = {
            self.slot: slot,
            self.message: views.messages(slot),
            self.details: gr.Column(elem_classes=present_if(slot.shown is not None)),
            self.status: views.status(slot),
            self.labels: views.labels(slot),
            self.preview: views.preview(slot),
        }
        return updates if slot.shown is None else updates | self._draw_corrections(slot.shown, task)

    def _draw_corrections(self, shown: Inspection, task: TaskName) -> Updates:
        """How the file was read, and what of it can be corrected."""
        asked = handlers.corrections(self.role, task)
        missing = shown.dataset.skip_missing or any(problem.code == "missing" for problem in shown.problems)
        updates: Updates = {}
        for name, control in self.corrections.items():
            needed = name in asked and (missing or name != "skip_missing")
            value = getattr(shown.dataset, name)
            look: dict[str, Any] = {"value": value, "elem_classes": present_if(needed)}
            if isinstance(control, gr.Textbox):
                look["value"] = value or ""  # Gradio's text box breaks on null
            if name.endswith("_column"):
                look["choices"] = shown.columns
            if name == "group_column":  # the one that a file can do without
                look["choices"] = [(say("data.no_groups"), ""), *shown.columns]
                look["value"] = value or ""
            updates[control] = type(control)(**look)
        return updates


class DictionaryCard:
    """The optional dictionary."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slot = gr.State(handlers.DictionarySlot())
        with gr.Column(elem_classes="g-card", min_width=320):
            gr.HTML(views.slot_title("dictionary"), apply_default_css=False)
            self.file = upload_box("dictionary")
            self.message = gr.HTML(elem_id="upload-dictionary-message", apply_default_css=False)
            self.status = gr.HTML(elem_id="upload-dictionary-status", apply_default_css=False)
            self.remove = gr.Button(
                say("data.remove"), size="sm", elem_classes=present_if(False), scale=0, min_width=110
            )
        self.outputs = [self.slot, self.message, self.status, self.remove]

    def connect(self, also: Callable[[], Updates], also_outputs: Sequence[Any]) -> None:
        """Wire the card's events; ``also`` tells what else changes with the file."""

        def accept(visitor: str, slot: handlers.DictionarySlot, path: str | None) -> Updates:
            found = handlers.accept_dictionary(self.page.services, slot, path, visitor)
            return {**self.draw(found), **also(), self.file: None}

        def remove() -> Updates:
            return {**self.draw(handlers.DictionarySlot()), **also()}

        outputs = [*self.outputs, *also_outputs]
        brought = [self.page.visitor, self.slot, self.file]
        listen(self.file.upload, accept, brought, [*outputs, self.file], busy=self.file)
        listen(self.remove.click, remove, [], outputs)

    def draw(self, slot: handlers.DictionarySlot) -> Updates:
        """What the card looks like with this in its slot."""
        return {
            self.slot: slot,
            self.message: views.dictionary_messages(slot),
            self.status: views.dictionary_status(slot),
            self.remove: gr.Button(elem_classes=present_if(slot.path is not None)),
        }


def upload_box(role: str) -> gr.File:
    """Where a file is dropped or chosen."""
    return gr.File(
        label=role_title(role),
        show_label=False,
        height=96,
        elem_id=f"upload-{role}",
        elem_classes="g-upload",
    )
