"""The header, and the switch of its language: the page is loaded anew, and what was filled in comes along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ui.handlers.shelf import Shelf
from ui.tabs.data import DataTab
from ui.text import say
from ui.text.languages import LANGUAGES
from ui.views.start import header
from ui.wiring import Updates, listen, present_if

TAB_COOKIE = "graft_tab"  # the tab that was open when the language was switched; lives for seconds
FORM_COOKIE = "graft_form"  # the ticket of the form that was put away then, or to sign in; likewise
SCRIPTS = Path(__file__).resolve().parents[1]

#: Tells the server which language was chosen.
CHOOSE = """
element.addEventListener('click', event => {
  const chosen = event.target.closest('[data-language]');
  if (chosen && !chosen.ariaCurrent) trigger('select', {value: chosen.dataset.language, index: 0});
});
"""


class LanguageSwitch:
    """The page's header with its languages."""

    def __init__(self) -> None:
        self.header = gr.HTML(header(), js_on_load=CHOOSE, elem_id="header", apply_default_css=False)
        self.shelf = Shelf()
        with gr.Column(elem_classes=present_if(False)):
            self.leaving = gr.Textbox(elem_id="leaving", label=say("common.languages"))
            self.returning = gr.Textbox(elem_id="returning", label=say("common.languages"))

    def connect(self, data: DataTab) -> None:
        """Wire the switch; ``data`` holds the form that comes along."""
        script = (SCRIPTS / "language.js").read_text(encoding="utf-8")
        listen(self.header.select, self._leave, data.held, [self.leaving])
        self.leaving.change(None, [self.leaving], [], js=script)
        # An event of its own: the browser looks each of so many outputs up, and seldom has to.
        listen(self.returning.change, lambda ticket: self._fill(data, ticket), [self.returning], data.form)

    def leave(self, whereto: str, values: Sequence[Any]) -> Updates:
        """Load the page in a language, or go to an address from which people come back here; the form comes along.

        Sets :attr:`leaving`, to what the browser needs to know for that: whereto, and the form's ticket.
        """
        return {self.leaving: f"{whereto} {self.shelf.put(values)}"}

    def _leave(self, event: gr.SelectData, *values: Any) -> Updates:
        language = str(event.value)
        return self.leave(language, values) if language in LANGUAGES else gr.skip()

    def arrive(self, cookies: dict[str, str]) -> Updates:
        """Ask for the form that was left, if there is one; sets :attr:`returning`."""
        ticket = cookies.get(FORM_COOKIE)
        return {self.returning: ticket} if ticket else {}

    def _fill(self, data: DataTab, ticket: str) -> Updates:
        """The form as it was left."""
        values = self.shelf.take(ticket)
        return data.put_back(values) if values else gr.skip()
