"""Target text for tokenizers."""

from __future__ import annotations

import pytest

from pipeline.samples import FOLDER as SAMPLES


@pytest.fixture(scope="session")
def reviews() -> list[str]:
    """Chinese reviews, some hundreds."""
    return (SAMPLES / "reviews.zh.unlabelled.txt").read_text(encoding="utf-8").splitlines()
