"""Which variant is meant by a folder, and that none is taken by default that missed its gate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from export.choosing import chosen
from export.record import RECORD, Record
from export.report import FILE
from pipeline.errors import ExportError
from tests.export.conftest import REASON


def test_of_an_export_the_served_variant_is_taken(exported: Path):
    assert chosen(exported) == exported / "int8"
    assert chosen(exported / "fp32") == exported / "fp32"


def test_a_folder_outside_an_export_is_taken_as_it_is(exported: Path, tmp_path: Path):
    alone = shutil.copytree(exported / "o2", tmp_path / "alone")
    assert chosen(alone) == alone


def test_what_the_report_says_missed_its_gate_is_refused_unless_it_is_wanted(exported: Path, tmp_path: Path):
    export = shutil.copytree(exported, tmp_path / "onnx")
    document = json.loads((export / FILE).read_text())
    next(each for each in document["variants"] if each["name"] == "O2")["parity"] |= {"passed": False, "reason": "x"}
    (export / FILE).write_text(json.dumps(document))
    assert chosen(export) == export / "int8"
    with pytest.raises(ExportError, match=r"o2 missed its parity gate: x\. Choose another variant"):
        chosen(export / "o2")
    assert chosen(export / "o2", allow_failed=True) == export / "o2"


def test_what_a_folder_says_of_itself_goes_with_it(failed: Path):
    with pytest.raises(ExportError) as refused:
        chosen(failed)
    assert str(refused.value) == (
        f"{failed} missed its parity gate: {REASON}. Choose another variant, or give --allow-failed."
    )
    assert [value for value in refused.value.told.values.values() if getattr(value, "values", None)]
    assert chosen(failed, allow_failed=True) == failed


def test_the_reason_can_be_told_in_another_language(failed: Path):
    record = Record.read(failed)
    assert record is not None
    assert record.missed.template == "the metric is worse by {value:.2%} ({limit:.2%} allowed)"


def test_a_folder_without_a_record_is_taken_but_not_where_it_was_taken_away(exported: Path, tmp_path: Path):
    alone = shutil.copytree(exported / "o2", tmp_path / "alone")
    (alone / RECORD).unlink()
    with pytest.raises(ExportError, match=rf"{RECORD} is not the file that was exported"):
        chosen(alone)
    (alone / "SHA256SUMS").unlink()
    assert chosen(alone) == alone


def test_a_damaged_record_is_told(exported: Path, tmp_path: Path):
    alone = shutil.copytree(exported / "o2", tmp_path / "alone")
    (alone / RECORD).write_text("{}")
    with pytest.raises(ExportError, match=rf"{RECORD} is damaged, or of another Graft\. Export the model anew"):
        chosen(alone)
