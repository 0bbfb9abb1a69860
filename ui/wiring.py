"""Between Gradio's events and plain functions: errors become messages, polls stay quiet."""

from __future__ import annotations

import functools
import html
import logging
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from pipeline.errors import GraftError
from ui.failures import explain

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

#: Component → its new value or properties.
Updates = dict[Any, Any]


def present_if(condition: object, *classes: str) -> list[str]:
    """The ``elem_classes`` of a component that is on the page only under a condition.

    Not ``visible``: Gradio 6.17 takes invisible components out of the browser, and those that
    it brings back for the first time may come without being seen.
    """
    return [*classes] if condition else [*classes, "g-gone"]


def guarded(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler with every error turned into a message on the page."""

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return handler(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it is told by a number, and logged
            sentence = html.escape(explain(error).sentence)  # Gradio renders a message as HTML
            raise gr.Error(sentence, duration=12, print_exception=False) from None

    return wrapper


def quiet(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler of a poll: what goes wrong is logged, and the page stays as it is."""

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return handler(*arguments, **options)
        except GraftError:
            return gr.skip()  # the run was deleted, or is somebody else's
        except Exception:
            logger.exception("A poll failed.")
            return gr.skip()

    return wrapper


def listen(
    event: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    **options: Any,
) -> None:
    """Connect an event of the page to a handler."""
    options = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None, **options}
    event(guarded(handler), list(inputs), list(outputs), **options)


def poll(timer: gr.Timer, handler: Callable[..., Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Look for news at each tick; an answer of ``gr.skip()`` sends nothing on."""
    timer.tick(
        quiet(handler),
        list(inputs),
        list(outputs),
        show_progress="hidden",
        api_visibility="private",
        queue=False,
        trigger_mode="once",
    )
