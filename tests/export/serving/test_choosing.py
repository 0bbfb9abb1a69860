"""Names, and which variant of an export is served."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from export.report import FILE
from export.serving.choosing import chosen, named
from pipeline.errors import ExportError


def test_names_are_given_or_the_folder_s():
    assert named(["reviews=/a/b", "/c/topics", "x=y=z"]) == {
        "reviews": Path("/a/b"),
        "topics": Path("/c/topics"),
        "x": Path("y=z"),
    }


@pytest.mark.parametrize("argument", ["/", "/a/two words", "/a/表", "/a/.hidden"])
def test_a_folder_whose_name_fits_no_url_is_refused(argument: str):
    with pytest.raises(ExportError, match=r"can't be a model's name.*NAME=FOLDER"):
        named([argument])
    assert list(named([f"fine={argument}"])) == ["fine"]


def test_a_name_stands_once():
    with pytest.raises(ExportError, match="Two models would be called b"):
        named(["/a/b", "/c/b"])


def test_of_an_export_the_served_variant_is_taken(exported: Path):
    assert chosen(exported) == exported / "int8"
    assert chosen(exported / "fp32") == exported / "fp32"


def test_a_folder_outside_an_export_is_taken_as_it_is(exported: Path, tmp_path: Path):
    alone = shutil.copytree(exported / "o2", tmp_path / "alone")
    assert chosen(alone) == alone


def test_what_missed_its_gate_is_refused_unless_it_is_wanted(exported: Path, tmp_path: Path):
    export = shutil.copytree(exported, tmp_path / "onnx")
    document = json.loads((export / FILE).read_text())
    next(each for each in document["variants"] if each["name"] == "O2")["parity"] |= {"passed": False, "reason": "x"}
    (export / FILE).write_text(json.dumps(document))
    assert chosen(export) == export / "int8"
    with pytest.raises(ExportError, match=r"o2 missed its parity gate: x\. Serve another variant"):
        chosen(export / "o2")
    assert chosen(export / "o2", allow_failed=True) == export / "o2"
