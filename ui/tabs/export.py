"""The tab that turns a run's models into ONNX files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.spec import ModelName
from ui import fields, forms
from ui.handlers import export as handlers
from ui.handlers.places import places_of
from ui.handlers.progress import choose_run
from ui.handlers.variants import variant_title
from ui.page import COPY, Page, run_dropdown
from ui.tabs.speed import SpeedCard
from ui.text import say
from ui.views import export as views
from ui.views.html import heading, tag
from ui.wiring import QUEUED, Updates, listen, present_if


class ExportTab:
    """Options for a new export, what there is and how fast it is, a zip file, snippets."""

    id = "export"

    def __init__(self, page: Page) -> None:
        self.page = page
        self._zips = tempfile.TemporaryDirectory(prefix="graft-")
        with gr.Tab(say("export.tab"), id=self.id, elem_id="tab-export") as self.tab:
            with gr.Row(elem_classes="g-bar-row"):
                self.run = run_dropdown("export-run")
            self.empty = gr.HTML(views.nothing(), apply_default_css=False)
            with gr.Column(elem_classes=present_if(False)) as self.body:
                self.variants = gr.HTML(elem_id="variants", apply_default_css=False)
                with gr.Column(elem_classes="g-card"):
                    gr.HTML(heading(say("export.new"), say("export.new_hint")), apply_default_css=False)
                    with gr.Row(elem_classes="g-corrections"):
                        self.options = {field.name: forms.component(field) for field in fields.EXPORT}
                    with (
                        gr.Accordion(say("export.gate"), open=False, elem_id="fold-gate", elem_classes="g-fold"),
                        gr.Row(elem_classes="g-corrections"),
                    ):
                        self.options |= {field.name: forms.component(field) for field in fields.GATE}
                    with gr.Accordion(say("export.matrix"), open=False, elem_id="fold-matrix", elem_classes="g-fold"):
                        gr.HTML(views.matrix(), elem_id="matrix", apply_default_css=False)
                    self.export = gr.Button(
                        say("export.export"), variant="primary", elem_id="start-export", scale=0, min_width=160
                    )
                with gr.Column(elem_classes=present_if(False, "g-card"), elem_id="speed-card") as self.timed:
                    self.speed = SpeedCard(page)
                with gr.Column(elem_classes=present_if(False, "g-card")) as self.away:
                    self._build_away()
        self.outputs = [page.current, self.run, self.empty, self.body, self.variants, self.away, self.model, self.file]
        self.outputs += [self.variant, self.snippets, self.pushed, self.options["model"], self.timed]
        self.outputs += self.speed.outputs
        page.run_tabs[self.id] = self

    def _build_away(self) -> None:
        gr.HTML(heading(say("export.download_title")), apply_default_css=False)
        with gr.Row(elem_classes="g-bar-row"):
            self.model = gr.Dropdown(
                choices=[],
                label=say("export.download_model"),
                filterable=False,
                interactive=True,
                elem_id="export-model",
            )
            self.variant = gr.Dropdown(
                choices=[],
                label=say("export.download_variant"),
                filterable=False,
                interactive=True,
                elem_id="export-variant",
            )
            self.prepare = gr.Button(say("export.prepare"), elem_id="prepare-zip", scale=0, min_width=160)
            self.file = gr.DownloadButton(
                say("export.download", name="zip"),
                elem_classes=present_if(False),
                variant="primary",
                elem_id="download",
                scale=0,
                min_width=240,
            )
        self._build_push()
        gr.HTML(heading(say("export.snippets"), level=3), apply_default_css=False)
        self.snippets = gr.HTML(js_on_load=COPY, apply_default_css=False)

    def _build_push(self) -> None:
        with gr.Accordion(say("export.push_title"), open=False, elem_id="fold-push", elem_classes="g-fold"):
            gr.HTML(tag("p", say("export.push_hint"), class_="g-hint"), apply_default_css=False)
            with gr.Row(elem_classes="g-corrections"):
                self.repo = gr.Textbox(
                    label=say("export.push_repo"),
                    placeholder="OWNER/NAME",
                    max_length=200,
                    max_lines=1,
                    elem_id="push-repo",
                )
                self.token = gr.Textbox(
                    label=say("export.push_token"),
                    info=say("export.push_token_hint"),
                    type="password",
                    max_length=200,
                    max_lines=1,
                    elem_id="push-token",
                    html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                )
                self.private = gr.Checkbox(value=True, label=say("export.push_private"), elem_id="push-private")
            self.push = gr.Button(say("export.push"), elem_id="push", scale=0, min_width=160)
            self.pushed = gr.HTML(elem_id="pushed", apply_default_css=False)

    def connect(self) -> None:
        """Wire the tab's events."""
        page, here = self.page, [self.page.visitor, self.page.current]
        listen(self.tab.select, self.show, here, self.outputs)
        listen(self.run.input, self.show, [page.visitor, self.run], self.outputs)
        chosen = [page.visitor, self.run]
        listen(
            self.export.click,
            self._export,
            [*chosen, *self.options.values()],
            page.go_outputs("progress"),
            busy=self.options["model"],
            **QUEUED,
        )
        ticks = [self.options[name] for name in ("optimisation", "quantisation")]
        listen(self.options["provider"].input, handlers.suited, [self.options["provider"], *ticks], ticks)
        self.speed.connect(self.run)
        which = [*chosen, self.model, self.variant]
        about = [self.file, self.snippets, self.pushed]
        listen(self.model.input, self._choose, [*chosen, self.model], [self.variant, *about])
        listen(self.variant.input, self._choose, which, about)
        pushed = [*which, self.repo, self.private, self.token]
        done = listen(self.push.click, self._push, pushed, [self.pushed], busy=self.pushed, **QUEUED)
        listen(done.then, lambda: "", [], [self.token])  # whether it failed or not
        listen(self.prepare.click, self._zip, which, [self.file], busy=self.file)

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """Show what was exported of a run; without one, of the newest that is finished."""
        services = self.page.services
        chosen = choose_run(services, visitor, run_id, finished=True)
        if chosen is None:
            return {self.empty: views.nothing(), self.body: gr.Column(elem_classes=present_if(False))}
        exports = handlers.exports_of(services, visitor, chosen)
        runs = {name: places_of(services, chosen, report) for name, report in exports.reports.items()}
        models = list(exports.reports)
        model = "transferred" if "transferred" in models else next(iter(models), None)
        updates: Updates = {
            self.page.current: chosen,
            self.run: self.page.run_choices(visitor, chosen, finished=True),
            self.empty: None,
            self.body: gr.Column(elem_classes=present_if(True)),
            self.variants: views.variants(exports, runs),
            self.options["model"]: gr.Dropdown(choices=handlers.exportable(services, visitor, chosen)),
            self.timed: gr.Column(elem_classes=present_if(models, "g-card")),
            **self.speed.show(visitor, chosen, exports.reports, model, runs),
            self.away: gr.Column(elem_classes=present_if(models, "g-card")),
            self.model: gr.Dropdown(choices=[(say(f"common.model.{name}"), name) for name in models], value=model),
        }
        return updates | (self._choose(visitor, chosen, model) if model else {})

    def _choose(self, visitor: str | None, run_id: str, model: ModelName, variant: str | None = None) -> Updates:
        """Show what there is of a model, its served variant chosen, or of the variant that is."""
        services = self.page.services
        exports = handlers.exports_of(services, visitor, run_id)
        updates: Updates = {self.file: gr.DownloadButton(elem_classes=present_if(False)), self.pushed: None}
        report = exports.reports.get(model)
        if report is None:
            return updates | {self.snippets: views.snippets("…", exports.task)}
        if variant is None:
            names = [(variant_title(one.name, passed=one.parity.passed), one.name) for one in report.variants]
            updates[self.variant] = gr.Dropdown(choices=names, value=report.served)
        place = handlers.place_of(services, run_id, report, variant or report.served)
        return updates | {self.snippets: views.snippets(place, exports.task)}

    def _export(self, visitor: str | None, run_id: str, *values: Any) -> Updates:
        options = dict(zip(self.options, values, strict=True))
        record = handlers.export(self.page.services, visitor, run_id, options)
        return self.page.go("progress", visitor, record.id)

    def _push(self, visitor: str | None, run_id: str, model: ModelName, *given: Any) -> Updates:
        variant, repo, private, token = given
        address = handlers.push_export(
            self.page.services,
            visitor,
            run_id,
            model,
            repo or "",
            private=bool(private),
            token=token or "",
            variant=variant or "",
        )
        return {self.pushed: views.pushed(address)}

    def _zip(self, visitor: str | None, run_id: str, model: ModelName, variant: str | None) -> Any:
        # Gradio takes its own copy from there: the runs' folder is closed to it.
        folder = Path(self._zips.name)
        file = handlers.zip_export(self.page.services, visitor, run_id, model, folder, variant=variant or "")
        return gr.DownloadButton(say("export.download", name=file.name), value=file, elem_classes=present_if(True))
