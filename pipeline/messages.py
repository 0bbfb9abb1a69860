"""Sentences for people that can be told in another language later.

A message is its English text, and knows the template and the values that it was made from. Whoever shows
it looks the template up in a table of the reader's language. Every template is a literal in the source, so
that a test can hold the table against all of them. Beside its text a file keeps a message's parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from string import Formatter
from typing import Any, NewType

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

#: Marks a template that stands in a table, apart from the values that it will be told with.
Template = NewType("Template", str)

#: A message as JSON: ``template`` and ``values``, in which further messages stand in the same form.
Parts = dict[str, Any]


class Message(str):
    """A sentence, or a part of one.

    Args:
        template: In English, with places as in ``str.format``: ``"{file} has no column {column!r}."`` Without
            values it is told as it stands, braces and all.
        values: By the name of their place: text, a number, or another message. They are never formatted twice.
        further: More of them, as ``dict`` takes them.

    Attributes:
        template: As given.
        values: All that were given.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(  # noqa: PYI034 - a message that is given comes back
        cls, template: str, values: Mapping[str, object] | None = None, /, **further: object
    ) -> Message:
        """Format the template once; a message without values of its own comes back as it is."""
        given = {**(values or {}), **further}
        if isinstance(template, Message) and not given:
            return template
        made = super().__new__(cls, template.format(**given) if given else template)
        made.template, made.values = str(template), given
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str, dict[str, object]], dict[str, object]]:
        return (self.template, self.values), {}

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """In a model a message stays one; as JSON it is its text."""
        read = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        return core_schema.union_schema(
            [core_schema.is_instance_schema(cls), read],
            mode="left_to_right",
            serialization=core_schema.to_string_ser_schema(),
        )

    @property
    def kept(self) -> Parts | None:
        """The parts, where the text alone does not tell them."""
        return self.parts if self.values else None

    @property
    def parts(self) -> Parts:
        """What to keep beside the text, to tell it again."""
        return {"template": self.template, "values": {name: _kept(value) for name, value in self.values.items()}}

    @classmethod
    def of(cls, text: str, parts: Parts | None) -> Message:
        """The message of a text that a file holds; without parts, or with damaged ones, it is the text alone."""
        try:
            found = _read(parts) if parts else cls(text)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return cls(text)
        return found if found == text else cls(text)


def _kept(value: object) -> Any:
    if isinstance(value, Message):
        return value.parts
    return value if isinstance(value, str | int | float) else str(value)


def _read(parts: Parts) -> Message:
    values = {name: _read(value) if isinstance(value, dict) else value for name, value in parts["values"].items()}
    return Message(parts["template"], values)


def told(messages: Iterable[str]) -> dict[str, Parts]:
    """Text → parts, of those messages that have any: what a file keeps beside its sentences."""
    return {str(message): message.parts for message in messages if isinstance(message, Message) and message.values}


def places(template: str) -> set[str]:
    """The names of a template's places."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def filled(template: str, values: Mapping[str, object]) -> Message:
    """A template with those of the values that it has places for; a message stays as it is."""
    if isinstance(template, Message) or not values:
        return Message(template)
    wanted = places(template)
    return Message(template, {name: value for name, value in values.items() if name in wanted})


def series(parts: Iterable[object]) -> Message:
    """``a, b, c``."""
    return _folded(lambda before, after: Message("{before}, {after}", before=before, after=after), parts)


def clauses(parts: Iterable[object]) -> Message:
    """``a; b; c``."""
    return _folded(lambda before, after: Message("{before}; {after}", before=before, after=after), parts)


def sentences(parts: Iterable[object]) -> Message:
    """``A. B. C.``."""
    return _folded(lambda before, after: Message("{before} {after}", before=before, after=after), parts)


def _folded(join: Callable[[Message, object], Message], parts: Iterable[object]) -> Message:
    first, *others = [*parts] or [""]
    return reduce(join, others, first if isinstance(first, Message) else Message(str(first)))
