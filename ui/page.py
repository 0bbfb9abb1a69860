"""What all tabs share: the visitor, the run that is looked at, and the way from tab to tab."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

import gradio as gr

from ui.access import readable_runs, visible_runs
from ui.handlers.progress import has_report
from ui.services import Services
from ui.text import say
from ui.views.start import run_choice
from ui.wiring import Updates

#: Tells the clicked element's ``data-pick`` to the ``select`` event of a gr.HTML; works by keyboard too.
PICK = """
element.addEventListener('click', event => {
  const chosen = event.target.closest('[data-pick]');
  if (chosen && element.contains(chosen)) trigger('select', {value: chosen.dataset.pick, index: 0});
});
"""

#: Lets a snippet's button put it on the clipboard.
COPY = """
element.addEventListener('click', async event => {
  const button = event.target.closest('.g-copy');
  if (!button) return;
  await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent);
  const before = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 1500);
});
"""

#: Writes the run that is looked at into the address, so that it can be linked to and found after a reload.
ADDRESS = """
run => {
  const address = new URL(window.location);
  if (address.searchParams.has('report')) return;  // a guest's address holds the link's token alone
  if (run) address.searchParams.set('run', run); else address.searchParams.delete('run');
  window.history.replaceState(window.history.state, '', address);
}
"""


class RunTab(Protocol):
    """A tab that shows one run."""

    id: str
    outputs: list[gr.components.Component]

    def show(self, visitor: str | None, run_id: str | None) -> Updates:
        """What the tab's components become for this run."""


@dataclass
class Page:
    """The page under construction.

    Attributes:
        services: The backend.
        visitor: Who looks at the page: the token that this browser keeps, or a guest's name; see :mod:`ui.access`.
        current: Id of the run that is looked at; kept in the browser, so that it outlives the server.
        tabs: The row of tabs.
        run_tabs: Those that show one run, by id.
    """

    services: Services
    visitor: gr.Textbox
    current: gr.Textbox
    tabs: gr.Tabs
    run_tabs: dict[str, RunTab] = field(default_factory=dict)

    def go_outputs(self, tab: str) -> list[gr.components.Component]:
        """What :meth:`go` sets."""
        return [self.tabs, *self.run_tabs[tab].outputs]

    def go(self, tab: str, visitor: str | None, run_id: str | None) -> Updates:
        """Open a tab on a run."""
        return {self.tabs: gr.Tabs(selected=tab), **self.run_tabs[tab].show(visitor, run_id)}

    def run_choices(self, visitor: str | None, run_id: str | None, *, finished: bool = False) -> gr.Dropdown:
        """The list of runs, with one chosen."""
        now = time.time()
        found = readable_runs(self.services, visitor) if finished else visible_runs(self.services, visitor)
        records = [record for record in found if not finished or has_report(self.services, record.id)]
        return gr.Dropdown(choices=[run_choice(record, now) for record in records], value=run_id)


def run_dropdown(elem_id: str) -> gr.Dropdown:
    """A list of runs to choose from; filled when the tab is shown."""
    return gr.Dropdown(
        choices=[], label=say("common.choose_run"), filterable=False, interactive=True, elem_id=elem_id, min_width=260
    )
