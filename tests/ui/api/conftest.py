"""Calls of the endpoints as Gradio makes them, without a server."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.apart import apart
from ui.api.calling import bound
from ui.api.endpoints import ENDPOINTS
from ui.services import Services

MINE, THEIRS = "m" * 32, "t" * 32


def make_call(services: Services, name: str, /, **given: Any) -> Any:
    """What an endpoint answers to values by name; the others are as they are if nobody gives them."""
    endpoint = ENDPOINTS[name]
    known = {argument.name: argument.default for argument in endpoint.arguments}
    assert given.keys() <= known.keys()
    answer = bound(endpoint, services)(*{**known, **given}.values())
    return apart(answer) if inspect.isawaitable(answer) else answer


call, mine, theirs = (
    pytest.fixture(lambda made=made: made, name=name)
    for name, made in {"call": make_call, "mine": MINE, "theirs": THEIRS}.items()
)


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., str]:
    """Brings a text as a file, and gives its name."""

    def brought(services: Services, content: str, name: str = "texts.csv", visitor: str = "") -> str:
        return str(make_call(services, "upload_text", name=name, content=content, visitor=visitor)["file"])

    return brought


@pytest.fixture
def sample_files() -> dict[str, str]:
    """The demo's files, by what they are for."""
    return {
        "source": "samples/reviews.en.csv",
        "target": "samples/reviews.zh.train.csv",
        "test": "samples/reviews.zh.test.csv",
        "unlabelled": "samples/reviews.zh.unlabelled.txt",
        "dictionary": "samples/glossary.en-zh.tsv",
    }
