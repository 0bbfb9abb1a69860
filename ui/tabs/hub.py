"""A data set of the Hub by name, beside the upload of a file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

import gradio as gr

from pipeline.hub.examples import EXAMPLES
from pipeline.spec import TaskName
from ui.accounts import token_of
from ui.handlers import hub as handlers
from ui.handlers.uploads import MAIN_ROLES, Role, Slot
from ui.page import PICK, Page
from ui.tabs.task import DEFAULT
from ui.text import say
from ui.views import hub as views
from ui.wiring import QUEUED, Updates, listen, present_if

#: Each keeps a process and a connection busy; more of them wait in the queue.
FETCHING: dict[str, Any] = {**QUEUED, "concurrency_limit": 3, "concurrency_id": "hub"}


class HubBox:
    """Id, configuration and split; examples of the task; and how far it is.

    Attributes:
        outputs: What :meth:`refresh` sets.
    """

    def __init__(self, page: Page, role: Role) -> None:
        self.page, self.role = page, role
        reachable = page.services.hub.reachable
        with gr.Accordion(say("hub.title"), open=False, elem_id=f"hub-{role}", elem_classes="g-hub"):
            self.note = gr.HTML(views.note(reachable), apply_default_css=False)
            with gr.Column(elem_classes=present_if(reachable, "g-choice")) as self.form:
                self.dataset = gr.Textbox(
                    label=say("hub.dataset"), info=say("hub.dataset_help"), max_lines=1, elem_id=f"hub-{role}-dataset"
                )
                with gr.Row(elem_classes="g-corrections"):
                    self.config, self.split = (
                        gr.Textbox(
                            label=say(f"hub.{name}"), info=say("hub.if_any"), max_lines=1, elem_id=f"hub-{role}-{name}"
                        )
                        for name in ("config", "split")
                    )
                self.examples = gr.HTML(
                    views.examples(DEFAULT) if role in MAIN_ROLES else "",
                    js_on_load=PICK,
                    elem_id=f"hub-{role}-examples",
                    apply_default_css=False,
                )
                with gr.Row(elem_classes="g-actions"):
                    self.bring = gr.Button(
                        say("hub.bring"), size="sm", scale=0, min_width=110, elem_id=f"hub-{role}-bring"
                    )
            self.news = gr.HTML(elem_id=f"hub-{role}-news", apply_default_css=False)
        self.inputs = [self.dataset, self.config, self.split]
        self.outputs = [self.note, self.form]

    def connect(
        self,
        task: gr.Dropdown,
        slot: gr.State,
        after: Callable[[Slot, TaskName], Updates],
        outputs: Sequence[Any],
    ) -> None:
        """Wire the box's events.

        Args:
            task: What is to be learned.
            slot: The card's.
            after: What changes once a file is in the slot.
            outputs: What it sets.
        """

        def bring(request: gr.Request, task: TaskName, slot: Slot, *values: Any) -> Generator[Updates]:
            visitor, dataset, config, split = values
            services, named = self.page.services, handlers.Named(dataset, config, split)
            token = token_of(services, request)
            steps = handlers.bring(services, visitor, slot, named, role=self.role, task=task, token=token)
            found = yield from self._follow(named.dataset, steps)
            yield {**self._rest(views.brought(found)), **after(found.slot, task)}

        inputs = [task, slot, self.page.visitor, *self.inputs]
        given = {"inputs": inputs, "outputs": [self.news, self.bring, *outputs], **FETCHING}
        listen(partial(gr.on, [self.bring.click, *(box.submit for box in self.inputs)]), bring, **given)
        picked = listen(self.examples.select, self._put, [], self.inputs)
        listen(picked.then, bring, **given)
        if self.role in MAIN_ROLES:
            listen(task.input, views.examples, [task], [self.examples])

    def refresh(self) -> Updates:
        """The box, now that it is known whether the Hub answers."""
        reachable = self.page.services.hub.reachable
        return {
            self.note: views.note(reachable),
            self.form: gr.Column(elem_classes=present_if(reachable, "g-choice")),
        }

    def _put(self, event: gr.SelectData) -> Updates:
        example = EXAMPLES[int(event.value)]
        return {self.dataset: example.dataset, self.config: example.config, self.split: example.split}

    def _follow(
        self, dataset: str, steps: Generator[int, None, handlers.Brought]
    ) -> Generator[Updates, None, handlers.Brought]:
        """Tell how far it is, and give what came of it."""
        yield {
            self.news: views.asking(dataset, 0),
            self.bring: gr.Button(interactive=False),
        }
        try:
            while True:
                yield {self.news: views.asking(dataset, next(steps))}
        except StopIteration as end:
            found: handlers.Brought = end.value
            return found
        finally:
            steps.close()

    def _rest(self, news: str | None) -> Updates:
        """The box when nothing is being fetched."""
        return {
            self.news: news,
            self.bring: gr.Button(interactive=True),
        }
