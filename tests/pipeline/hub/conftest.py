"""The Hub that is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub import Hub, answering


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub of one's own."""
    with answering() as made:
        yield made
