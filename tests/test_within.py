"""``--within``: tests that had no time are skipped and say so; they do not count as passed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(("minutes", "told"), [("0", "1 skipped"), ("60", "1 passed")])
def test_what_has_not_begun_in_time_is_skipped_with_the_reason(minutes: str, told: str) -> None:
    test = "tests/test_requirements.py::test_every_line_pins_one_version"
    command = [sys.executable, "-m", "pytest", test, "--within", minutes, "-p", "no:cacheprovider"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert told in said.splitlines()[-1], said
    assert (f"not begun within {minutes} minutes" in said) is (minutes == "0")
