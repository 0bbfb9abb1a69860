"""What is shown, to take away: a report to read, a table, the numbers."""

from __future__ import annotations

import json
import time

import gradio as gr

from ui.handlers import download as handlers
from ui.handlers.chosen import shown
from ui.page import Page
from ui.tabs.chosen import ChosenModels
from ui.text import say
from ui.views.files import FILES
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if

#: Gives the browser a file that was sent as text: nothing is written on the server, and nothing has to be cleared away.
SAVE = """
sent => {
  if (!sent) return '';
  const {name, type, text} = JSON.parse(sent);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return '';
}
"""


class Downloads:
    """One button a kind of file."""

    def __init__(self, page: Page, run: gr.Dropdown, chosen: ChosenModels) -> None:
        self.page, self.run, self.chosen = page, run, chosen
        gr.HTML(heading(say("compare.downloads"), say("compare.downloads_hint")), apply_default_css=False)
        with gr.Row(elem_classes="g-actions"):
            self.buttons = {
                kind: gr.Button(
                    say(f"compare.download_{kind}"), elem_id=f"download-{kind}", size="sm", scale=0, min_width=180
                )
                for kind in FILES
            }
        with gr.Column(elem_classes=present_if(False)):
            self.sent = gr.Textbox(label=say("compare.downloads"), elem_id="download-sent")

    def connect(self) -> None:
        """Wire the buttons."""
        here = [self.page.visitor, self.run, self.chosen.models]
        for kind, button in self.buttons.items():
            make = lambda visitor, run_id, chosen, kind=kind: self._make(visitor, run_id, chosen, kind)  # noqa: E731
            listen(button.click, make, here, [self.sent], busy=self.sent)
        self.sent.change(None, [self.sent], [self.sent], js=SAVE)

    def _make(self, visitor: str | None, run_id: str, chosen: list[str], kind: str) -> Updates:
        found = shown(self.page.services, visitor, run_id, chosen)
        media, make = FILES[kind]
        file = {"name": handlers.file_name(found, kind), "type": f"{media};charset=utf-8", "text": make(found)}
        return {self.sent: json.dumps({**file, "made": time.time()})}
