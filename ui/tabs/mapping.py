"""The tables in which labels are matched: the target's to the source's, or the source's called by other names."""

from __future__ import annotations

from typing import Any, ClassVar

import gradio as gr

from pipeline.data.labellings import LABELS
from pipeline.spec import DataSpec, TaskName
from ui.answering import anew
from ui.handlers.uploads import Role, Slot, label_match, likely_names, source_labels
from ui.text import say, spec
from ui.views.data import mapping_heading
from ui.views.html import heading
from ui.wiring import Updates, draw_anew, listen, present_if, stamp


class LabelMapping:
    """A list of source labels for each target label that is none, and a name for each source label.

    Attributes:
        edited: Target label → source label, as somebody chose it.
        renamed: Source label → what it is to be called, likewise.
        outputs: What :meth:`forget` sets.
        shown: What :meth:`show` sets.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("source", "target", "test")

    def __init__(self) -> None:
        self.edited, self.renamed = gr.State({}), gr.State({})
        self._matched, self._named = stamp(), stamp()  # change with what somebody chose
        self._filled = stamp()  # changes where all names were filled in, so that their table is drawn anew
        self._files = stamp()  # the files between whose labels there is a match to make; empty: there is none
        self.box = gr.Column(elem_classes=present_if(False, "g-card"), elem_id="mapping")
        self.outputs = [self.edited, self.renamed]
        self.shown = [self.box, self._files]

    def build(self, task: gr.Dropdown, source: gr.State, target: gr.State, test: gr.State) -> None:
        """Place the tables in their box, drawn anew after :meth:`show` wherever files have changed."""
        slots = [source, target, test]

        def matched(source: Slot, target: Slot, test: Slot, edited: dict[str, str], renamed: dict[str, str]) -> None:
            match = label_match(source, target, test, renamed)
            if match is None or match.exact:
                return
            known = source_labels(source, renamed)
            gr.HTML(mapping_heading(), apply_default_css=False)
            with gr.Row(elem_classes="g-corrections"):
                for label in (*match.mapping, *match.unmatched):
                    chosen = edited.get(label)
                    choice = gr.Dropdown(
                        choices=known,
                        value=chosen if chosen in known else match.mapping.get(label),
                        label=say("data.mapping_label", label=label),
                        interactive=True,
                        min_width=200,
                    )
                    keep = lambda chosen, edited, label=label: ({**edited, label: chosen}, anew())  # noqa: E731
                    listen(choice.input, keep, [choice, self.edited], [self.edited, self._matched])

        def named(task: TaskName, source: Slot, target: Slot, test: Slot, renamed: dict[str, str]) -> None:
            match = label_match(source, target, test)
            if source.accepted is None or match is None or match.exact:
                return
            with gr.Accordion(
                say("doctor.rename_title"), open=bool(renamed or match.unmatched), elem_id="source-labels"
            ):
                gr.HTML(
                    heading(spec.title(DataSpec, "source_label_mapping"), say("doctor.rename_why"), level=3),
                    apply_default_css=False,
                )
                with gr.Row(elem_classes="g-corrections"):
                    for label in source.accepted.label_counts:
                        choice = gr.Dropdown(
                            choices=names(label, task, target, test),
                            value=renamed.get(label, label),
                            label=say("doctor.rename_label", label=label),
                            allow_custom_value=True,
                            interactive=True,
                            min_width=200,
                        )
                        keep = lambda chosen, renamed, label=label: (rename(renamed, label, chosen), anew())  # noqa: E731
                        listen(choice.input, keep, [choice, self.renamed], [self.renamed, self._named])
                if likely_names(source, target, test):
                    fill = gr.Button(say("doctor.rename_fill"), size="sm", scale=0, elem_id="fill-names")
                    listen(
                        fill.click,
                        lambda *slots: (likely_names(*slots), anew(), anew()),
                        slots,
                        [self.renamed, self._named, self._filled],
                    )

        with self.box:
            draw_anew(matched, [*slots, self.edited, self.renamed], [self._files, self._named])
            draw_anew(named, [task, *slots, self.renamed], [self._files, self._filled])

    @property
    def changes(self) -> list[Any]:
        """The events after which labels may be matched otherwise."""
        return [self._matched.change, self._named.change]

    def show(self, brought: str, source: Slot, target: Slot, test: Slot) -> Updates:
        """Show the box where there is a match to make; ``brought`` is another word for other files.

        Elsewhere nothing is drawn: it would take from an upload box what was just put there (Gradio 6.17).
        """
        match = label_match(source, target, test)
        seen = match is not None and not match.exact
        return {self.box: gr.Column(elem_classes=present_if(seen, "g-card")), self._files: brought if seen else ""}

    def forget(self, role: Role) -> Updates:
        """What was chosen for the labels of a file before does not count any more."""
        updates: Updates = {self.edited: {}} if role in self.ROLES else {}
        return updates | {self.renamed: {}} if role == "source" else updates


def names(label: str, task: TaskName, target: Slot, test: Slot) -> list[tuple[str, str]]:
    """What a source label may be called: as it is, as a target label, or in a task that allows it, nothing at all."""
    other = target.accepted or test.accepted
    choices = {label: say("doctor.rename_same", label=label)}
    choices |= {name: name for name in (other.label_counts if other else ()) if name != label}
    if (dropped := LABELS[task].dropped) is not None:
        choices[dropped] = say("doctor.rename_drop")
    return [(title, name) for name, title in choices.items()]


def rename(renamed: dict[str, str], label: str, chosen: str | None) -> dict[str, str]:
    """The names with one of them changed; a label that keeps its own is not among them."""
    rest = {old: new for old, new in renamed.items() if old != label}
    name = (chosen or "").strip()
    return rest if name in ("", label) else {**rest, label: name}
