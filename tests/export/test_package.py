"""Checksums and zip."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

from export.package import zip_folder
from export.record import CHECKSUMS


def test_the_checksums_hold(exported: Path):
    lines = (exported / "int8" / CHECKSUMS).read_text().splitlines()
    named = dict(reversed(line.split("  ")) for line in lines)
    assert {"model.onnx", "README.md", "config.json", "tokenizer.json"} <= set(named)
    for name, digest in named.items():
        assert hashlib.sha256((exported / "int8" / name).read_bytes()).hexdigest() == digest


def test_a_zip_unpacks_to_the_same_files_below_its_name(exported: Path, tmp_path: Path):
    path = zip_folder(exported / "int8", tmp_path / "tiny-int8.zip")
    assert [left.name for left in tmp_path.iterdir()] == ["tiny-int8.zip"]
    zipfile.ZipFile(path).extractall(tmp_path)
    unpacked = {file.name: file.read_bytes() for file in (tmp_path / "tiny-int8").iterdir()}
    assert unpacked == {file.name: file.read_bytes() for file in (exported / "int8").iterdir()}


def test_equal_folders_give_equal_zips(exported: Path, tmp_path: Path):
    copy = shutil.copytree(exported / "int8", tmp_path / "copy", copy_function=shutil.copy)
    (tmp_path / "other").mkdir()
    first, second = zip_folder(copy, tmp_path / "a.zip"), zip_folder(exported / "int8", tmp_path / "other" / "a.zip")
    assert first.read_bytes() == second.read_bytes()
