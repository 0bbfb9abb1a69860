"""The requirements: all that is installed with them is pinned, and no two of them ask for different versions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.installed import closure

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
RAY, S3 = "requirements-ray.txt", "requirements-s3.txt"
OPTIONAL = {RAY: "ray", S3: "s3fs"}  # file → what it is for


def requirements(name: str) -> list[Requirement]:
    lines = (line.split(" #")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]


def pins(files: tuple[str, ...]) -> dict[str, str]:
    return {
        canonicalize_name(each.name): str(each.specifier)
        for name in files
        for each in requirements(name)
        if each.marker is None or each.marker.evaluate()
    }


def test_every_line_pins_one_version() -> None:
    for name in (*FILES, *OPTIONAL):
        lines = requirements(name)
        assert [str(each) for each in lines if [one.operator for one in each.specifier] != ["=="]] == []
        named = [(canonicalize_name(each.name), str(each.marker)) for each in lines]
        assert len(set(named)) == len(named)


@pytest.mark.parametrize("files", [FILES, *((*FILES, name) for name in OPTIONAL)], ids=["plain", *OPTIONAL])
def test_what_is_brought_along_is_pinned_to_what_is_installed(files: tuple[str, ...]) -> None:
    for name in OPTIONAL.keys() & set(files):
        if importlib.util.find_spec(OPTIONAL[name]) is None:
            pytest.skip(f"{OPTIONAL[name]} is not installed: pip install -r {name}")
    pinned = pins(files)
    # torch's own wheels for CUDA, which it pins itself, are there or not by the index that torch came from.
    found = {
        canonicalize_name(each.name): f"=={each.version.split('+')[0]}"
        for each in closure(each for name in files for each in requirements(name))
        if not each.name.startswith(("nvidia-", "cuda-", "triton"))
    }
    assert {name: version for name, version in found.items() if pinned.get(name) != version} == {}
    if len(found) < len(pinned):
        left = sorted(set(pinned) - set(found))
        pytest.fail(f"nobody needs {', '.join(left)} any more: take them out of the requirements")


@pytest.fixture(scope="module")
def hashes() -> ModuleType:
    """.ci/hashes.py."""
    spec = importlib.util.spec_from_file_location("hashes", ROOT / ".ci" / "hashes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_one_file_everywhere_has_its_hash_and_nothing_else_has(hashes: ModuleType) -> None:
    assert hashes.faults() == []
    assert len(hashes.wanted()) > 60


def test_a_hash_that_is_missing_or_of_another_version_is_told(
    hashes: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = hashes.TARGET.read_text(encoding="utf-8").splitlines()
    altered = [line.replace("gradio==", "gradio==0.") for line in lines if not line.startswith("mcp==")]
    monkeypatch.setattr(hashes, "TARGET", tmp_path / "hashed.txt")
    hashes.TARGET.write_text("\n".join([*altered, "torch==2.13.0", f"numpy==1.0 --hash=sha256:{'0' * 64}"]))
    told = hashes.faults()
    for fault in ("mcp", "gradio", "'torch==2.13.0' is no pin", "numpy==1.0 does not belong here"):
        assert any(fault in one for one in told), fault


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", ".ci/run"])
def test_the_install_that_is_told_checks_the_hashes_first(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    first, then = text.index("--no-deps -r requirements-hashed.txt"), text.index(" -r requirements")
    assert first < then or text[then - 9 : then] == "--no-deps"
