"""The page: header, tabs, and what happens when it is opened."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from pipeline.settings import Settings
from ui import access
from ui.handlers.progress import requested_run
from ui.handlers.start import active_run
from ui.handlers.uploads import MEGABYTE
from ui.page import ADDRESS, Page
from ui.services import Services
from ui.tabs.compare import CompareTab
from ui.tabs.data import DataTab
from ui.tabs.export import ExportTab
from ui.tabs.progress import ProgressTab
from ui.tabs.start import StartTab
from ui.text import TABLE, say
from ui.views.start import header
from ui.wiring import Updates, listen, present_if

CACHE_SECONDS = (3600, 86_400)  # how often uploads and downloads in Gradio's cache are looked at, and kept


def build(services: Services) -> gr.Blocks:
    """The whole page over these services; nothing is started by it."""
    with gr.Blocks(title=say("common.name"), analytics_enabled=False, delete_cache=CACHE_SECONDS) as blocks:
        gr.HTML(header(), apply_default_css=False)
        visitor = gr.BrowserState("", storage_key="graft-visitor", secret=access.storage_secret(services.store))
        with gr.Column(elem_classes=present_if(False)):
            current = gr.Textbox(elem_id="current-run", label=say("common.choose_run"))
        with gr.Tabs(selected="start", elem_id="tabs") as tabs:
            page = Page(services, visitor, current, tabs)
            start, data, progress = StartTab(page), DataTab(page), ProgressTab(page)
            compare, export = CompareTab(page), ExportTab(page)
        for tab in (start, data, progress, compare, export):
            tab.connect()
        current.change(None, [current], [], js=ADDRESS)
        _on_load(blocks, page, start)
    return blocks


def _on_load(blocks: gr.Blocks, page: Page, start: StartTab) -> None:
    """Know the visitor again, and open the run that the address names or that is at work."""

    def arrive(token: str | None, request: gr.Request) -> Updates:
        visitor = token or access.new_visitor()
        updates: Updates = {page.visitor: visitor, **start.show(visitor)}
        linked = requested_run(page.services, visitor, request.query_params.get("run"))
        active = active_run(page.services, visitor)
        if run_id := linked or (active.id if active else None):
            updates |= page.go("progress", visitor, run_id)
        return updates

    outputs = [page.visitor, *start.outputs, *page.go_outputs("progress")]
    listen(blocks.load, arrive, [page.visitor], outputs)


def head(settings: Settings) -> str:
    """What the page's head needs besides Gradio's own: the check of a file's size before it is sent."""
    limit = settings.max_upload_mb
    message = f"{TABLE['data.too_large'].replace('{limit}', f'{limit:g}')} {say('data.too_large_remedy')}"
    facts = json.dumps({"limit": limit * MEGABYTE, "message": message}).replace("<", "\\u003c")
    script = (Path(__file__).parent / "upload.js").read_text(encoding="utf-8")
    return f'<script type="application/json" id="graft-upload">{facts}</script><script>{script}</script>'
