"""Every sentence of the page, by ``area.key``; a second language is a second set of tables."""

from __future__ import annotations

from ui.text import common, compare, data, export, progress, start

_AREAS = {
    "common": common.TEXT,
    "start": start.TEXT,
    "data": data.TEXT,
    "progress": progress.TEXT,
    "compare": compare.TEXT,
    "export": export.TEXT,
}
TABLE = {f"{area}.{key}": text for area, table in _AREAS.items() for key, text in table.items()}


def say(key: str, **values: object) -> str:
    """The sentence with this key, its placeholders filled in. The result is plain text, not HTML."""
    return TABLE[key].format(**values)
