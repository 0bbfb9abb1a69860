"""What the card says of the machine that exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from export import circumstances
from pipeline import processor


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("flags\t\t: fpu avx2 avx512_vnni\n", "on a processor with VNNI"),
        ("Features\t: fp asimd asimddp\n", "on a processor with VNNI"),
        ("flags\t\t: fpu avx2\n", "on a processor without VNNI"),
        ("model name: x\n", ""),
        (None, ""),
    ],
)
def test_the_processor_is_told_by_its_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, told: str
):
    path = tmp_path / "cpuinfo"
    if said is not None:
        path.write_text(said)
    monkeypatch.setattr(processor, "CPU_INFO", path)
    assert told in circumstances.processor()
    assert bool(circumstances.processor()) is bool(told)
