"""From the form's values to a spec, and from a recipe to the form's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from pipeline.errors import SpecError
from pipeline.faults import reason
from pipeline.spec import DataSpec, Part, RecipeSpec, RunSpec
from pipeline.spec import conflicts as find_conflicts
from ui.fields.choices import CHOICES
from ui.fields.field import DATA, RUN, SpecField
from ui.text import TABLES, say, spec
from ui.text.languages import current
from ui.text.telling import tell

Document = dict[str, Any]

#: What a reason calls a field of the spec; people know it by its title.
_NAMED = re.compile(r"(?<![a-z_.])(?P<part>data|recipe)\.(?P<field>[a-z_]+)")
#: Titles stand in quotation marks, and Chinese has no spaces beside those.
_BESIDE_TITLE = re.compile(r"(?<=[\u3000-\u9fff]) (?=“)|(?<=”) (?=[\u3000-\u9fff])")
_PARTS: dict[str, type[Part]] = {"data": DataSpec, "recipe": RecipeSpec}


def all_fields() -> list[SpecField]:
    """Every field of a new run that the page asks for."""
    return [*RUN, *DATA, *(field for choice in CHOICES for kind in choice.ways for field in choice.fields(kind))]


def values_of(recipe: RecipeSpec) -> Document:
    """What the form holds when it stands for this recipe, by the fields' keys."""
    values: Document = {}
    for choice in CHOICES:
        values |= choice.values(getattr(recipe, choice.name))
    return values


def compose(base: Document, values: Document) -> RunSpec:
    """The spec that the page's values make of ``base``.

    Args:
        base: A spec as plain data: the task, the files, the source, and what the page does not ask for.
        values: What the page holds, by the fields' keys; for a choice, the kind.

    Raises:
        SpecError: A value is not allowed, and it names the field as the page does; or parts do not go together.
    """
    document = _document(base, values)
    try:
        return RunSpec.model_validate(document)
    except ValidationError as error:
        fault: Document = dict(error.errors()[0])
        if not fault["loc"]:
            raise SpecError(" ".join(_reasons(document, error)), say("data.conflict_remedy")) from error
        titles = {field.place: field.title for field in all_fields()}
        place = ".".join(map(str, fault["loc"]))
        title = next((titles[key] for key in (place, place.rpartition(".")[0]) if key in titles), place)
        raise SpecError(
            say("data.field_fault", title=title, fault=told_fault(fault)), say("data.field_fault_remedy")
        ) from error


def conflicts(base: Document, values: Document) -> list[str]:
    """What does not go together in a form that is being filled in, each as a sentence; see :func:`compose`."""
    document = _document(base, values)
    try:
        RunSpec.model_validate(document)
    except ValidationError as error:
        if not error.errors()[0]["loc"]:
            return _reasons(document, error)
    return []


def told_fault(fault: Document) -> str:
    """What is wrong with a value; where the page has no words for it, pydantic's own."""
    kind = fault["type"]
    key = f"data.fault.{kind}"
    return say(key, **fault.get("ctx", {})) if key in TABLES[current()] else str(fault["msg"])


def _document(base: Document, values: Document) -> Document:
    """The spec as plain data, not checked yet."""
    recipe: Document = {}
    for choice in CHOICES:
        kind = values.get(choice.key, choice.default)
        fields = choice.fields(kind) if kind in choice.ways else []
        recipe[choice.name] = {"kind": kind, **{field.name: field.value for field in fields}, **_meant(fields, values)}
    return {**base, **_meant(RUN, values), "data": {**base["data"], **_meant(DATA, values)}, "recipe": recipe}


def _meant(fields: Iterable[SpecField], values: Document) -> Document:
    """The values of those fields that the form holds, by name."""
    return {field.name: field.meant(values[field.key]) for field in fields if field.key in values}


def _reasons(document: Document, error: ValidationError) -> list[str]:
    """Why a document is refused whose fields are all right by themselves, in the page's words."""
    data, recipe = DataSpec.model_validate(document["data"]), RecipeSpec.model_validate(document["recipe"])
    task = document.get("task", RunSpec.model_fields["task"].default)
    found = find_conflicts(task, data, recipe, tuple(map(int, document.get("learning_curve", ()))))
    return [_sentence(tell(told)) for told in found or [reason(error.errors()[0])]]


def titled(text: str) -> str:
    """A text in which fields of the spec are called as the page calls them."""

    def title(found: re.Match[str]) -> str:
        part = _PARTS[found["part"]]
        return f"“{spec.title(part, found['field'])}”" if found["field"] in part.model_fields else found[0]

    return _BESIDE_TITLE.sub("", _NAMED.sub(title, text))


def _sentence(reason: str) -> str:
    worded = titled(reason)
    return say("common.sentence", text=worded[:1].upper() + worded[1:])
