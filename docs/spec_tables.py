"""Writes the tables of docs/spec.md from the spec itself: ``python docs/spec_tables.py``.

Between ``<!-- fields: NAME -->`` and ``<!-- end -->`` stands the table of the part with that class
name, and after ``<!-- variants -->`` what can be exported for which provider. With ``--check``
nothing is written, and the exit code is 1 if the page is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from pipeline import spec  # noqa: E402

PAGE = ROOT / "docs" / "spec.md"
_PLACE = re.compile(r"<!-- fields: (\w+) -->.*?<!-- end -->", re.DOTALL)
_VARIANTS = re.compile(r"<!-- variants -->.*?<!-- end -->", re.DOTALL)
_BOUNDS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
_WORDS = {int: "whole number", float: "number", str: "text", bool: "true or false"}
#: Where a part that is a field of another is described.
ANCHORS = {
    "DatasetSpec": "[file of texts](#a-file-of-texts)",
    "Origin": "[origin](#where-a-file-is-from)",
    "DataSpec": "[data](#data)",
    "RecipeSpec": "[recipe](#recipe)",
    "ExportSpec": "[exports](#export)",
    "SpeedSpec": "[comparisons of speed](#speed)",
    "EmbeddedSource": "[source model](#source-model)",
    "KeepVocabulary": "[vocabulary](#vocabulary)",
    "NoAdaptation": "[adaptation](#adaptation)",
    "FullFineTuning": "[fine-tuning](#fine-tuning)",
    "NoSelfTraining": "[self-training](#self-training)",
    "NoEnsemble": "[ensemble](#ensemble)",
}


def rendered(page: str) -> str:
    """The page with every table written anew."""
    page = _PLACE.sub(lambda found: f"<!-- fields: {found[1]} -->\n{table(found[1])}\n<!-- end -->", page)
    return _VARIANTS.sub(lambda _: f"<!-- variants -->\n{variants()}\n<!-- end -->", page)


def variants() -> str:
    """What can be exported for which provider, and why the rest can't: each reason once, by its number."""
    reasons: list[str] = []
    heads = ["Variant", *(f"`{name}`" for name in get_args(spec.Provider))]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    for variant, refused in spec.rows():
        reasons += [reason for reason in dict.fromkeys(map(str, refused)) if reason and reason not in reasons]
        cells = [f"no ({reasons.index(reason) + 1})" if reason else "yes" for reason in map(str, refused)]
        lines.append("| " + " | ".join([f"`{variant}`", *cells]) + " |")
    made = [
        ", ".join(f"`{name}`" for names in each.values() for name in names) for each in spec.DEFAULT_VARIANTS.values()
    ]
    lines.append("| " + " | ".join(["where none is named", *made]) + " |")
    lines += ["", *(f"{number}. {reason}" for number, reason in enumerate(reasons, start=1)), "", "Left out:", ""]
    return "\n".join([*lines, *(f"- {name}: {reason}" for name, reason in spec.LEFT_OUT.items())])


def table(name: str) -> str:
    """The fields of one part."""
    part: type[BaseModel] = getattr(spec, name)
    lines = ["| Field | Title | Value | Default | Meaning |", "| --- | --- | --- | --- | --- |"]
    for field, info in sorted(part.model_fields.items(), key=lambda item: item[0] != "kind"):
        meaning = info.description or {"kind": "Chooses this way.", "schema_version": "Which form this is."}[field]
        cells = (f"`{field}`", info.title or "", _values(info), _default(field, info), meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _values(info: FieldInfo) -> str:
    kinds = [kind for kind in _members(info.annotation) if kind is not type(None)]
    nullable = " or null" if type(None) in _members(info.annotation) else ""
    if named := [ANCHORS[kind.__name__] for kind in kinds if getattr(kind, "__name__", "") in ANCHORS]:
        return named[0] + nullable
    if literals := [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]:
        return ", ".join(f"`{json.dumps(value)}`" for value in literals) + nullable
    kind = kinds[0]
    if get_origin(kind) is dict:
        return "object of texts"
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if get_origin(inner) is Literal:
            return "list of " + ", ".join(f"`{json.dumps(value)}`" for value in get_args(inner))
        return "list of " + (ANCHORS.get(inner.__name__) or f"{_WORDS[inner]}s")
    return _WORDS[kind] + _bounds(info) + nullable


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal or not get_args(annotation) or get_origin(annotation) in (tuple, dict):
        return [annotation]
    return [member for part in get_args(annotation) if not isinstance(part, FieldInfo) for member in _members(part)]


def _bounds(info: FieldInfo) -> str:
    found = {name: getattr(limit, name) for limit in info.metadata for name in _BOUNDS if hasattr(limit, name)}
    said = " ".join(_BOUNDS[name].format(f"{value:,}") for name, value in found.items())
    return f", {said}" if said else ""


def _default(field: str, info: FieldInfo) -> str:
    if info.is_required() or field == "kind":
        return "required"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        changed = value.model_dump(mode="json", exclude_unset=True)
        kind = getattr(value, "kind", None)
        return (
            f"`{json.dumps({'kind': kind, **changed} if kind else changed)}`" if kind else "the defaults of its fields"
        )
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


def main(arguments: list[str]) -> int:
    """Write the tables, or with ``--check`` tell whether they are up to date."""
    page = PAGE.read_text(encoding="utf-8")
    fresh = rendered(page)
    if "--check" in arguments:
        return int(page != fresh)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
