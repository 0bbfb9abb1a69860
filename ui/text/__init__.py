"""Every sentence of the page, by ``area.key``, in each of its languages.

The English of what the spec declares (titles, help, choices) is the spec's own; see :mod:`ui.text.spec`.
"""

from __future__ import annotations

from ui.text import en, zh
from ui.text.languages import current

#: Language → key → sentence; all languages have the same keys.
TABLES = {
    language: {f"{area}.{key}": text for area, table in areas.items() for key, text in table.items()}
    for language, areas in {"en": en.AREAS, "zh": zh.AREAS}.items()
}


def say(key: str, **values: object) -> str:
    """The sentence with this key, its placeholders filled in. The result is plain text, not HTML."""
    return TABLES[current()][key].format(**values)
