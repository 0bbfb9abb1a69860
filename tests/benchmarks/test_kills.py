"""The loop of random kills, in small; ``python -m benchmarks.kills`` has the long one."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.kills import loop, write
from pipeline.spec import RunSpec


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_at_random_moments_lose_nothing(tiny_spec: RunSpec) -> None:
    said: list[str] = []
    killed = loop(tiny_spec, 8, seed=1, say=said.append)
    assert killed.total() == 8
    assert len(said) >= 2
    assert "8 in all; the report is the same" in said[-1]


def test_the_table_tells_where_kills_fell(tmp_path: Path) -> None:
    killed = Counter({("data", "worker"): 3, ("report", "server and worker"): 2})
    write(killed, 120.0, tmp_path)
    table = (tmp_path / "kills.md").read_text(encoding="utf-8")
    assert table.startswith("5 kills in 2 minutes: no run lost")
    assert "| data | 3 | 0 | 0 |" in table
    assert "| report | 0 | 0 | 2 |" in table
    assert sum(each["kills"] for each in json.loads((tmp_path / "kills.json").read_text())["killed"]) == 5
