"""The list of the visitor's runs, at the head of the tab that shows one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui.handlers import runs as handlers
from ui.page import PICK, Page
from ui.text import say
from ui.views import runs as views
from ui.wiring import Updates, listen, poll, present_if

SECONDS = 3.0  # between two looks at the queue


class RunList:
    """Runs, some at a time; the one that is looked at is marked.

    Attributes:
        outputs: What :meth:`show` sets.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = gr.HTML(js_on_load=PICK, elem_id="run-list", apply_default_css=False)
        with gr.Row(elem_classes=present_if(False, "g-pager")) as self.pager:
            self.previous = gr.Button(say("common.previous"), size="sm", scale=0, min_width=110)
            self.position = gr.HTML(apply_default_css=False, elem_classes="g-position")
            self.next = gr.Button(say("common.next"), size="sm", scale=0, min_width=110)
        self.first = gr.State(0)
        self.seen = gr.State("")
        self.timer = gr.Timer(SECONDS)
        self.outputs = [self.list, self.pager, self.previous, self.position, self.next, self.first, self.seen]

    def connect(self, opened: Callable[..., Updates], outputs: Sequence[Any]) -> None:
        """Wire the list's events; ``opened`` shows the run that is chosen."""
        page, step = self.page, handlers.PAGE_SIZE

        def pick(visitor: str | None, event: gr.SelectData) -> Updates:
            return opened(visitor, str(event.value))

        listen(self.list.select, pick, [page.visitor], outputs)
        here = [page.visitor, page.current, self.first]
        listen(self.previous.click, lambda v, run, first: self._draw(v, run, first - step), here, self.outputs)
        listen(self.next.click, lambda v, run, first: self._draw(v, run, first + step), here, self.outputs)
        poll(self.timer, self._tick, [*here, self.seen], self.outputs)

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """The page of the list that holds this run."""
        return self._draw(visitor, run_id, handlers.holding(self.page.services, visitor, run_id))

    def _draw(self, visitor: str | None, run_id: str | None, first: int) -> Updates:
        page = handlers.page(self.page.services, visitor, first)
        drawn = views.runs(page, run_id, time.time())
        return {
            self.list: drawn,
            self.pager: gr.Row(elem_classes=present_if(page.total > handlers.PAGE_SIZE, "g-pager")),
            self.previous: gr.Button(interactive=page.first > 0),
            self.position: views.position(page),
            self.next: gr.Button(interactive=page.has_next),
            self.first: page.first,
            self.seen: str(drawn),
        }

    def _tick(self, visitor: str | None, run_id: str | None, first: int, seen: str) -> Updates:
        updates = self._draw(visitor, run_id, first)
        return gr.skip() if updates[self.seen] == seen else updates
