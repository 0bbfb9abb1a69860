"""Small files that are read as large ones are."""

import pytest

from pipeline.data.large import streams


@pytest.fixture
def in_blocks(monkeypatch):
    """Read every file in blocks, and tell columns by its first two rows."""
    monkeypatch.setattr(streams, "LARGE", 0)
    monkeypatch.setattr(streams, "SAMPLE", 2)
