"""The list of test texts, some at a time, and its filters."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.analysis.filtering import Kind
from ui.access import is_guest
from ui.handlers import texts as handlers
from ui.handlers.chosen import Shown, shown
from ui.page import PICK, Page
from ui.tabs.ask import AskBox
from ui.tabs.chosen import ChosenModels
from ui.text import say
from ui.text.telling import tell
from ui.views import examples as views
from ui.views.html import heading
from ui.wiring import Updates, listen, present_if


class ExampleList:
    """Test texts; one that is chosen is put into the box above.

    Attributes:
        outputs: What :meth:`show` and :meth:`filter` set.
    """

    def __init__(self, page: Page, run: gr.Dropdown, chosen: ChosenModels, box: AskBox) -> None:
        self.page, self.run, self.chosen, self.box = page, run, chosen, box
        gr.HTML(heading(say("compare.examples"), say("compare.examples_hint")), apply_default_css=False)
        self.kind = gr.Radio(
            choices=[(say("compare.filter.all"), "all")],
            value="all",
            label=say("compare.filter"),
            elem_id="example-filter",
        )
        with gr.Row(elem_classes="g-bar-row g-filters"):
            self.label, self.said = (
                gr.Dropdown(
                    choices=[(say("compare.any"), "")],
                    value="",
                    label=say(f"compare.filter_{name}"),
                    interactive=True,
                    elem_id=f"filter-{name}",
                    min_width=150,
                )
                for name in ("label", "said")
            )
            self.contains = gr.Textbox(
                label=say("compare.contains"), elem_id="filter-contains", max_length=200, min_width=150
            )
        self.examples = gr.HTML(js_on_load=PICK, elem_id="examples", apply_default_css=False)
        with gr.Row(elem_classes="g-pager"):
            self.previous = gr.Button(say("common.previous"), size="sm", scale=0, min_width=110)
            self.position = gr.HTML(apply_default_css=False, elem_id="example-position", elem_classes="g-position")
            self.next = gr.Button(say("common.next"), size="sm", scale=0, min_width=110)
        self.first = gr.State(0)
        self.outputs = [self.kind, self.label, self.said, self.contains, self.examples]
        self.outputs += [self.previous, self.position, self.next, self.first]

    def connect(self, pair: list[gr.Dropdown]) -> None:
        """Wire the list's events; ``pair`` names the two models that some kinds are about."""
        here = [self.page.visitor, self.run, self.chosen.models]
        listen(self.examples.select, self._pick, [*here, self.box.variant], self.box.outputs)
        filters = [*here, self.kind, self.label, self.said, self.contains, *pair]
        for event in (self.kind.input, self.label.input, self.said.input, self.contains.submit, self.contains.blur):
            listen(event, self._filter, filters, self.outputs)
        pages, step = [self.first, *filters], handlers.PAGE_SIZE
        listen(self.previous.click, lambda first, *asked: self._filter(*asked, first=first - step), pages, self.outputs)
        listen(self.next.click, lambda first, *asked: self._filter(*asked, first=first + step), pages, self.outputs)

    def show(self, visitor: str | None, found: Shown) -> Updates:
        """The first page: the texts on which models disagree, or all if there are none."""
        kind: Kind = "disagree" if handlers.counts(found, handlers.Asked()).get("disagree") else "all"
        choices = [(say("compare.any"), ""), *((label, label) for label in found.report.labels)]
        by_label = [gr.Dropdown(choices=choices, value="", elem_classes=present_if(found.labelled)) for _ in range(2)]
        return {
            **self.filter(visitor, found, handlers.Asked(kind)),
            **dict(zip((self.label, self.said), by_label, strict=True)),
            self.contains: "",
        }

    def _filter(self, visitor: str | None, run_id: str, chosen: list[str], *asked: Any, first: int = 0) -> Updates:
        found = shown(self.page.services, visitor, run_id, chosen)
        return self.filter(visitor, found, handlers.Asked(*asked), first)

    def filter(self, visitor: str | None, found: Shown, asked: handlers.Asked, first: int = 0) -> Updates:
        """A page of what is asked for; a guest can't ask the models about a text."""
        page, counts = handlers.examples(found, asked, first), handlers.counts(found, asked)
        choices = [(f"{self._kind(found, kind, asked)} ({count:,})", kind) for kind, count in counts.items()]
        return {
            self.kind: gr.Radio(choices=choices, value=asked.kind),
            self.examples: views.examples(found.report, page, pickable=not is_guest(visitor)),
            self.position: views.position(page),
            self.previous: gr.Button(interactive=page.first > 0),
            self.next: gr.Button(interactive=page.has_next),
            self.first: page.first,
        }

    def _kind(self, found: Shown, kind: Kind, asked: handlers.Asked) -> str:
        """A kind's name; where the pair is not what transfer was about, of the pair itself."""
        names = [
            found.choice(name, default).model
            for name, default in zip((asked.first, asked.second), found.pair, strict=True)
        ]
        if kind not in ("flips", "fixed", "broke") or (found.own and names == ["source-only", "transferred"]):
            return say(f"compare.filter.{kind}")
        if kind == "flips":
            return say("compare.filter_differ")
        model = found.report.model(names[kind == "fixed"])
        return say("compare.filter_only", model=tell(found.report.recall(model.title)))

    def _pick(self, visitor: str | None, run_id: str, chosen: list[str], variant: str, event: gr.SelectData) -> Updates:
        found = shown(self.page.services, visitor, run_id, chosen)
        example = handlers.example(found, int(event.value))
        return self.box.put(example, found.report, visitor, run_id, chosen, variant)
