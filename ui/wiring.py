"""Between Gradio's events and plain functions: errors become messages, polls stay quiet."""

from __future__ import annotations

import functools
import html
import inspect
import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.context import LocalContext, get_blocks_context

from pipeline.errors import GraftError
from ui.failures import explain
from ui.pace import calling
from ui.text import say
from ui.text.languages import speaking, wanted

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

#: Options of events that keep the processor busy for long: one of them at a time, seen to be at work or in the queue.
MEASURING: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "measuring", "trigger_mode": "once"}

#: Component → its new value or properties.
Updates = dict[Any, Any]


def present_if(condition: object, *classes: str) -> list[str]:
    """The ``elem_classes`` of a component that is on the page only under a condition.

    Not ``visible``: Gradio 6.17 takes invisible components out of the browser, and those that
    it brings back for the first time may come without being seen.
    """
    return [*classes] if condition else [*classes, "g-gone"]


def spoken(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler, speaking the language of the request that it answers, and knowing where that comes from.

    Events wait in Gradio's queue, whose tasks do not know what the request's own knew.
    """

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> T:
        with answering():
            return handler(*arguments, **options)

    return wrapper


@contextmanager
def answering() -> Iterator[None]:
    """Where the language of the request is spoken, and what is done counts as its; in a test nothing is changed."""
    request = LocalContext.request.get(None)
    if request is None:
        yield
        return
    with speaking(wanted(request.cookies, request.headers.get("accept-language"))), calling(request):
        yield


def guarded(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler with every error turned into a message on the page."""

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return handler(*arguments, **options)
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it is told by a number, and logged
            raise _message(error) from None

    return wrapper


def _message(error: Exception) -> gr.Error:
    sentence = html.escape(explain(error).sentence)  # Gradio renders a message as HTML
    return gr.Error(sentence, duration=12, title=say("common.error"), print_exception=False)


def step_by_step(handler: Callable[P, Generator[Updates]]) -> Callable[P, Generator[Updates]]:
    """A handler that yields, spoken and guarded at each step; whoever leaves the page closes it at the next one."""

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> Generator[Updates]:
        steps = handler(*arguments, **options)
        try:
            while True:
                with answering():
                    try:
                        found = next(steps)
                    except StopIteration:
                        return
                    except Exception as error:  # noqa: BLE001 - likewise
                        raise _message(error) from None
                yield found
        finally:
            steps.close()

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
    *,
    busy: gr.components.Component | None = None,
    **options: Any,
) -> Any:
    """Connect an event of the page to a handler; what comes back has a ``then`` for what is to follow.

    Args:
        event: The component's.
        handler: A plain function, or a generator of updates.
        inputs: Whose values it is given.
        outputs: What its updates may set.
        busy: Where it is seen that the event is at work; None: nowhere.
        options: Further ones of the event.
    """
    seen = {"show_progress": "minimal" if busy else "hidden", "show_progress_on": busy or _quiet_place()}
    options = {**seen, "api_visibility": "private", "concurrency_limit": None, **options}
    wrapped = step_by_step(handler) if inspect.isgeneratorfunction(handler) else spoken(guarded(handler))
    return event(wrapped, list(inputs), list(outputs), **options)


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
