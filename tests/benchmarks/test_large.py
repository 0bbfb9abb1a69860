"""The files and tables of the benchmark of large files; ``python -m benchmarks.large`` has a million rows."""

import csv
import os
from pathlib import Path

import pytest

from benchmarks.large import _held, make, reading, told


def test_files_are_made_and_read(tmp_path: Path) -> None:
    path = make(30, tmp_path / "30.csv")
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["id", "review", "label"]
    assert len(rows) == len({row[1] for row in rows}) == 30
    assert make(30, tmp_path / "again.csv").read_bytes() == path.read_bytes()
    assert all(seconds > 0 for seconds in reading(path, 1).values())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it")
def test_memory_of_a_process_is_told() -> None:
    assert 5 < _held(os.getpid()) < 100_000
    assert _held(None) == 0


def test_the_tables_have_a_column_for_each_size() -> None:
    figures = {
        rows: {
            "megabytes": float(rows) / 1e4,
            "reading": {"pyarrow": 0.1, "Graft": 0.1 * factor},
            "training": {"data": {"seconds": 6.0, "megabytes": 400.0 + factor}},
        }
        for factor, rows in enumerate(("10000", "1000000"), start=1)
    }
    assert told(figures).splitlines() == [
        "| Reading (s) | 10,000 rows, 1 MB | 1,000,000 rows, 100 MB |",
        "| --- | --- | --- |",
        "| pyarrow | 0.100 | 0.100 |",
        "| Graft | 0.100 | 0.200 |",
        "| Graft / pyarrow | 1.00 | 2.00 |",
        "",
        "| Memory held (MB), and seconds | 10,000 rows, 1 MB | 1,000,000 rows, 100 MB |",
        "| --- | --- | --- |",
        "| data | 401 (6 s) | 402 (6 s) |",
    ]
