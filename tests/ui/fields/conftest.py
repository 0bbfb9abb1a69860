"""A run without a form yet."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.demo import demo_spec
from pipeline.settings import Settings


@pytest.fixture
def base() -> dict[str, Any]:
    """What the page knows before the form: task, files, source."""
    return demo_spec(Settings()).model_dump(mode="json", exclude={"recipe"})
