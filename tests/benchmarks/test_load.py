"""The table of the load test; ``python -m benchmarks.load`` has the visitors."""

import json
from collections import Counter
from pathlib import Path

from benchmarks.load import write


def test_the_table_tells_times_and_errors(tmp_path: Path) -> None:
    found = {
        "visitors": 3,
        "minutes": 1.5,
        "taken": {"open": [0.1] * 98 + [2.0, 4.0]},
        "errors": Counter({"ask: RuntimeError no answer": 2}),
        "states": Counter({"queued": 100, "running": 1}),
    }
    write(found, tmp_path)
    table = (tmp_path / "load.md").read_text(encoding="utf-8")
    assert "3 visitors for 1.5 minutes; runs at the end: 100 queued, 1 running. Errors: 2." in table
    assert "| open | 100 | 0.10 | 0.10 | 2.02 | 4.00 |" in table
    assert "- 2 x ask: RuntimeError no answer" in table
    assert json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))["states"] == {"queued": 100, "running": 1}
