"""docs/serving.md says of every setting and every refusal what the server does."""

import re
import subprocess
import sys
from pathlib import Path

from export.serving.questions import FIELDS
from export.serving.refusals import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "docs" / "serving_tables.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run `python docs/serving_tables.py`"


def test_every_refusal_stands_there_with_its_status() -> None:
    found = re.findall(
        r"^\| `(\w+)` \| (\d+) \|", PAGE.partition("<!-- codes -->")[2].partition("<!--")[0], flags=re.MULTILINE
    )
    assert found == [(code, str(kind.status)) for code, kind in sorted(KINDS.items(), key=lambda row: row[1].status)]


def test_every_field_stands_there() -> None:
    assert [field for fields in FIELDS.values() for field in fields if f"`{field}`" not in PAGE] == []
