"""The parts of the recipe that can be done in several ways, read off the spec."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from pydantic.fields import FieldInfo

from pipeline.spec import Part, RecipeSpec
from ui.fields.field import SpecField
from ui.text import spec

#: Fields that are seen at once, whichever way they belong to; all others stand under "More options".
IN_FRONT = ("epochs", "rounds", "members", "size", "model")


@dataclass(frozen=True)
class Choice:
    """A part of the recipe that can be done in several ways.

    Attributes:
        name: The recipe's field.
        in_front: Whether it is chosen before "More options".
    """

    name: str
    in_front: bool = True

    @property
    def info(self) -> FieldInfo:
        """The declaration in the recipe."""
        return RecipeSpec.model_fields[self.name]

    @property
    def title(self) -> str:
        """The recipe's title of the part."""
        return spec.title(RecipeSpec, self.name)

    @property
    def description(self) -> str:
        """The recipe's help on the part."""
        return spec.description(RecipeSpec, self.name)

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
        """For each kind what it does, for people to choose by."""
        return [(spec.way(part), kind) for kind, part in self.ways.items()]

    def fields(self, kind: str) -> list[SpecField]:
        """All fields of one way, with the values that the spec gives them."""
        part = self.ways[kind]
        chosen = self.info.default if kind == self.default else part()
        names = (name for name in part.model_fields if name != "kind")
        path = ("recipe", self.name)
        return [SpecField(path, name, part, getattr(chosen, name), kind, self._alike[kind, name]) for name in names]

    @cached_property
    def controls(self) -> tuple[SpecField, ...]:
        """A field for each control: those of all ways, of several that are alike the first; the default way's lead."""
        kinds = sorted(self.ways, key=lambda kind: kind != self.default)
        found = {field.key: field for kind in reversed(kinds) for field in self.fields(kind)}
        order = dict.fromkeys(field.key for kind in self.ways for field in self.fields(kind))
        return tuple(found[key] for key in order)

    @property
    def front(self) -> list[SpecField]:
        """Those of :attr:`controls` that are seen at once."""
        return [field for field in self.controls if self.in_front and field.name in IN_FRONT]

    @property
    def more(self) -> list[SpecField]:
        """Those that stand under "More options"."""
        return [field for field in self.controls if not (self.in_front and field.name in IN_FRONT)]

    def keys(self, kind: str) -> set[str]:
        """The controls of one way."""
        return {field.key for field in self.fields(kind)}

    def values(self, part: Any) -> dict[str, Any]:
        """The form's values that stand for this part of a recipe."""
        fields = self.fields(part.kind)
        return {self.key: part.kind, **{field.key: field.shown(getattr(part, field.name)) for field in fields}}

    @cached_property
    def _alike(self) -> dict[tuple[str, str], str | None]:
        """Kind and field → the first kind that declares the field alike; None if all do that have it."""
        looks: defaultdict[str, dict[str, str]] = defaultdict(dict)
        found: dict[tuple[str, str], str] = {}
        for kind, part in self.ways.items():
            for name, info in part.model_fields.items():
                look = repr((info.title, info.description, info.annotation, info.metadata))
                found[kind, name] = looks[name].setdefault(look, kind)
        return {(kind, name): first if len(looks[name]) > 1 else None for (kind, name), first in found.items()}


#: One for every part of the recipe, in the spec's order; how a model to compare with is trained comes last.
CHOICES = tuple(Choice(name, in_front=name != "target_only") for name in RecipeSpec.model_fields)
