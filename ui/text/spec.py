"""What the spec declares, in the language of the page: titles, help, and the names of choices.

Its English is the spec's own and is not written down here. Another language has tables of it; what those should
lack is told in English.
"""

from __future__ import annotations

import re

from pipeline.presets import PRESETS
from pipeline.sources import CatalogueEntry
from pipeline.spec import HubSource, Part, TaskName
from pipeline.tasks import TASKS
from ui.text import TABLES, say
from ui.text.languages import current
from ui.text.zh import names, recipe, spec

#: Language → ``Part.field`` → title and help.
FIELDS = {"zh": {**spec.FIELDS, **recipe.FIELDS}}
#: Language → what is named → its name.
NAMES = {"zh": names.NAMES}


def title(part: type[Part], field: str) -> str:
    """The title of a field."""
    found = _field(part, field)
    return found[0] if found else part.model_fields[field].title or field


def description(part: type[Part], field: str) -> str:
    """The help on a field; what JSON calls null is an empty control here."""
    found = _field(part, field)
    return found[1] if found else (part.model_fields[field].description or "").replace("null:", "empty:")


def way(part: type[Part]) -> str:
    """One of the ways to do something: the first sentence of its documentation."""
    return _name(f"way.{part.__name__}", (part.__doc__ or part.__name__).strip().split("\n")[0].rstrip("."))


def alternative(field: str, value: str) -> str:
    """One of the values that a field may have."""
    return say(f"common.model.{value}") if field == "model" else _name(f"{field}.{value}", value)


def task(name: TaskName) -> str:
    """The name of a task."""
    return _name(f"task.{name}", TASKS[name].title)


def preset(name: str) -> str:
    """The name of a preset."""
    return _name(f"preset.{name}", PRESETS[name].title)


def preset_reason(name: str) -> str:
    """When a preset is the right one."""
    return _name(f"preset.{name}.reason", PRESETS[name].reason)


def source(entry: CatalogueEntry) -> str:
    """A model of the catalogue: its name, what it reads, and its size."""
    key = f"source.{entry.spec.repo_id if isinstance(entry.spec, HubSource) else entry.spec.kind}"
    title, read = _name(key, entry.title), languages(entry.languages)
    return say("data.model_catalogue", title=title, languages=read, parameters=entry.parameters)


def languages(name: str) -> str:
    """What a model or a data set is in."""
    return _name(f"languages.{name}", name)


def fact(name: str) -> str:
    """What a stage found, as its files call it."""
    return _name(f"fact.{name}", name.replace("_", " "))


def stage(name: str) -> str:
    """A stage, as the report calls it: the model that it makes, or a kind and the number of a round."""
    kind, number = re.fullmatch(r"(.+?)((?:-\d+)?)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    model = TABLES[current()].get(f"common.model.{name}")
    return model or _name(f"stage.{kind}", kind) + number


def _field(part: type[Part], field: str) -> tuple[str, str] | None:
    """Title and help of a field, which a part may have from the one that it extends."""
    table = FIELDS.get(current(), {})
    keys = (f"{holder.__name__}.{field}" for holder in part.__mro__)
    return next((table[key] for key in keys if key in table), None)


def _name(key: str, otherwise: str) -> str:
    return NAMES.get(current(), {}).get(key, otherwise)
