"""What these tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.data.preparation import prepare
from pipeline.errors import DataError
from pipeline.settings import Settings
from pipeline.spec import DatasetSpec, DataSpec
from pipeline.tasks import TASKS
from tests.pipeline.data.files import CLASSES, SOURCE, TARGET

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


@pytest.fixture
def ready(write, settings):
    """Prepare files given by their role; options go to the DataSpec."""

    def _ready(*, seed=0, source=SOURCE, target=TARGET, dictionary=None, options=None, task=CLASSES, **others):
        files = {"source": source, "target": target, **others}
        suffix = "conll" if TASKS[task].labelling == "tags" else "csv"
        datasets = {
            role: DatasetSpec(path=write(f"{role}.{suffix}", content), skip_missing=True)
            for role, content in files.items()
            if content is not None
        }
        path = write("words.tsv", dictionary) if dictionary else None
        return prepare(DataSpec(**datasets, dictionary=path, **(options or {})), seed, settings, task)

    return _ready
