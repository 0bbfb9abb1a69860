"""Which fields of the spec the page asks for, and the way back from their values to a spec.

Titles, help, bounds and defaults are the spec's own; nothing of it is typed here again. A
field of a part that can be done in several ways carries the ``kind`` it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_origin

import annotated_types
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from pipeline.errors import SpecError
from pipeline.spec import DataSpec, ExportSpec, Part, RecipeSpec, RunSpec
from ui.text import say

Document = dict[str, Any]


@dataclass(frozen=True)
class SpecField:
    """One field of the spec on the page.

    Attributes:
        path: Names from the spec down to the part that holds the field.
        name: The field's own.
        part: The class that declares it.
        value: What it holds before anybody changed it.
        kind: For a field of one of several ways: the way.
    """

    path: tuple[str, ...]
    name: str
    part: type[Part]
    value: Any
    kind: str | None = None

    @property
    def key(self) -> str:
        """Unique among the page's fields."""
        return ".".join((*self.path, *([self.kind] if self.kind else []), self.name))

    @property
    def info(self) -> FieldInfo:
        """The declaration in the spec."""
        return self.part.model_fields[self.name]

    @property
    def title(self) -> str:
        """The spec's title of the field."""
        return self.info.title or self.name

    @property
    def description(self) -> str:
        """The spec's help on the field."""
        return self.info.description or ""

    @cached_property
    def alternatives(self) -> tuple[Any, ...]:
        """The allowed values, where they can be counted."""
        return get_args(self.info.annotation) if get_origin(self.info.annotation) is not None else ()

    @property
    def type(self) -> type:
        """Of its values: str, int or float."""
        declared = self.info.annotation
        return declared if isinstance(declared, type) else type(self.value)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Smallest and largest value, as the spec declares them."""
        low = high = None
        for limit in self.info.metadata:
            if isinstance(limit, (annotated_types.Ge, annotated_types.Gt)):
                low = limit.ge if isinstance(limit, annotated_types.Ge) else limit.gt
            if isinstance(limit, (annotated_types.Le, annotated_types.Lt)):
                high = limit.le if isinstance(limit, annotated_types.Le) else limit.lt
        return low, high  # type: ignore[return-value]


@dataclass(frozen=True)
class Choice:
    """A part of the recipe that can be done in several ways, each with the fields it shows.

    Attributes:
        name: The recipe's field.
        fields: Names to show, by kind.
        more: Names to show under "more options", by kind.
    """

    name: str
    fields: dict[str, tuple[str, ...]]
    more: dict[str, tuple[str, ...]]

    @property
    def info(self) -> FieldInfo:
        """The declaration in the recipe."""
        return RecipeSpec.model_fields[self.name]

    @property
    def ways(self) -> dict[str, type[Part]]:
        """Kind → the part that does it so."""
        parts = get_args(self.info.annotation)
        return {part.model_fields["kind"].default: part for part in parts}

    @property
    def default(self) -> str:
        """The way that the spec takes."""
        return str(self.info.default.kind)

    @property
    def key(self) -> str:
        """Unique among the page's fields."""
        return f"recipe.{self.name}.kind"

    def titles(self) -> list[tuple[str, str]]:
        """For each kind the first sentence of its documentation, for people to choose by."""
        return [((part.__doc__ or kind).strip().split("\n")[0].rstrip("."), kind) for kind, part in self.ways.items()]

    def shown(self, kind: str, names: Iterable[str]) -> Iterator[SpecField]:
        """Fields of one way."""
        part = self.ways[kind]
        chosen = self.info.default if self.info.default.kind == kind else part()
        for name in names:
            yield SpecField(("recipe", self.name), name, part, getattr(chosen, name), kind)


RUN = tuple(SpecField((), name, RunSpec, RunSpec.model_fields[name].default) for name in ("name", "seed"))
DATA = tuple(
    SpecField(("data",), name, DataSpec, DataSpec.model_fields[name].default)
    for name in ("max_length", "test_fraction")
)
CHOICES = (
    Choice(
        "source_training",
        {"full": ("epochs",), "probe": ("epochs",)},
        {"full": ("batch_size", "learning_rate"), "probe": ("batch_size", "learning_rate")},
    ),
    Choice("vocabulary", {"transplant": ("size",)}, {"transplant": ("max_piece_length",)}),
    Choice("adaptation", {"masked-lm": ("epochs",)}, {"masked-lm": ("embedding_epochs", "batch_size")}),
    Choice(
        "fine_tuning",
        {"full": ("epochs",), "probe": ("epochs",)},
        {"full": ("batch_size", "learning_rate"), "probe": ("batch_size", "learning_rate")},
    ),
)
EXPORT = tuple(
    SpecField(("exports",), name, ExportSpec, ExportSpec.model_fields[name].default)
    for name in ("model", "optimisation", "quantisation")
)


def all_fields() -> list[SpecField]:
    """Every field of a new run that the page asks for."""
    shown = [
        field
        for choice in CHOICES
        for kind in choice.ways
        for field in choice.shown(kind, (*choice.fields.get(kind, ()), *choice.more.get(kind, ())))
    ]
    return [*RUN, *DATA, *shown]


def compose(base: Document, values: dict[str, Any]) -> RunSpec:
    """The spec that the page's values make of ``base``.

    Args:
        base: A spec as plain data: the files, the source, and what the page does not ask for.
        values: What the page holds, by the fields' keys; for a choice, the kind.

    Raises:
        SpecError: A value is not allowed; it names the field as the page does.
    """
    document = {**base, "data": dict(base["data"]), "recipe": RecipeSpec().model_dump()}
    for choice in CHOICES:
        kind = values.get(choice.key, choice.default)
        if kind != choice.default:
            document["recipe"][choice.name] = {"kind": kind}
    fields = all_fields()
    for field in fields:
        holder = document
        for name in field.path:
            holder = holder[name]
        if field.key in values and field.kind in (None, holder.get("kind")):
            holder[field.name] = values[field.key]
    try:
        return RunSpec.model_validate(document)
    except ValidationError as error:
        titles = {field.key: field.title for field in fields}
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise SpecError(
            say("data.field_fault", title=titles.get(place, place), fault=fault["msg"]), say("data.field_fault_remedy")
        ) from error
