"""Writes the tables of docs/api.md from the endpoints themselves: ``python docs/api_tables.py``.

They stand between ``<!-- endpoints -->`` and ``<!-- end -->``. With ``--check`` nothing is written, and the exit code
is 1 if the page is out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ui.api.describing import Endpoint  # noqa: E402
from ui.api.endpoints import ENDPOINTS, GROUPS  # noqa: E402

PAGE = ROOT / "docs" / "api.md"
_PLACE = re.compile(r"<!-- endpoints -->.*<!-- end -->", re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write the tables, or see whether they are up to date."""
    page = PAGE.read_text(encoding="utf-8")
    written = _PLACE.sub(lambda _: f"<!-- endpoints -->\n{tables()}\n<!-- end -->", page)
    if "--check" in arguments:
        return int(written != page)
    PAGE.write_text(written, encoding="utf-8")
    return 0


def tables() -> str:
    """One table a group."""
    return "\n\n".join(
        f"### {title}\n\n| Endpoint | Takes | What it does |\n| --- | --- | --- |\n"
        + "\n".join(_row(ENDPOINTS[function.__name__]) for function in functions)
        for title, functions in GROUPS.items()
    )


def _row(endpoint: Endpoint) -> str:
    given = ", ".join(
        f"`{argument.name}`" if argument.required else f"[`{argument.name}`]" for argument in endpoint.arguments
    )
    return f"| `{endpoint.name}` | {given} | {endpoint.summary} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
