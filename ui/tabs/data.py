"""The tab where people bring their own texts and start a training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from pipeline.spec import RunSpec
from ui.handlers import doctor, editing, estimate, ranking, recipes, training
from ui.page import COPY, Page
from ui.tabs.doctor import DoctorCard
from ui.tabs.estimate import EstimateCard
from ui.tabs.files import BroughtFiles
from ui.tabs.recipe import RecipeForm, edit_of
from ui.tabs.samples import SamplePicker
from ui.text import say
from ui.views import data as views
from ui.views import runs as run_views
from ui.wiring import LAST, QUEUED, Updates, listen, poll

SECONDS = 1.5  # between two looks at whether the Hub has answered


class DataTab:
    """The files, what the doctor says of them, source model, recipe, and the buttons that make a run of it."""

    id = "data"

    def __init__(self, page: Page) -> None:
        self.page = page
        with gr.Tab(say("data.tab"), id=self.id, elem_id="tab-data") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                gr.HTML(f'<p class="g-lead">{say("data.intro")}</p>', apply_default_css=False)
                self.samples = SamplePicker()
            self.origin = gr.HTML(elem_id="edited-from", apply_default_css=False)
            self.files = BroughtFiles(page)
            self.doctor = DoctorCard()
            self.recipe = RecipeForm(page)
            self.conflicts = gr.HTML(elem_id="conflicts", apply_default_css=False)
            with gr.Row(elem_classes="g-actions"):
                self.start = gr.Button(
                    say("data.start"), variant="primary", size="lg", elem_id="start-training", scale=0, min_width=220
                )
                self.ask = gr.Button(say("doctor.estimate"), size="lg", elem_id="estimate", scale=0, min_width=140)
                self.write = gr.Button(say("runs.recipe"), size="lg", elem_id="write-spec", scale=0, min_width=220)
            self.estimate = EstimateCard()
            self.recipe_text = gr.HTML(js_on_load=COPY, elem_id="form-spec", apply_default_css=False)
            self.timer = gr.Timer(SECONDS)

    def connect(self) -> None:
        """Wire the tab's events."""
        self.files.connect()
        fill = self.samples.fill.click
        listen(fill, self.files.fill, [self.samples.chosen], self.files.outputs, busy=self.samples.chosen)
        self.recipe.connect()
        picker = self.recipe.source
        poll(self.timer, self._look_for_hub, [picker.chosen], [self.timer, *self._hub_outputs])
        inputs = self._inputs
        opened = self.page.go_outputs("progress")
        listen(self.start.click, self._start, [self.page.visitor, *inputs], opened, busy=self.recipe.summary, **QUEUED)
        listen(self.write.click, self._write, inputs, [self.recipe_text])
        self.recipe.ranking.connect(self._rank, inputs)
        self.estimate.connect(self.ask, self._estimate, inputs)
        self._connect_edits()

    def _connect_edits(self) -> None:
        """What follows when the form may mean something else, and what besides when its data do.

        An event has one listener here: had it two that wait for their last answer, Gradio would repeat the event for
        each, and so on without end.
        """
        recipe, picker, rules = self.recipe, self.recipe.source, self.recipe.read_by_rules
        # An event looks up each of its inputs among all components of the page: what is checked at each edit is what
        # rules read, not the whole form.
        inputs = [self.estimate.current, self.files.brought, *self.files.inputs, *rules.values()]
        outputs = [self.conflicts, recipe.summary, *self.files.mapping.shown, *self.estimate.outdated]
        controls = recipe.read_by_doctor
        others = recipe.edits(key for key in recipe.controls if key not in controls)
        of_data = [*self.files.changes, *map(edit_of, controls.values()), *picker.changes]
        listen(partial(gr.on, others), self._check, inputs, outputs, **LAST)
        checked = listen(partial(gr.on, of_data), self._check, inputs, outputs, **LAST)
        read = [*self.files.inputs, *controls.values(), *picker.inputs, recipe.preset]
        drawn = [*self.doctor.outputs, *recipe.suggested.outputs]
        listen(checked.then, self._look, read, drawn, busy=self.doctor.report, **LAST)
        listen(self.doctor.ask.click, partial(self._look, asked=True), read, drawn, busy=self.doctor.report)

    @property
    def _inputs(self) -> list[Any]:
        """What a spec is made of."""
        return [*self.files.inputs, *self.recipe.inputs]

    @property
    def held(self) -> list[Any]:
        """All that somebody may have filled in, for :meth:`put_back`."""
        return [self.recipe.preset, *self._inputs]

    @property
    def form(self) -> list[Any]:
        """What :meth:`put_back` sets."""
        return [*self.files.outputs, *self.recipe.outputs]

    def put_back(self, values: Sequence[Any]) -> Updates:
        """Fill the form in as it was, in the words of the language that is spoken now."""
        files, mapping, form = self.files.read(values[1:])
        return {**self.files.put_back(files, mapping), **self.recipe.put_back(form, values[0])}

    @property
    def edited(self) -> list[Any]:
        """What :meth:`edit` sets."""
        return [self.page.tabs, self.origin, self.recipe_text, *self.form]

    def edit(self, visitor: str | None, run_id: str) -> Updates:
        """Put a run's spec into the form, on this tab."""
        draft = editing.draft(self.page.services, visitor, run_id)
        return {
            self.page.tabs: gr.Tabs(selected=self.id),
            self.origin: views.origin(draft),
            self.recipe_text: None,
            **self.files.put(draft.task, draft.slots, draft.dictionary, draft.mapping, draft.renamed),
            **self.recipe.put(draft.values, draft.sources),
        }

    @property
    def _hub_outputs(self) -> list[gr.components.Component]:
        boxes = [output for card in self.files.cards.values() for output in card.hub.outputs]
        return [*(output for picker in self.recipe.pickers.values() for output in picker.outputs), *boxes]

    def _look_for_hub(self, chosen: str | None) -> Updates:
        if self.page.services.hub.reachable is None:
            return gr.skip()
        updates: Updates = {self.timer: gr.Timer(active=False)}
        for picker in self.recipe.pickers.values():
            updates |= picker.refresh(chosen if picker is self.recipe.source else None)
        for card in self.files.cards.values():
            updates |= card.hub.refresh()
        return updates

    def _look(self, *values: Any, asked: bool = False) -> Updates:
        """What the doctor says."""
        files, mapping, rest = self.files.read(values)
        controls, services = self.recipe.read_by_doctor, self.page.services
        *chosen, preset = rest[len(controls) :]
        found = doctor.check_up(
            services,
            files,
            mapping=mapping,
            source=doctor.source_if_any(services, *chosen),
            values=dict(zip(controls, rest, strict=False)),
            asked=asked,
        )
        suggestion = found.diagnosis.suggestion if found.diagnosis else None
        return {**self.doctor.draw(found), **self.recipe.suggested.draw(suggestion, preset)}

    def _rank(self, *values: Any) -> ranking.Places:
        files, _, form = self.files.read(values)
        source, recipe = self.recipe.read(form)
        return ranking.rank(self.page.services, files, source, recipe)

    def _estimate(self, *values: Any) -> estimate.Forecast:
        return estimate.forecast(self.page.services, self._spec(*values))

    def _check(self, estimated: bool, brought: str, *values: Any) -> Updates:
        files, _, form = self.files.read(values)
        read = dict(zip(self.recipe.read_by_rules, form, strict=True))
        return {
            self.conflicts: views.conflicts(training.conflicts(files, read)),
            self.recipe.summary: views.recipe(read),
            **self.files.show_match(brought, files),
            **self.estimate.outdate(estimated),
        }

    def _write(self, *values: Any) -> str:
        return run_views.recipe(recipes.recipe(self.page.services, self._spec(*values)))

    def _spec(self, *values: Any) -> RunSpec:
        files, mapping, form = self.files.read(values)
        source, recipe = self.recipe.read(form)
        return training.spec_of(self.page.services, files, mapping=mapping, source=source, values=recipe)

    def _start(self, visitor: str | None, *values: Any) -> Updates:
        files, mapping, form = self.files.read(values)
        source, recipe = self.recipe.read(form)
        record = training.start(self.page.services, visitor, files, mapping=mapping, source=source, values=recipe)
        return self.page.go("progress", visitor, record.id)
