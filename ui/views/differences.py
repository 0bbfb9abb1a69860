"""What two runs were asked to do differently, in the words of the spec's fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from pipeline.sources import CATALOGUE
from pipeline.spec import EmbeddedSource, ExportSpec, HubSource, LocalSource, Part, RunSpec, SourceSpec
from pipeline.spec.difference import ABSENT, Difference
from ui import fields
from ui.handlers.runs import Comparison
from ui.text import say, spec
from ui.views.html import Content, Markup, table, tag

FILES = ("path", "dictionary")  # fields that name a file
CALIBRATED = ("calibration", "calibration_texts")  # fields of an export that are told of static int8 only
GATE = frozenset(field.name for field in fields.GATE)  # told by their titles, where they are not the usual ones


def differences(found: Comparison | None) -> Markup:
    """What two runs were asked to do differently, field by field."""
    if found is None:
        return Markup()
    if not found.found:
        return tag("p", say("runs.no_differences"), class_="g-hint")
    rows: dict[tuple[str, ...], list[Content]] = {}
    for difference in sorted(found.found, key=lambda one: _sorted(one, found.found)):
        trail, values = _told(found.specs, difference)
        rows.setdefault(trail, [_trail(trail), *values])
    return table(
        [say("runs.field"), *found.names], rows.values(), class_="g-differences", label=say("runs.differences")
    )


def _sorted(one: Difference, found: Sequence[Difference]) -> tuple[int, bool]:
    """In the order of the spec, but the way in which a part is done before the fields of that way."""
    beside = next(place for place, other in enumerate(found) if other.path[:-1] == one.path[:-1])
    return beside, one.path[-1] != "kind"


def _trail(trail: tuple[str, ...]) -> Markup:
    *parents, own = trail
    place = tag("small", say("runs.trail_separator").join(parents), class_="g-hint") if parents else None
    return tag("span", place, tag("b", own), class_="g-stacked")


def _told(specs: tuple[RunSpec, RunSpec], difference: Difference) -> tuple[tuple[str, ...], list[Content]]:
    """Titles that lead to a field, and its two values; a model is told as a whole."""
    trail: list[str] = []
    holders: list[Any] = list(specs)
    for name in difference.path:
        declaring = next((type(held) for held in holders if _declares(held, name)), None)
        before, holders = holders, [_held(held, name) for held in holders]
        if declaring is None or name != "kind":  # which is the way its parent is done in
            trail.append(spec.title(declaring, name) if declaring else name)
        if any(isinstance(held, EmbeddedSource | HubSource | LocalSource) for held in holders):
            return tuple(trail), [_source(held) for held in holders]
    values = [difference.first, difference.second]
    if difference.path[-1] in FILES:
        values = _files(*values)
    return tuple(trail), [_value(held, difference.path[-1], value) for held, value in zip(before, values, strict=True)]


def _declares(held: Any, name: str) -> bool:
    return isinstance(held, Part) and name in type(held).model_fields


def _held(held: Any, name: str) -> Any:
    if _declares(held, name):
        return getattr(held, name)
    return held.get(name) if isinstance(held, dict) else None


def _source(source: SourceSpec | None) -> Content:
    if source is None:
        return _nothing()
    entry = next((entry for entry in CATALOGUE if entry.spec == source), None)
    if entry is not None:
        return spec.source(entry)
    return source.repo_id if isinstance(source, HubSource) else PurePath(getattr(source, "path", "")).name


def _value(holder: Any, name: str, value: Any) -> Content:
    """A value as the form shows it."""
    if value is ABSENT:
        return _nothing()
    if isinstance(holder, Part) and name == "kind":
        return spec.way(type(holder))
    if isinstance(value, list) and value:
        if not any(isinstance(part, dict) for part in value):
            return say("common.list_separator").join(map(str, value))
        return tag("span", *(tag("span", _whole(part)) for part in value), class_="g-parts")
    return _whole(value) if isinstance(value, dict) else _word(name, value)


def _files(first: Any, second: Any) -> list[Any]:
    """Paths as people know them: by the file's name, and its folder's where two files have one name."""
    found = [PurePath(path) if isinstance(path, str) else path for path in (first, second)]
    alike = len({getattr(path, "name", path) for path in found}) == 1
    return [str(PurePath(*path.parts[-2 if alike else -1 :])) if isinstance(path, PurePath) else path for path in found]


def _whole(part: Any) -> str:
    """A part that only one of the specs has, or one of a list: a file by its name, an export by all that it says."""
    if not isinstance(part, dict):
        return str(part)
    if "path" in part:
        return PurePath(part["path"]).name
    told = [
        f"{spec.title(ExportSpec, key)} {_word(key, value)}" if key in GATE else _word(key, value)
        for key, value in part.items()
        if key not in CALIBRATED or "int8-static" in part.get("quantisation", ())
        if key not in GATE or value != ExportSpec.model_fields[key].default
    ]
    return say("common.list_separator").join(told)


def _word(name: str, value: Any) -> str:
    if value is None or value == []:
        return say("runs.value_none")
    if isinstance(value, bool):
        return say("runs.value_yes" if value else "runs.value_no")
    if isinstance(value, list):
        return " + ".join(_word(name, part) for part in value)
    if name == "task":
        return spec.task(value)
    if isinstance(value, str):
        return spec.alternative(name, value)
    return f"{value:g}" if isinstance(value, float) else str(value) if name == "seed" else f"{value:,}"


def _nothing() -> Markup:
    return tag("span", "–", tag("span", say("runs.value_absent"), class_="g-heard"), class_="g-hint")
