"""docs/spec.md says of every field what the spec says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_has_a_table_for_every_part_and_each_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "docs" / "spec_tables.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run `python docs/spec_tables.py`"
    page = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    from pydantic import BaseModel

    from pipeline import spec

    parts = [
        name for name in spec.__all__ if isinstance(part := getattr(spec, name), type) and issubclass(part, BaseModel)
    ]
    missing = [name for name in parts if name not in ("Part", "Tuning") and f"<!-- fields: {name} -->" not in page]
    assert missing == []
