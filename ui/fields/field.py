"""One field of the spec, as a control needs to know it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from pipeline.spec import DataSpec, ExportSpec, HubSource, Part, RunSpec, SpeedSpec
from ui.text import spec


@dataclass(frozen=True)
class SpecField:
    """One field of the spec on the page.

    Attributes:
        path: Names from the spec down to the part that holds the field.
        name: The field's own.
        part: The class that declares it.
        value: What it holds before anybody changed it.
        kind: For a field of one of several ways: the way.
        alike: The first of the ways that declare such a field alike; None if all do that have it.
    """

    path: tuple[str, ...]
    name: str
    part: type[Part]
    value: Any
    kind: str | None = None
    alike: str | None = None

    @property
    def key(self) -> str:
        """Of its control; ways that declare a field alike have one for it."""
        return ".".join((*self.path, *([self.alike] if self.alike else []), self.name))

    @property
    def place(self) -> str:
        """Where the spec has it, as pydantic tells places."""
        return ".".join((*self.path, *([self.kind] if self.kind else []), self.name))

    @property
    def info(self) -> FieldInfo:
        """The declaration in the spec."""
        return self.part.model_fields[self.name]

    @property
    def title(self) -> str:
        """The spec's title of the field, in the language of the page."""
        return spec.title(self.part, self.name)

    @property
    def description(self) -> str:
        """The spec's help on the field, likewise."""
        return spec.description(self.part, self.name)

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """Name and value of each alternative."""
        return [(spec.alternative(self.name, value), value) for value in self.alternatives]

    @cached_property
    def alternatives(self) -> tuple[Any, ...]:
        """The allowed values, where they can be counted."""
        chosen = get_args(self.info.annotation)[0] if self._listed else self.info.annotation
        return get_args(chosen) if get_origin(chosen) is Literal else ()

    @property
    def several(self) -> bool:
        """Whether any number of the alternatives can be chosen."""
        return self._listed and bool(self.alternatives)

    @property
    def _listed(self) -> bool:
        return get_origin(self.info.annotation) is tuple

    @cached_property
    def _declared(self) -> tuple[Any, ...]:
        """The types it may have; more than one for a field that may be empty, or is a part itself."""
        annotation = self.info.annotation
        plain = isinstance(annotation, type) and get_origin(annotation) is None
        return (annotation,) if plain else get_args(annotation)

    @property
    def type(self) -> type:
        """Of its values: str, bool, int, float, or tuple for a list."""
        if self._listed:
            return tuple
        if self.alternatives:
            return type(self.alternatives[0])
        return next(declared for declared in self._declared if declared is not NoneType)

    @property
    def optional(self) -> bool:
        """Whether it may be left empty."""
        return NoneType in self._declared

    @property
    def typed(self) -> bool:
        """Whether its control is a text box: for names, lists of numbers, and numbers that may be left empty."""
        return (self.type in (str, tuple) and not self.several) or self.optional

    def shown(self, value: Any) -> Any:
        """A value of the spec as the control holds it."""
        if self.several:
            return list(value)
        if self.type is tuple:
            return ", ".join(map(str, value))
        return "" if value is None else str(value) if self.optional else value

    def meant(self, shown: Any) -> Any:
        """What the control holds as a value for the spec, which checks it."""
        if self.type is tuple and isinstance(shown, str):
            return re.findall(r"[^\s,;]+", shown)
        return (shown.strip() or None) if self.optional and isinstance(shown, str) else shown

    @property
    def is_source(self) -> bool:
        """Whether it names an encoder, which takes more than one control."""
        return HubSource in self._declared

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


def _fields(path: tuple[str, ...], part: type[Part], *names: str) -> tuple[SpecField, ...]:
    return tuple(SpecField(path, name, part, part.model_fields[name].default) for name in names)


RUN = _fields((), RunSpec, "name", "seed", "repeats", "learning_curve")
DATA = _fields(("data",), DataSpec, "max_length", "test_fraction", "dev_fraction", "source_test_fraction")
SPEED = _fields(("speed",), SpeedSpec, "batches", "lengths", "rounds")
EXPORT = _fields(
    ("exports",),
    ExportSpec,
    *("model", "provider", "optimisation", "quantisation", "calibration", "calibration_texts"),
)
GATE = _fields(("exports",), ExportSpec, "max_metric_loss", "max_flips", "max_logit_difference")
