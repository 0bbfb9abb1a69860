"""What is written of a measurement, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from export.report import FILE as EXPORT
from export.speed.report import FILE, Candidate, SpeedReport, place_of, read_speed, write_speed
from pipeline.messages import Message

Made = Callable[..., SpeedReport]


def test_a_measurement_is_read_as_it_was_written_and_told_in_any_language(
    timed: Callable[..., Candidate], speed: Made, tmp_path: Path
) -> None:
    (tmp_path / EXPORT).write_text("{}")
    note = Message("{name} could not be measured: {fault}.", name="torch", fault="x")
    made = speed(timed("int8", 2, 200), left_out=(note,))
    write_speed(made, place_of(tmp_path))
    read = read_speed(tmp_path)
    assert read is not None
    assert read.candidates == made.candidates
    assert [shape.batch for shape in read.shapes] == [1, 32]
    assert read.said(read.left_out)[0].values == {"name": "torch", "fault": "x"}
    assert read.said(read.recommendation)[0].template.startswith("Take {variant}")


def test_a_single_variant_is_left_as_its_checksums_say(tmp_path: Path) -> None:
    folder = tmp_path / "int8"
    folder.mkdir()
    assert place_of(folder) == tmp_path / f"int8.{FILE}"
    (folder / EXPORT).write_text("{}")
    assert place_of(folder) == folder / FILE


def test_what_can_not_be_read_is_to_be_measured_anew(tmp_path: Path) -> None:
    assert read_speed(tmp_path / "none") is None
    place_of(tmp_path / "some").write_text("{}")
    assert read_speed(tmp_path / "some") is None
