"""The tab where people bring their own texts and start a training."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.handlers import training, uploads
from ui.page import Page
from ui.tabs.dataset import DatasetCard, DictionaryCard
from ui.tabs.recipe import RecipeForm
from ui.text import say
from ui.views import data as views
from ui.wiring import Updates, listen, poll, present_if

SECONDS = 1.5  # between two looks at whether the Hub has answered


class DataTab:
    """Uploads, label mapping, source model, recipe."""

    id = "data"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("data.tab"), id=self.id, elem_id="tab-data") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                gr.HTML(f'<p class="g-lead">{say("data.intro")}</p>', apply_default_css=False)
                self.fill = gr.Button(say("data.fill_samples"), elem_id="fill-samples", scale=0, min_width=180)
            with gr.Row(elem_classes="g-columns"):
                self.cards = {role: DatasetCard(page, role, required=True) for role in uploads.ROLES[:2]}
            with gr.Column(elem_classes=present_if(False, "g-card"), elem_id="mapping") as self.mapping_box:
                self._build_mapping()
            with (
                gr.Accordion(say("data.more_files"), open=False, elem_id="more-files"),
                gr.Row(elem_classes="g-columns"),
            ):
                self.cards |= {role: DatasetCard(page, role, required=False) for role in uploads.ROLES[2:]}
                self.dictionary = DictionaryCard(page)
            self.recipe = RecipeForm(page)
            self.start = gr.Button(
                say("data.start"), variant="primary", size="lg", elem_id="start-training", scale=0, min_width=220
            )
            self.timer = gr.Timer(SECONDS)
        self._slots = [card.slot for card in self.cards.values()]

    def _build_mapping(self) -> None:
        source, target = self.cards["source"].slot, self.cards["target"].slot
        self.mapping = gr.State({})

        @gr.render(inputs=[source, target], triggers=[source.change, target.change], show_progress="hidden")
        def table(source: uploads.Slot, target: uploads.Slot) -> None:
            match = uploads.label_match(source, target)
            if match is None or match.exact or source.accepted is None:
                return
            gr.HTML(views.mapping_heading(), apply_default_css=False)
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
                    listen(choice.input, keep, [choice, self.mapping], [self.mapping])

    def connect(self) -> None:
        """Wire the tab's events."""
        pair = [self.cards["source"].slot, self.cards["target"].slot]
        matching = [self.mapping_box, self.mapping]
        for card in self.cards.values():
            card.connect(self._match, pair, matching)
        self.dictionary.connect()
        filled = [output for card in self.cards.values() for output in card.outputs]
        listen(self.fill.click, self._fill, [], [*filled, *self.dictionary.outputs, *matching], show_progress="minimal")
        self.recipe.connect()
        poll(self.timer, self._look_for_hub, [self.recipe.source], [self.timer, self.recipe.source, self.recipe.note])
        listen(
            self.start.click,
            self._start,
            [self.page.visitor, *self._slots, self.dictionary.slot, self.mapping, *self.recipe.inputs],
            self.page.go_outputs("progress"),
            show_progress="minimal",
        )

    def _match(self, role: uploads.Role, slot: uploads.Slot, source: uploads.Slot, target: uploads.Slot) -> Updates:
        """Show the mapping of labels where there is one to make, as it is with the new file."""
        source, target = (slot if role == "source" else source), (slot if role == "target" else target)
        match = uploads.label_match(source, target)
        updates: Updates = {
            self.mapping_box: gr.Column(elem_classes=present_if(match is not None and not match.exact, "g-card"))
        }
        if role in ("source", "target"):
            updates[self.mapping] = {}  # what was chosen for other labels does not count any more
        return updates

    def _look_for_hub(self, chosen: str | None) -> Updates:
        if self.page.services.hub.reachable is None:
            return gr.skip()
        return {self.timer: gr.Timer(active=False), **self.recipe.sources(chosen)}

    def _fill(self) -> Updates:
        slots, dictionary = uploads.samples(self.page.services)
        updates: Updates = {self.mapping_box: gr.Column(elem_classes=present_if(False, "g-card")), self.mapping: {}}
        for role, card in self.cards.items():
            updates |= card.draw(slots[role])
        return updates | self.dictionary.draw(dictionary)

    def _start(self, visitor: str | None, *values: Any) -> Updates:
        count = len(self._slots)
        slots = dict(zip(self.cards, values[:count], strict=True))
        dictionary, mapping, *form = values[count:]
        source, recipe = self.recipe.read(form)
        record = training.start(
            self.page.services,
            visitor,
            training.Files(slots, dictionary),
            mapping=mapping,
            source=source,
            values=recipe,
        )
        return self.page.go("progress", visitor, record.id)
