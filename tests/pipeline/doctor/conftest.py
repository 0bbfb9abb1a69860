"""What the tests of the doctor may ask for: files by role, and what the doctor says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.doctor.material import Material, gather
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec, LocalSource


@pytest.fixture
def make_material(tmp_path: Path, tiny_model: Path, settings: Settings) -> Callable[..., Material]:
    """A function: file name → content by role, task, options of the data → what the checks look at."""

    def make(files: dict[str, tuple[str, str | bytes]], task: str = "text-classification", **options: Any) -> Material:
        given: dict[str, Any] = {}
        for role, (name, content) in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            skip = {"skip_missing": True} if options.get("skip_missing") else {}
            given[role] = str(path) if role == "dictionary" else DatasetSpec(path=str(path), **skip)
        more = {name: value for name, value in options.items() if name != "skip_missing"}
        return gather(DataSpec(**given, **more), task, LocalSource(path=str(tiny_model)), settings)

    return make
