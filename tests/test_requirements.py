"""The requirements: all that is installed with them is pinned, and no two of them ask for different versions."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")


def requirements(name: str) -> list[Requirement]:
    lines = (line.split(" #")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]


def pins() -> dict[str, str]:
    return {
        canonicalize_name(each.name): str(each.specifier)
        for name in FILES
        for each in requirements(name)
        if each.marker is None or each.marker.evaluate()
    }


def brought_along() -> Iterator[metadata.Distribution]:
    """All that the requirements need here, directly or not."""
    todo = [each for name in FILES for each in requirements(name)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        wanted = todo.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key in seen or (wanted.marker and not wanted.marker.evaluate()):
            continue
        seen.add(key)
        found = metadata.distribution(wanted.name)
        yield found
        for needed in map(Requirement, found.requires or []):
            if any(not needed.marker or needed.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                needed.marker = None
                todo.append(needed)


def test_every_line_pins_one_version() -> None:
    for name in FILES:
        lines = requirements(name)
        assert [str(each) for each in lines if [one.operator for one in each.specifier] != ["=="]] == []
        named = [(canonicalize_name(each.name), str(each.marker)) for each in lines]
        assert len(set(named)) == len(named)


def test_what_is_brought_along_is_pinned_to_what_is_installed() -> None:
    pinned = pins()
    # torch's own wheels for CUDA, which it pins itself, are there or not by the index that torch came from.
    found = {
        canonicalize_name(each.name): f"=={each.version.split('+')[0]}"
        for each in brought_along()
        if not each.name.startswith(("nvidia-", "cuda-", "triton"))
    }
    assert {name: version for name, version in found.items() if pinned.get(name) != version} == {}
    if len(found) < len(pinned):
        left = sorted(set(pinned) - set(found))
        pytest.fail(f"nobody needs {', '.join(left)} any more: take them out of the requirements")
