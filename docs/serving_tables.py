"""Write the table of settings in docs/serving.md from what they declare; ``--check`` only compares."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from export.serving.settings import ServeSettings

PAGE = Path(__file__).resolve().parent / "serving.md"


def table() -> str:
    """A row for each setting."""
    rows = ["| Setting | Default | Meaning |", "| --- | --- | --- |"]
    for name, field in ServeSettings.model_fields.items():
        default = "unset" if field.default in (None, (), "") else str(field.default).lower()
        rows.append(f"| `{name}` | {default} | {field.description} |")
    return "\n".join(rows)


def main() -> int:
    """Write, or compare; 1 if the page is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if the page is out of date")
    page = PAGE.read_text(encoding="utf-8")
    written = re.sub(
        r"(<!-- settings -->\n).*?(?=<!-- /settings -->)", lambda found: f"{found[1]}{table()}\n", page, flags=re.DOTALL
    )
    if parser.parse_args().check:
        return int(written != page)
    PAGE.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
