"""What these tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.settings import Settings

Write = Callable[..., str]
Refusal = Callable[..., str]


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path: text in UTF-8, or bytes as they are."""

    def _write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return _write


@pytest.fixture
def refusal() -> Refusal:
    """Call something that must raise a DataError with a remedy; return what it says."""

    def _refusal(call: Callable[..., object], *arguments: object, **options: object) -> str:
        with pytest.raises(DataError) as caught:
            call(*arguments, **options)
        assert caught.value.message
        assert caught.value.remedy
        return str(caught.value)

    return _refusal
