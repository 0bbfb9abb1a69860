"""The page: header, tabs, and what happens when it is opened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from pipeline.settings import Settings
from ui import access
from ui.api.registering import register
from ui.handlers.progress import requested_run
from ui.handlers.sharing import linked_run
from ui.handlers.start import active_run
from ui.handlers.uploads import MEGABYTE
from ui.languages import multilingual
from ui.page import ADDRESS, Page
from ui.services import Services
from ui.tabs.account import AccountBar
from ui.tabs.compare import CompareTab
from ui.tabs.data import DataTab
from ui.tabs.export import ExportTab
from ui.tabs.language import TAB_COOKIE, LanguageSwitch
from ui.tabs.progress import ProgressTab
from ui.tabs.start import StartTab
from ui.tabs.storage import StorageNotice
from ui.text import say
from ui.text.languages import LANGUAGES, LOCALES, speaking
from ui.views.start import guest_notice
from ui.wiring import Updates, listen, present_if, told_here

CACHE_SECONDS = (3600, 86_400)  # how often uploads and downloads in Gradio's cache are looked at, and kept
#: Lets the page be a report and nothing else, before anything of it is seen. What a guest may reach is for
#: :mod:`ui.access` to say; this is looks.
GUEST = f"""
if (new URLSearchParams(location.search).has('{access.REPORT}')) document.documentElement.classList.add('g-guest');
"""
SCRIPTS = ("again", "upload", "names", "pager")
HERE = Path(__file__).resolve().parent


def build(services: Services) -> gr.Blocks:
    """The whole page over these services, in every language; nothing is started by it."""
    return multilingual(
        lambda blocks: _fill(blocks, services),
        lambda: register(services),
        login=services.login,
        title=say("common.name"),
        analytics_enabled=False,
        delete_cache=CACHE_SECONDS,
    )


def _fill(blocks: gr.Blocks, services: Services) -> None:
    switch = LanguageSwitch()
    account, storage = AccountBar(services), StorageNotice(services)
    kept = gr.BrowserState("", storage_key="graft-visitor", secret=access.storage_secret(services.store))
    with gr.Column(elem_classes=present_if(False)):
        visitor = gr.Textbox(elem_id="visitor", label=say("common.visitor"))
        current = gr.Textbox(elem_id="current-run", label=say("common.choose_run"))
        told_here()
    notice = gr.HTML(elem_id="guest-notice", apply_default_css=False)
    with gr.Tabs(selected="start", elem_id="tabs") as tabs:
        page = Page(services, visitor, current, tabs)
        start, data = StartTab(page), DataTab(page)
        progress = ProgressTab(page, data)
        compare, export = CompareTab(page), ExportTab(page)
    for tab in (start, data, progress, compare, export):
        tab.connect()
    switch.connect(data)
    account.connect(kept, visitor, start, switch, data)
    current.change(None, [current], [], js=ADDRESS)
    _on_load(blocks, page, Arrival(start, data, switch, account, storage, kept, notice))


@dataclass(frozen=True)
class Arrival:
    """What is filled in when the page is opened, besides the tabs that show a run."""

    start: StartTab
    data: DataTab
    switch: LanguageSwitch
    account: AccountBar
    storage: StorageNotice
    kept: gr.BrowserState
    notice: gr.HTML


def _on_load(blocks: gr.Blocks, page: Page, parts: Arrival) -> None:
    """Know the visitor again, and open the run that the address names or that is at work, on the tab left before."""

    def arrive(token: str | None, request: gr.Request) -> Updates:
        link = request.query_params.get(access.REPORT)
        if link is not None:
            guest, shared = access.guest_of(link), linked_run(page.services, link)
            return {
                page.visitor: guest,
                parts.notice: guest_notice(shared is not None),
                **page.go("compare", guest, shared),
            }
        browser = token or access.new_visitor()
        visitor = parts.account.visitor(browser, request)
        updates: Updates = {parts.kept: browser, page.visitor: visitor, **parts.start.show(visitor)}
        updates |= parts.account.arrive(browser, request) | parts.storage.arrive()
        linked = requested_run(page.services, visitor, request.query_params.get("run"))
        active = active_run(page.services, visitor)
        run_id = linked or (active.id if active else None)
        left = request.cookies.get(TAB_COOKIE)
        if run_id:
            updates |= page.go("progress", visitor, run_id)
        if left in page.run_tabs:
            updates |= page.go(left, visitor, run_id)
        elif left:
            updates |= {page.tabs: gr.Tabs(selected=left)}
        return updates | parts.switch.arrive(request.cookies)

    shown = [output for tab in page.run_tabs for output in page.go_outputs(tab)]
    known = [parts.kept, page.visitor, parts.notice, *parts.account.outputs, *parts.storage.outputs]
    outputs = dict.fromkeys([*known, parts.switch.returning, *parts.start.outputs, *shown])
    listen(blocks.load, arrive, [parts.kept], list(outputs))


def head(settings: Settings) -> str:
    """What the page's head needs besides Gradio's own: the check of a file before it is sent, names, and pages."""
    limit = settings.max_upload_mb
    words = {LOCALES[language]: _words(language, limit) for language in LANGUAGES}
    facts = json.dumps({"limit": limit * MEGABYTE, "words": words}).replace("<", "\\u003c")
    scripts = "".join(f"<script>{script}</script>" for script in (*map(_script, SCRIPTS), GUEST))
    return f'<script type="application/json" id="graft-words">{facts}</script>{scripts}'


def _script(name: str) -> str:
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def _words(language: str, limit: float) -> dict[str, str]:
    """What scripts say, the places that the browser fills in still open."""
    with speaking(language):
        refusal = say("data.too_large", name="{name}", size="{size}", limit=f"{limit:g}")
        return {
            "refusal": f"{refusal} {say('data.too_large_remedy')}",
            "label": say("data.upload", title="{title}"),
            "tabs": say("common.more_tabs"),
        }
