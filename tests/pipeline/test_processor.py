"""What this machine's processor is called and can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import processor

#: What kernels say: on x86, and on ARM, which names no model.
X86 = "model name\t: EPYC 9\nflags\t\t: fpu avx2 avx512_vnni avx512_bf16\n"
ARM = "Features\t: fp asimd asimddp bf16\n"


@pytest.fixture
def cpu_info(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(processor, "CPU_INFO", tmp_path / "cpuinfo")
    return processor.CPU_INFO


def test_an_x86_is_known_by_its_name_and_flags(cpu_info: Path) -> None:
    cpu_info.write_text(X86)
    assert processor.model_name() == "EPYC 9"
    assert processor.features() == ("AVX2", "AVX512_VNNI", "AVX512_BF16")


def test_an_arm_is_known_by_its_features(cpu_info: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cpu_info.write_text(ARM)
    monkeypatch.setattr(processor.platform, "processor", lambda: "")
    monkeypatch.setattr(processor.platform, "machine", lambda: "aarch64")
    assert processor.model_name() == "aarch64"
    assert processor.features() == ("ASIMDDP", "BF16")


def test_generations_that_share_a_name_are_told_apart(cpu_info: Path) -> None:
    first = "model name\t: EPYC\ncpu family\t: 26\nmodel\t\t: 2\nstepping\t: 1\n"
    cpu_info.write_text(f"processor\t: 0\n{first}\nprocessor\t: 1\n{first}")
    assert processor.generation() == "EPYC 26 2 1"


def test_where_nothing_is_said_nothing_is_known(cpu_info: Path) -> None:
    assert processor.flags() == frozenset()
    assert processor.model_name()
    assert processor.generation()
