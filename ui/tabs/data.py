"""The tab where people bring their own texts and start a training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from pipeline.spec import RunSpec, TaskName
from pipeline.tasks import TASKS
from ui.handlers import training, uploads
from ui.page import Page
from ui.tabs.dataset import DatasetCard, DictionaryCard
from ui.tabs.mapping import LabelMapping
from ui.tabs.recipe import RecipeForm
from ui.text import say
from ui.views import data as views
from ui.wiring import Updates, listen, poll

SECONDS = 1.5  # between two looks at whether the Hub has answered


class DataTab:
    """Task, uploads, label mapping, source model, recipe."""

    id = "data"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("data.tab"), id=self.id, elem_id="tab-data") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                gr.HTML(f'<p class="g-lead">{say("data.intro")}</p>', apply_default_css=False)
                self.fill = gr.Button(say("data.fill_samples"), elem_id="fill-samples", scale=0, min_width=180)
            self._build_task()
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
            self.recipe = RecipeForm(page)
            self.conflicts = gr.HTML(elem_id="conflicts", apply_default_css=False)
            self.start = gr.Button(
                say("data.start"), variant="primary", size="lg", elem_id="start-training", scale=0, min_width=220
            )
            self.timer = gr.Timer(SECONDS)
        self._slots = [card.slot for card in self.cards.values()]
        self.mapping.build(*(self.cards[role].slot for role in LabelMapping.ROLES))

    def _build_task(self) -> None:
        info = RunSpec.model_fields["task"]
        with gr.Row(elem_classes="g-bar-row"):
            self.task = gr.Dropdown(
                choices=[(task.title, name) for name, task in TASKS.items()],
                value=info.default,
                label=info.title,
                info=info.description,
                filterable=False,
                elem_id="task",
                min_width=260,
            )
            self.hint = gr.HTML(views.task_hint(info.default), elem_id="task-hint", apply_default_css=False)

    def connect(self) -> None:
        """Wire the tab's events."""
        matched = [self.cards[role].slot for role in LabelMapping.ROLES]
        for card in self.cards.values():
            card.connect(self.task, self.mapping.draw, matched, self.mapping.outputs)
        self.dictionary.connect()
        drawn = [output for card in self.cards.values() for output in card.outputs]
        drawn += [self.hint, *self.mapping.outputs]
        listen(self.task.input, self._look_again, [self.task, *self._slots], drawn, show_progress="minimal")
        filled = [self.task, *drawn, *self.dictionary.outputs]
        listen(self.fill.click, self._fill, [], filled, show_progress="minimal")
        self.recipe.connect()
        picker = self.recipe.source
        poll(self.timer, self._look_for_hub, [picker.chosen], [self.timer, *self._hub_outputs])
        inputs = [self.task, *self._slots, self.dictionary.slot, self.mapping.edited, *self.recipe.inputs]
        opened = self.page.go_outputs("progress")
        listen(self.start.click, self._start, [self.page.visitor, *inputs], opened, show_progress="minimal")
        edits = [*self.recipe.edits, *(slot.change for slot in self._slots)]
        listen(partial(gr.on, edits), self._check, inputs, [self.conflicts], trigger_mode="always_last")

    @property
    def _hub_outputs(self) -> list[gr.components.Component]:
        return [output for picker in self.recipe.pickers.values() for output in picker.outputs]

    def _look_for_hub(self, chosen: str | None) -> Updates:
        if self.page.services.hub.reachable is None:
            return gr.skip()
        updates: Updates = {self.timer: gr.Timer(active=False)}
        for picker in self.recipe.pickers.values():
            updates |= picker.refresh(chosen if picker is self.recipe.source else None)
        return updates

    def _fill(self) -> Updates:
        slots, dictionary = uploads.samples(self.page.services)
        task: TaskName = RunSpec.model_fields["task"].default
        return {self.task: task, **self._draw(slots, task), **self.dictionary.draw(dictionary)}

    def _look_again(self, task: TaskName, *given: uploads.Slot) -> Updates:
        """What was brought, read as another task wants it."""
        slots = zip(self.cards, given, strict=True)
        found = {role: uploads.look_again(self.page.services, slot, role, task) for role, slot in slots}
        return self._draw(found, task)

    def _draw(self, slots: dict[uploads.Role, uploads.Slot], task: TaskName) -> Updates:
        updates: Updates = {self.hint: views.task_hint(task)}
        for role, card in self.cards.items():
            updates |= card.draw(slots[role], task)
        return updates | self.mapping.draw("source", slots["source"], *(slots[role] for role in LabelMapping.ROLES))

    def _files(self, values: Sequence[Any]) -> tuple[training.Files, dict[str, str], list[Any]]:
        """What was brought, how labels were matched, and what the form holds."""
        count = len(self._slots)
        slots = dict(zip(self.cards, values[1 : count + 1], strict=True))
        dictionary, mapping, *form = values[count + 1 :]
        return training.Files(slots, dictionary, values[0]), mapping, form

    def _check(self, *values: Any) -> Updates:
        files, _, form = self._files(values)
        return {self.conflicts: views.conflicts(training.conflicts(files, self.recipe.values(form)))}

    def _start(self, visitor: str | None, *values: Any) -> Updates:
        files, mapping, form = self._files(values)
        source, recipe = self.recipe.read(form)
        record = training.start(self.page.services, visitor, files, mapping=mapping, source=source, values=recipe)
        return self.page.go("progress", visitor, record.id)
