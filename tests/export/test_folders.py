"""A folder is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.folders import replacing
from export.report import FILE
from pipeline.errors import ExportError


def _export(folder: Path, content: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(content)


def test_the_new_takes_the_place_of_the_old(tmp_path: Path):
    destination = tmp_path / "deep" / "onnx"
    for content in ("first", "second"):
        with replacing(destination) as partial:
            _export(partial, content)
        assert (destination / FILE).read_text() == content
    assert [path.name for path in destination.parent.iterdir()] == ["onnx"]


def test_an_error_leaves_the_old(tmp_path: Path):
    _export(tmp_path / "onnx", "old")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "onnx") as partial:
        _export(partial, str(1 / 0))
    assert (tmp_path / "onnx" / FILE).read_text() == "old"


def test_what_a_killed_builder_left_is_cleared(tmp_path: Path):
    _export(tmp_path / ".onnx.partial", "half")
    with replacing(tmp_path / "onnx") as partial:
        assert list(partial.iterdir()) == []
        _export(partial, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["onnx"]


def test_a_kill_between_the_two_renames_is_mended(tmp_path: Path):
    _export(tmp_path / ".onnx.previous", "old")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "onnx"):
        _ = 1 / 0
    assert (tmp_path / "onnx" / FILE).read_text() == "old"


def test_other_peoples_folders_are_not_touched(tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    with pytest.raises(ExportError, match="is no export"), replacing(tmp_path / "letters"):
        pass
    assert (tmp_path / "letters" / "dear.txt").read_text() == "dear"
