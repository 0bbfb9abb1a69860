"""Between Gradio's events and plain functions: which event is answered by what, where it is seen, and how often."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.context import get_blocks_context

from ui.answering import guarded, message, quiet, spoken, step_by_step, telling
from ui.text import say

#: Of an event that may come again while it is at work: it is answered once more then. An event of a component can have
#: one listener of this kind: Gradio repeats it for all that listen, and two would have each other repeated without end.
LAST: dict[str, Any] = {"trigger_mode": "always_last"}
#: Of an event that takes longer than a proxy may let a request take, or that may start a run: on ZeroGPU the browser
#: tells whose quota it counts against with what is queued, and with nothing else.
QUEUED: dict[str, Any] = {"queue": True, "trigger_mode": "once"}
#: Of events that keep the processor busy for long: one of them at a time, seen to be at work or in the queue.
MEASURING: dict[str, Any] = {**QUEUED, "concurrency_limit": 1, "concurrency_id": "measuring"}

#: Component → its new value or properties.
Updates = dict[Any, Any]


def present_if(condition: object, *classes: str) -> list[str]:
    """The ``elem_classes`` of a component that is on the page only under a condition.

    Not ``visible``: Gradio 6.17 takes invisible components out of the browser, and those that
    it brings back for the first time may come without being seen.
    """
    return [*classes] if condition else [*classes, "g-gone"]


def listen(
    event: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    *,
    busy: gr.components.Component | None = None,
    **options: Any,
) -> Any:
    """Connect an event of the page to a handler; what comes back has a ``then`` for what is to follow.

    The answer comes with the request, unless it comes in steps or the options say ``queue``. Through Gradio's queue it
    comes by a stream, which the server ends once it owes nothing. The browser may have asked for something else before
    it hears of that, and is then told that the connection is lost, or never answered (Gradio 6.17).

    Args:
        event: The component's.
        handler: A plain function, or a generator of updates.
        inputs: Whose values it is given.
        outputs: What its updates may set.
        busy: Where it is seen that the event is at work; None: nowhere.
        options: Further ones of the event.
    """
    seen = {"show_progress": "minimal" if busy else "hidden", "show_progress_on": busy or _quiet_place()}
    steps = inspect.isgeneratorfunction(handler)
    options = {**seen, "api_visibility": "private", "concurrency_limit": None, "queue": steps, **options}
    if options["queue"]:
        wrapped = step_by_step(handler) if steps else spoken(guarded(handler))
        return event(wrapped, list(inputs), list(outputs), **options)
    told = told_here()
    return event(spoken(telling(handler, told, len(outputs))), list(inputs), [*outputs, told], **options)


def told_here() -> gr.Textbox:
    """Where the page is told what went wrong, after a word that makes it another value; Gradio shows it from there.

    The first event that needs it places it, unless it has its place already.
    """
    blocks = get_blocks_context().blocks.values()
    found = next((block for block in blocks if getattr(block, "elem_id", None) == "told"), None)
    if found is None:
        found = stamp(elem_id="told")

        def tell(said: str) -> None:
            raise message(said.partition(" ")[2])

        listen(found.change, tell, [found], queue=True)
    return found


def stamp(elem_id: str | None = None) -> gr.Textbox:
    """A component that nobody sees, whose ``change`` follows when an event sets it to another value, as :func:`anew`.

    Of a changed state Gradio tells a browser only through its queue.
    """
    return gr.Textbox(label=say("common.changed"), elem_id=elem_id, elem_classes=present_if(False))


def draw_anew(draw: Callable[..., None], inputs: Sequence[Any], stamps: Sequence[gr.Textbox]) -> None:
    """Draw a part of the page here, and again whenever one of the stamps changes.

    Args:
        draw: Given the values of ``inputs``, makes the components.
        inputs: What it reads.
        stamps: See :func:`stamp`.
    """
    triggers = [each.change for each in stamps]
    gr.render(inputs=list(inputs), triggers=triggers, show_progress="hidden", queue=False, trigger_mode="multiple")(
        spoken(draw)
    )


def poll(timer: gr.Timer, handler: Callable[..., Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Look for news at each tick; an answer of ``gr.skip()`` sends nothing on."""
    timer.tick(
        spoken(quiet(handler)),
        list(inputs),
        list(outputs),
        show_progress="hidden",
        show_progress_on=_quiet_place(),
        api_visibility="private",
        queue=False,
        trigger_mode="once",
    )


def _quiet_place() -> gr.components.Component:
    """The page's first component, for Gradio to note on it how far an event is that is not seen to be at work.

    Left alone, it notes it on each output of each event that ever came, four times an event, and looks each of them
    up among all components of the page: an event of the form then kept the browser busy for four seconds.
    """
    return next(block for block in get_blocks_context().blocks.values() if isinstance(block, gr.components.Component))
