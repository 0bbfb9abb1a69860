"""Parts hold all."""

import pytest
from datasets import Dataset

from pipeline import parts


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_parts_hold_all(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(parts, "PART", 2)
    items = list(range(count))
    assert [item for part in parts.parts(items) for item in part] == items
    assert all(0 < len(part) <= 2 for part in parts.parts(items))
    assert [*parts.each(Dataset.from_dict({"n": items})["n"])] == items
