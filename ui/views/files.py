"""What is shown of a comparison, as files to take away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ui.handlers import download
from ui.handlers.chosen import Shown
from ui.views.document import document

STYLE = Path(__file__).resolve().parent.parent / "style.css"
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for something else

#: Kind of file → its type, and what makes it.
FILES: dict[str, tuple[str, Callable[[Shown], str]]] = {
    "html": ("text/html", lambda found: document(found, STYLE.read_text(encoding="utf-8"))),
    "csv": ("text/csv", lambda found: BYTE_ORDER_MARK + download.table(found)),
    "json": ("application/json", download.numbers),
}
