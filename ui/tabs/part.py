"""One part of the recipe on the form: how it is done, and the fields of that way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from ui import forms
from ui.fields import Choice, SpecField
from ui.page import Page
from ui.tabs.source import SourcePicker
from ui.views.html import heading
from ui.wiring import LAST, Updates, listen, present_if, stamp


@dataclass(frozen=True)
class Ways:
    """What the fields held in the ways that were left, so that it is there again when somebody goes back to one.

    Attributes:
        now: The way that the fields show.
        left: Way → what its fields held, by key.
    """

    now: str
    left: dict[str, dict[str, Any]] = field(default_factory=dict, hash=False)  # Gradio hashes what a state holds


class PartForm:
    """The list of ways, and a control for each field; ways that declare a field alike share its control.

    A control for each field of each way would be three times as many, and a browser looks all of them through
    at every event of the form.

    Attributes:
        ways: What the fields hold, and held.
        shown: The way that the fields show; changes once they are those of another.
        controls: The list's and the fields' components, by key.
        pickers: The encoders', by key.
    """

    def __init__(self, page: Page, choice: Choice) -> None:
        self.page, self.choice = page, choice
        self.ways, self.shown = gr.State(Ways(choice.default)), stamp()
        self.controls: dict[str, gr.components.Component] = {}
        self.pickers: dict[str, SourcePicker] = {}
        self._groups: list[tuple[gr.Column, set[str]]] = []  # what is seen with any of these keys

    def build_front(self) -> None:
        """Place the list, and the fields that are seen at once."""
        with gr.Row(elem_classes="g-way"):
            with gr.Column(scale=3, min_width=300):
                self._build_list()
            with gr.Column(scale=1, min_width=200):
                self._build_fields(self.choice.front)

    def build_more(self) -> None:
        """Place the fields that stand under "More options", and the list unless it stands in front."""
        if not self.choice.in_front:
            self._build_list()
        self._build_fields(self.choice.more, title=self.choice.title if self.choice.in_front else "")

    def _build_list(self) -> None:
        self.controls[self.choice.key] = forms.choice(self.choice)

    def _build_fields(self, shown: Sequence[SpecField], title: str = "") -> None:
        with self._group({one.key for one in shown}):
            if title:
                gr.HTML(heading(title, level=3), apply_default_css=False)
            for one in shown:
                if one.is_source:
                    with self._group({one.key}):
                        self.pickers[one.key] = SourcePicker(self.page, one.title, one.description, "adopted-model")
            with gr.Row(elem_classes="g-corrections"):
                for one in shown:
                    if not one.is_source:
                        classes = present_if(one.key in self._default)
                        self.controls[one.key] = forms.component(one, elem_classes=classes)

    def _group(self, keys: set[str]) -> gr.Column:
        group = gr.Column(elem_classes=present_if(keys & self._default))
        self._groups.append((group, keys))
        return group

    @property
    def _default(self) -> set[str]:
        return self.choice.keys(self.choice.default)

    @property
    def _list(self) -> gr.components.Component:
        return self.controls[self.choice.key]

    @property
    def _fields(self) -> dict[str, gr.components.Component]:
        return {key: control for key, control in self.controls.items() if key != self.choice.key}

    @property
    def outputs(self) -> list[Any]:
        """What :meth:`put` sets."""
        return [self._list, *self._switched]

    @property
    def _switched(self) -> list[Any]:
        return [self.ways, self.shown, *self._fields.values(), *(group for group, _ in self._groups)]

    def connect(self) -> None:
        """Wire the part's own events."""
        held = [self._list, self.ways, *self._fields.values()]
        listen(self._list.input, self.switch, held, self._switched, **LAST)
        for picker in self.pickers.values():
            picker.connect()

    def switch(self, kind: str, ways: Ways, *held: Any) -> Updates:
        """Show the fields of another way, as they were left or as the spec has them."""
        left = {**ways.left, ways.now: dict(zip(self._fields, held, strict=True))}
        values = left.get(kind) or {one.key: one.shown(one.value) for one in self.choice.fields(kind)}
        return {self.ways: Ways(kind, left), **self._show(kind, values)}

    def put(self, values: dict[str, Any]) -> Updates:
        """Fill in the part from a form's values."""
        kind = values[self.choice.key]
        return {self._list: kind, self.ways: Ways(kind), **self._show(kind, values)}

    def _show(self, kind: str, values: dict[str, Any]) -> Updates:
        """Let the fields of one way be seen, with what they hold; the others keep what they have."""
        own = self.choice.keys(kind)
        updates: Updates = {group: gr.Column(elem_classes=present_if(own & keys)) for group, keys in self._groups}
        updates[self.shown] = kind
        for key, control in self._fields.items():
            held = {"value": values[key]} if key in own & values.keys() else {}
            updates[control] = gr.update(elem_classes=present_if(key in own), **held)
        return updates
