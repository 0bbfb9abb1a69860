"""The line above a Space's tabs that says whether anything lasts."""

from __future__ import annotations

import gradio as gr

from ui.handlers.storage import lasting
from ui.services import Services
from ui.views import storage as views
from ui.wiring import Updates


class StorageNotice:
    """On one's own machine there is none.

    Attributes:
        outputs: What :meth:`arrive` sets.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.outputs: list[gr.components.Component] = []
        if services.space:
            self.notice = gr.HTML(self._told(), elem_id="storage-notice", apply_default_css=False)
            self.outputs = [self.notice]

    def arrive(self) -> Updates:
        """How it is now, for whoever opens the page."""
        return {self.notice: self._told()} if self.outputs else {}

    def _told(self) -> str:
        return views.notice(lasting(self.services), self.services.settings.keep_days)
