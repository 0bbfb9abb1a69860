"""The peak is the process's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import peak

ROOT = Path(__file__).resolve().parents[2]


def test_the_peak_is_told_without_the_kernels_account_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert peak.peak_bytes() > 10_000_000
    monkeypatch.setattr(peak, "STATUS", tmp_path / "none")
    assert peak.peak_bytes() > 10_000_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's account is Linux's")
def test_a_child_does_not_begin_with_its_parents_peak() -> None:
    held = b"x" * 200_000_000
    code = "from pipeline.peak import peak_bytes; print(peak_bytes())"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(answer.stdout) < len(held) // 2
