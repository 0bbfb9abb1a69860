"""How a handler answers an event: in the language of its request, and with every error turned into a message."""

from __future__ import annotations

import functools
import html
import logging
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.blocks import Block
from gradio.context import LocalContext

from pipeline.errors import GraftError
from ui.failures import explain
from ui.pace import calling
from ui.text import say
from ui.text.languages import speaking, wanted

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def spoken(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler, speaking the language of the request that it answers, and knowing where that comes from.

    Events may wait in Gradio's queue, whose tasks do not know what the request's own knew.
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
            raise message(explain(error).sentence) from None

    return wrapper


def telling(handler: Callable[..., Any], told: gr.Textbox, others: int) -> Callable[..., Any]:
    """The handler of an event without the queue, whose errors Gradio shows to nobody: they are put into a component.

    Args:
        handler: What answers the event.
        told: The last of the event's outputs; is given what went wrong after a word that makes it another value.
        others: How many outputs there are besides.
    """

    @functools.wraps(handler)
    def wrapper(*arguments: Any, **options: Any) -> Any:
        try:
            found = handler(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - likewise
            return {told: f"{anew()} {explain(error).sentence}"}
        if not others or found == gr.skip():
            return gr.skip()
        if isinstance(found, dict) and all(isinstance(key, Block) for key in found):
            return found or gr.skip()
        return (*(found if others > 1 else [found]), gr.skip())

    return wrapper


def message(sentence: str) -> gr.Error:
    """What Gradio shows, as HTML."""
    return gr.Error(html.escape(sentence), duration=12, title=say("common.error"), print_exception=False)


def step_by_step(handler: Callable[P, Generator[T]]) -> Callable[P, Generator[T]]:
    """A handler that yields, spoken and guarded at each step; whoever leaves the page closes it at the next one."""

    @functools.wraps(handler)
    def wrapper(*arguments: P.args, **options: P.kwargs) -> Generator[T]:
        steps = handler(*arguments, **options)
        try:
            while True:
                with answering():
                    try:
                        found = next(steps)
                    except StopIteration:
                        return
                    except Exception as error:  # noqa: BLE001 - likewise
                        raise message(explain(error).sentence) from None
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


def anew() -> str:
    """A value for a :func:`stamp` that it never had."""
    return secrets.token_hex(8)
