"""What is installed here, and what that needs in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Distribution → another that has the same modules.
BUILDS = {"onnxruntime": "onnxruntime-gpu"}


def closure(wanted: Iterable[Requirement]) -> Iterator[metadata.Distribution]:
    """The distributions that meet some requirements, directly or not, each once.

    Raises:
        metadata.PackageNotFoundError: One is not installed.
    """
    todo = [(each, frozenset[str]()) for each in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    given: set[str] = set()
    while todo:
        needed, extras = todo.pop()
        key = canonicalize_name(needed.name), frozenset(needed.extras)
        if key in seen or (needed.marker and not any(needed.marker.evaluate({"extra": e}) for e in ("", *extras))):
            continue
        seen.add(key)
        found = _distribution(needed.name)
        if found.name not in given:
            given.add(found.name)
            yield found
        todo += [(Requirement(row), frozenset(needed.extras)) for row in found.requires or ()]


def _distribution(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        if name not in BUILDS:
            raise
        return metadata.distribution(BUILDS[name])
