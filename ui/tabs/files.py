"""What people bring for a run: the task, a card for each file, and how labels are matched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from pipeline.samples import SAMPLES
from pipeline.spec import TaskName
from ui.answering import anew
from ui.handlers import training, uploads
from ui.page import Page
from ui.sessions import by_now
from ui.tabs.dataset import DatasetCard, DictionaryCard
from ui.tabs.mapping import LabelMapping
from ui.tabs.task import DEFAULT, TaskPicker
from ui.text import say
from ui.views import data as views
from ui.wiring import LAST, Updates, listen, stamp

Slots = dict[uploads.Role, uploads.Slot]


class BroughtFiles:
    """The upper half of the data tab.

    Attributes:
        task: What is to be learned.
        cards: By role: the file that was brought for it.
        brought: Changes once with any number of files, where each file's own state would set off the same events.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        picker = TaskPicker()
        self.task, self.hint = picker.chosen, picker.hint
        with gr.Row(elem_classes="g-columns"):
            self.cards = {role: DatasetCard(page, role) for role in uploads.MAIN_ROLES}
        self.mapping = LabelMapping()
        with (
            gr.Accordion(say("data.more_files"), open=False, elem_id="more-files"),
            gr.Row(elem_classes="g-files"),
        ):
            others = [role for role in uploads.ROLES if role not in self.cards]
            self.cards |= {role: DatasetCard(page, role) for role in others}
            self.dictionary = DictionaryCard(page)
        self.brought = stamp()
        self._read_as = gr.State(DEFAULT)  # the task for which the files were read; Gradio may tell of a choice twice
        self._slots = [card.slot for card in self.cards.values()]
        matched = [self.cards[role].slot for role in LabelMapping.ROLES]
        self.mapping.build(self.task, *matched)

    def connect(self) -> None:
        """Wire the events of the task and of the cards."""
        for card in self.cards.values():
            card.connect(self.task, self._after, [*self.mapping.outputs, self.brought])
        self.dictionary.connect(self._stamp, [self.brought])
        chosen = [self.task, self._read_as, *self._slots]
        listen(self.task.input, self._look_again, chosen, [self._read_as, *self._drawn], busy=self.hint, **LAST)

    @property
    def changes(self) -> list[Any]:
        """The events after which other files are there, or their labels are matched otherwise."""
        return [self.brought.change, *self.mapping.changes]

    @property
    def inputs(self) -> list[Any]:
        """What :meth:`read` reads."""
        return [self.task, *self._slots, self.dictionary.slot, self.mapping.edited, self.mapping.renamed]

    @property
    def outputs(self) -> list[Any]:
        """What :meth:`put` sets."""
        return [self.task, self._read_as, *self._drawn, *self.dictionary.outputs]

    @property
    def _drawn(self) -> list[Any]:
        """What changes with the texts."""
        cards = [output for card in self.cards.values() for output in card.outputs]
        return [self.hint, *cards, *self.mapping.outputs, self.brought]

    def read(self, values: Sequence[Any]) -> tuple[training.Files, dict[str, str], list[Any]]:
        """What was brought, how labels were matched, and what else the form holds."""
        count = len(self._slots)
        slots = dict(zip(self.cards, values[1 : count + 1], strict=True))
        dictionary, mapping, renamed, *rest = values[count + 1 :]
        return training.Files(slots, dictionary, values[0], renamed), mapping, rest

    def show_match(self, brought: str, files: training.Files) -> Updates:
        """Show the labels' tables where there is a match to make, once it is known what there is by now.

        Not in the event that brings a file: another one that ends beside it knows no more of it than it of the other.
        """
        return self.mapping.show(brought, *(files.slots[role] for role in LabelMapping.ROLES))

    def fill(self, name: str) -> Updates:
        """Bring a sample."""
        slots, dictionary = uploads.sample(self.page.services, name)
        return self.put(SAMPLES[name].task, slots, dictionary, {}, {})

    def put_back(self, files: training.Files, mapping: dict[str, str]) -> Updates:
        """Bring what was there on another page, whose session is over: each file is looked at again."""
        slots = self._read_for(files.task, files.slots)
        return self.put(files.task, slots, files.dictionary, mapping, files.renamed)

    def put(
        self,
        task: TaskName,
        slots: Slots,
        dictionary: uploads.DictionarySlot,
        mapping: dict[str, str],
        renamed: dict[str, str],
    ) -> Updates:
        """Bring files all at once, with how their labels are matched and what the source's are called."""
        return {
            self.task: task,
            self._read_as: task,
            **self._draw(slots, task),
            self.mapping.edited: mapping,
            self.mapping.renamed: renamed,
            **self.dictionary.draw(dictionary),
        }

    def _look_again(self, task: TaskName, before: TaskName, *given: uploads.Slot) -> Updates:
        """What was brought, read as another task wants it; what is removed or replaced meanwhile does not come back.

        An empty card stays as it is: a file that comes to it meanwhile may be there before this is.
        """
        if task == before:
            return gr.skip()
        slots = dict(zip(self.cards, given, strict=True))
        while True:
            found = self._read_for(task, slots)
            now = {role: by_now(card.slot, slots[role]) for role, card in self.cards.items()}
            if all(now[role] is slot for role, slot in slots.items()):
                held = {role: found[role] for role, slot in slots.items() if not slot.empty}
                return {self._read_as: task, **self._draw(held, task)}
            slots = now

    def _read_for(self, task: TaskName, slots: Slots) -> Slots:
        return {role: uploads.look_again(self.page.services, slot, role, task) for role, slot in slots.items()}

    def _draw(self, slots: Slots, task: TaskName) -> Updates:
        updates: Updates = {self.hint: views.task_hint(task)}
        for role, slot in slots.items():
            updates |= self.cards[role].draw(slot, task)
        return updates | self._after("source")

    def _after(self, role: uploads.Role) -> Updates:
        """What changes with a file besides its card."""
        return {**self.mapping.forget(role), **self._stamp()}

    def _stamp(self) -> Updates:
        return {self.brought: anew()}
