"""What happens around a call: who calls, in which language, with what, and what is told of an error."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import gradio as gr
from gradio.context import LocalContext
from pydantic import ConfigDict, ValidationError, create_model

from pipeline.errors import RunError
from ui.access import is_guest
from ui.answering import answering
from ui.api.describing import Endpoint
from ui.api.faults import wrong
from ui.failures import explain
from ui.services import Services
from ui.text import say

HEADER = "x-graft-visitor"
TOKEN = re.compile(r"[\w-]{32,}")  # as access.new_visitor makes them: nobody may be whom others can guess


class Refusal(gr.Error):
    """An error as a program is told it: the sentence alone, without a traceback in the server's log."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, title=say("common.error"), print_exception=False)

    def __str__(self) -> str:
        return str(self.message)


def bound(endpoint: Endpoint, services: Services) -> Callable[..., Any]:
    """The endpoint as Gradio calls it: its arguments alone, in order, and described as Gradio reads it."""

    def answer(*given: Any) -> Any:
        with _told():
            return endpoint.function(services, **arguments(endpoint, services, given))

    async def answer_in_time(*given: Any) -> Any:
        with _told():
            return await endpoint.function(services, **arguments(endpoint, services, given))

    called: Any = answer_in_time if endpoint.waits else answer
    called.__name__ = called.__qualname__ = endpoint.name
    called.__doc__ = documentation(endpoint)
    called.__annotations__ = {argument.name: argument.type for argument in endpoint.arguments}
    called.__signature__ = inspect.Signature(
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if argument.required else argument.default,
            )
            for argument in endpoint.arguments
        ]
    )
    return called


def documentation(endpoint: Endpoint) -> str:
    """A docstring as Gradio parses it: a line an argument."""
    lines = [endpoint.description]
    if endpoint.arguments:
        lines += ["", "Args:", *(f"    {argument.name}: {argument.description}" for argument in endpoint.arguments)]
    return "\n".join([*lines, "", "Returns:", f"    {endpoint.answer}"])


def arguments(endpoint: Endpoint, services: Services, given: Sequence[Any]) -> dict[str, Any]:
    """What was given, by name and checked; what was left out has its default.

    Raises:
        SpecError: A value is not of the argument's type, or a required one is missing.
        RunError: Visitors are told apart here, and nobody says who calls.
        RateError: They call too often.
    """
    pairs = zip(endpoint.arguments, given, strict=False)
    values = {argument.name: value for argument, value in pairs if value is not None}
    try:
        checked = _form(endpoint).model_validate(values)
    except ValidationError as error:
        raise wrong(error) from error
    found = {argument.name: getattr(checked, argument.name) for argument in endpoint.arguments}
    if "visitor" in found:
        found["visitor"] = _visitor(services, found["visitor"])
    services.pace.spend("calls", found.get("visitor"))
    return found


def _visitor(services: Services, given: str) -> str:
    """Who calls: as the call says, else as its header does.

    Raises:
        RunError: Nobody, or somebody whom others could guess, where visitors are told apart.
    """
    request = LocalContext.request.get(None)
    visitor = given.strip() or (request.headers.get(HEADER, "") if request else "")
    if services.settings.shared and not is_guest(visitor) and not TOKEN.fullmatch(visitor):
        raise RunError(say("api.no_visitor"), say("api.no_visitor_remedy"))
    return str(visitor)


@cache
def _form(endpoint: Endpoint) -> Any:
    """What checks the arguments; made when it is first asked for, which the page need not wait for."""
    fields: dict[str, Any] = {
        argument.name: (argument.type, ... if argument.required else argument.default)
        for argument in endpoint.arguments
    }
    return create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **fields)


@contextmanager
def _told() -> Iterator[None]:
    """Speak the caller's language, and tell an error in a sentence."""
    with answering():
        try:
            yield
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it is told by a number, and logged
            raise Refusal(explain(error).sentence) from None
