"""From a function to what a stranger is told of it: summary, arguments, result, and their JSON schemas.

All of it is read off the function itself: its docstring, its annotations, and the sentences beside the types.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from gradio_client.utils import python_type_to_json_schema
from typing_extensions import is_typeddict

Schema = dict[str, Any]


@dataclass(frozen=True)
class Argument:
    """What is given to an endpoint.

    Attributes:
        name: As callers write it.
        type: Without the sentence beside it.
        description: That sentence.
        required: Whether it has to be given.
        default: What it is if it is not.
    """

    name: str
    type: Any
    description: str
    required: bool
    default: Any

    @property
    def schema(self) -> Schema:
        """Its JSON schema; ``additional_description`` is where Gradio's clients look for the sentence."""
        return {**schema(self.type), "additional_description": self.description}


@dataclass(frozen=True)
class Endpoint:
    """One thing that programs can ask.

    Attributes:
        function: What answers; its first argument is the services, which callers do not see.
        queue: Of those that take long, which they share with the page's events; empty: it is answered at once.
    """

    function: Callable[..., Any]
    queue: str = ""

    @property
    def name(self) -> str:
        """As callers write it."""
        return self.function.__name__

    @property
    def waits(self) -> bool:
        """Whether it waits without working, for which it needs no thread."""
        return inspect.iscoroutinefunction(self.function)

    @cached_property
    def description(self) -> str:
        """What it does, for people and assistants."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    @property
    def summary(self) -> str:
        """The first sentence or two of that: the docstring's first line."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What callers give, in order."""
        found = []
        for parameter in [*inspect.signature(self.function).parameters.values()][1:]:
            kind, description = _described(self._hints[parameter.name])
            required = parameter.default is inspect.Parameter.empty
            default = None if required else parameter.default
            found.append(Argument(parameter.name, kind, description, required, default))
        return tuple(found)

    @property
    def result(self) -> Any:
        """The type of the answer."""
        return _described(self._hints["return"])[0]

    @property
    def answer(self) -> str:
        """What the answer is, in a sentence."""
        return _described(self._hints["return"])[1]

    @property
    def result_schema(self) -> Schema:
        """The answer's JSON schema."""
        return {**schema(self.result), "description": self.answer}

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function, include_extras=True)


def schema(hint: Any) -> Schema:
    """The JSON schema of a type; the sentences beside types become descriptions."""
    kind, description = _described(hint)
    found = _schema(kind)
    return {**found, "description": description} if description else found


def _schema(kind: Any) -> Schema:
    parts = get_args(kind)
    if is_typeddict(kind):
        return _object(kind)
    if get_origin(kind) is list:
        return {"type": "array", "items": schema(parts[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": schema(parts[1])}
    if get_origin(kind) in (Union, UnionType):
        given = [part for part in parts if part is not NoneType]
        if len(given) < len(parts):
            rest = schema(given[0]) if len(given) == 1 else {"anyOf": [schema(part) for part in given]}
            return {"oneOf": [{"type": "null"}, rest]}
        return {"anyOf": [schema(part) for part in given]}
    found: Schema = python_type_to_json_schema(kind)
    return found


def _object(kind: Any) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    required = [name for name in hints if name in kind.__required_keys__]
    fields = {"type": "object", "properties": {name: schema(hint) for name, hint in hints.items()}}
    return {**fields, "required": required} if required else fields


def _described(hint: Any) -> tuple[Any, str]:
    """A type, and the sentence beside it; the outermost one counts."""
    if get_origin(hint) is NotRequired:
        return _described(get_args(hint)[0])
    if get_origin(hint) is Annotated:
        kind, *notes = get_args(hint)
        return kind, str(notes[-1])
    return hint, ""
