"""The table in which target labels are matched to source labels, where they differ."""

from __future__ import annotations

from typing import ClassVar

import gradio as gr

from ui.handlers.uploads import Role, Slot, label_match
from ui.text import say
from ui.views.data import mapping_heading
from ui.wiring import Updates, listen, present_if


class LabelMapping:
    """A list of source labels for each target label that is none.

    Attributes:
        edited: Target label → source label, as somebody chose it.
        outputs: What :meth:`draw` sets.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("source", "target", "test")

    def __init__(self) -> None:
        self.edited = gr.State({})
        self.box = gr.Column(elem_classes=present_if(False, "g-card"), elem_id="mapping")
        self.outputs = [self.box, self.edited]

    def build(self, source: gr.State, target: gr.State, test: gr.State) -> None:
        """Place the table in its box, drawn anew whenever one of the files changes."""
        slots = [source, target, test]

        def table(source: Slot, target: Slot, test: Slot) -> None:
            match = label_match(source, target, test)
            if match is None or match.exact or source.accepted is None:
                return
            gr.HTML(mapping_heading(), apply_default_css=False)
            with gr.Row(elem_classes="g-corrections"):
                for label in (*match.mapping, *match.unmatched):
                    choice = gr.Dropdown(
                        choices=list(source.accepted.label_counts),
                        value=match.mapping.get(label),
                        label=say("data.mapping_label", label=label),
                        interactive=True,
                        min_width=200,
                    )
                    keep = lambda chosen, edited, label=label: {**edited, label: chosen}  # noqa: E731
                    listen(choice.input, keep, [choice, self.edited], [self.edited])

        with self.box:
            gr.render(inputs=slots, triggers=[slot.change for slot in slots], show_progress="hidden")(table)

    def draw(self, role: Role, slot: Slot, *slots: Slot) -> Updates:
        """Show the table where there is a match to make, as it is with the new file."""
        known = {**dict(zip(self.ROLES, slots, strict=True)), role: slot}
        match = label_match(*(known[name] for name in self.ROLES))
        updates: Updates = {
            self.box: gr.Column(elem_classes=present_if(match is not None and not match.exact, "g-card"))
        }
        if role in self.ROLES:
            updates[self.edited] = {}  # what was chosen for other labels does not count any more
        return updates
