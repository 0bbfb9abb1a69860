"""What can be done with the run that is looked at: a row of buttons, and what some of them ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui.access import run_of
from ui.handlers import progress, runs, sharing
from ui.page import COPY, Page
from ui.tabs.data import DataTab
from ui.text import say
from ui.views import runs as views
from ui.wiring import QUEUED, Updates, listen, present_if

#: Puts the page's own place before the address of a shared report, which only the browser knows.
ADDRESS = """
const complete = () => element.querySelectorAll('pre[data-address]').forEach(shown => {
  const address = new URL(shown.textContent, location.origin + location.pathname).href;
  if (shown.textContent !== address) shown.textContent = address;
});
new MutationObserver(complete).observe(element, {childList: true, subtree: true});
complete();
"""

Shown = Callable[[str | None, str | None], Updates]


class RunActions:
    """Cancel, resume, compare, edit as new, rename, share, delete.

    Attributes:
        outputs: What :meth:`show` and :meth:`draw` set.
    """

    def __init__(self, page: Page, data: DataTab) -> None:
        self.page, self.data = page, data
        with gr.Row(elem_classes="g-toolbar"):
            self.compare = self._button("compare", "progress.compare", variant="primary")
            self.resume = self._button("resume", "progress.resume", variant="primary")
            self.cancel = self._button("cancel", "progress.cancel")
            self.edit = self._button("edit-as-new", "runs.edit")
            self.rename = self._button("rename", "runs.rename")
            self.share = self._button("share", "runs.share")
            self.delete = self._button("delete", "runs.delete")
        with gr.Row(elem_classes=present_if(False, "g-panel")) as self.naming:
            self.name = gr.Textbox(label=say("runs.new_name"), max_length=80, elem_id="new-name", scale=1)
            self.save = self._button("save-name", "runs.save", shown=True, variant="primary")
        with gr.Column(elem_classes=present_if(False, "g-panel")) as self.sharing:
            self.link = gr.HTML(js_on_load=COPY + ADDRESS, elem_id="share-link", apply_default_css=False)
            self.take_back = self._button("unshare", "runs.unshare", shown=True)
        with gr.Column(elem_classes=present_if(False, "g-panel")) as self.deleting:
            self.question = gr.HTML(elem_id="delete-question", apply_default_css=False)
            with gr.Row(elem_classes="g-toolbar"):
                self.really = self._button("delete-really", "runs.delete_really", shown=True, variant="stop")
                self.keep = self._button("delete-keep", "runs.delete_keep", shown=True)
        self._buttons = [self.compare, self.resume, self.cancel, self.edit, self.rename, self.share, self.delete]
        self._panels = [self.naming, self.sharing, self.deleting]
        self.outputs = [*self._buttons, *self._panels, self.name, self.link, self.take_back]
        self.outputs.append(self.question)

    def _button(self, elem_id: str, key: str, *, shown: bool = False, variant: Any = "secondary") -> gr.Button:
        classes = present_if(shown)
        return gr.Button(
            say(key), variant=variant, size="md", elem_classes=classes, elem_id=elem_id, scale=0, min_width=90
        )

    def connect(self, show: Shown, outputs: Sequence[Any]) -> None:
        """Wire the buttons; ``show`` draws the tab anew."""
        page, here = self.page, [self.page.visitor, self.page.current]
        services = page.services

        def after(handler: Callable[..., object], *, gone: bool = False) -> Callable[..., Updates]:
            def done(visitor: str | None, run_id: str, *rest: Any) -> Updates:
                handler(services, visitor, run_id, *rest)
                return show(visitor, None if gone else run_id)

            return done

        listen(self.cancel.click, after(progress.cancel), here, outputs)
        listen(self.resume.click, after(progress.resume), here, outputs, **QUEUED)
        for event in (self.save.click, self.name.submit):
            listen(event, after(runs.rename), [*here, self.name], outputs)
        listen(self.really.click, after(runs.delete, gone=True), here, outputs)
        to_compare = lambda visitor, run_id: page.go("compare", visitor, run_id)  # noqa: E731
        listen(self.compare.click, to_compare, here, page.go_outputs("compare"))
        listen(self.edit.click, self.data.edit, here, self.data.edited)
        listen(self.rename.click, self._ask_name, here, self.outputs)
        listen(self.share.click, self._share, here, self.outputs)
        listen(self.take_back.click, self._take_back, here, self.outputs)
        listen(self.delete.click, self._ask_deletion, here, self.outputs)
        listen(self.keep.click, self._fold, [], self.outputs)

    def show(self, watch: progress.Watch | None) -> Updates:
        """The buttons of a run, with nothing asked; none without a run."""
        return {**self._fold(), **self.draw(watch)}

    def draw(self, watch: progress.Watch | None) -> Updates:
        """The buttons of a run as it stands; what is being asked stays."""
        reported = watch is not None and progress.has_report(self.page.services, watch.record.id)
        present = {
            self.compare: reported,
            self.resume: watch and watch.may_resume,
            self.cancel: watch and watch.may_cancel,
            self.edit: watch,
            self.rename: watch,
            self.share: reported,
            self.delete: watch and not watch.record.state.active,
        }
        return {button: gr.Button(elem_classes=present_if(condition)) for button, condition in present.items()}

    def _fold(self, opened: Any = None) -> Updates:
        """Let no panel be seen but one."""
        return {panel: type(panel)(elem_classes=present_if(panel is opened, "g-panel")) for panel in self._panels}

    def _ask_name(self, visitor: str | None, run_id: str) -> Updates:
        record = run_of(self.page.services, visitor, run_id)
        return {**self._fold(self.naming), self.name: record.name}

    def _ask_deletion(self, visitor: str | None, run_id: str) -> Updates:
        record = run_of(self.page.services, visitor, run_id)
        return {**self._fold(self.deleting), self.question: views.deleting(record)}

    def _share(self, visitor: str | None, run_id: str) -> Updates:
        token = sharing.share(self.page.services, visitor, run_id)
        return {
            **self._fold(self.sharing),
            self.link: views.link(token),
            self.take_back: gr.Button(elem_classes=present_if(True)),
        }

    def _take_back(self, visitor: str | None, run_id: str) -> Updates:
        sharing.take_back(self.page.services, visitor, run_id)
        return {self.link: views.unshared(), self.take_back: gr.Button(elem_classes=present_if(False))}
