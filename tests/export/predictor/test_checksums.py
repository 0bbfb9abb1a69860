"""Files held against the checksums that were exported with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from export.predictor import CHECKSUMS, PredictorError, verify


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    return shutil.copytree(exported / "o2", tmp_path / "o2")


def test_an_export_is_what_it_was(folder: Path):
    assert verify(folder)


def test_a_folder_without_checksums_is_not_verified(folder: Path):
    (folder / CHECKSUMS).unlink()
    assert not verify(folder)


def test_a_file_that_was_changed_or_lost_is_named(folder: Path):
    with (folder / "config.json").open("a") as file:
        file.write(" ")
    with pytest.raises(PredictorError, match=r"config\.json is not the file that was exported\. Copy"):
        verify(folder)
    (folder / "config.json").unlink()
    with pytest.raises(PredictorError, match=r"config\.json is not the file"):
        verify(folder)


def test_checksums_that_are_damaged_are_no_traceback(folder: Path):
    (folder / CHECKSUMS).write_text("rubbish\n")
    with pytest.raises(PredictorError, match="is not the file that was exported"):
        verify(folder)


@pytest.mark.parametrize("written", [b"", b"\xff\xfe", None], ids=["empty", "no text", "without the graph"])
def test_checksums_of_a_part_verify_nothing(folder: Path, written: bytes | None):
    lines = [line for line in (folder / CHECKSUMS).read_bytes().splitlines(keepends=True) if b"model.onnx" not in line]
    (folder / CHECKSUMS).write_bytes(b"".join(lines) if written is None else written)
    with pytest.raises(PredictorError, match=r"SHA256SUMS has no checksum of .*model\.onnx"):
        verify(folder)
