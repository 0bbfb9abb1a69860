"""The page at /docs: all that OpenAPI says, from one document that needs no other host."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from export.serving import questions
from tests.export.serving.conftest import Reply, Running, Start


class Read(HTMLParser):
    """Tags with their attributes, and what stands in each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and data.strip():
            self.inside.setdefault(self.tags[-1][0], []).append(data)


@pytest.fixture
def running(start: Start, exported: Path) -> Running:
    return start({"model": exported}, api_keys="first")


def page_of(running: Running) -> tuple[Reply, Read]:
    reply = running.get("/docs")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return reply, Read(reply.body.decode())


def test_it_shows_every_path_example_and_refusal(running: Running):
    _, read = page_of(running)
    described = running.get("/openapi.json").json
    asked = [f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods]
    assert read.inside["h2"] == asked
    assert len([tag for tag, _ in read.tags if tag == "button"]) == len(asked)
    assert [fields["name"] for tag, fields in read.tags if tag == "input" and "name" in fields] == ["name"] * 3
    values = [json.loads(fields["value"] or "") for tag, fields in read.tags if tag == "option"]
    assert values == [example["value"] for example in questions.EXAMPLES.values()]
    assert json.loads(read.inside["textarea"][0]) == values[0]
    for refused in ("too_fast, busy", "wrong_type, wrong_form", "no_keys_set"):
        assert any(refused in text for text in read.inside["td"])


def test_it_asks_no_other_host_and_its_policy_allows_nothing_else(running: Running):
    reply, read = page_of(running)
    linked = [value for _, fields in read.tags for name, value in fields.items() if name in ("src", "href", "action")]
    assert linked == ["openapi.json"]
    assert not re.search(r"(https?:)?//\w+\.\w", "".join([*read.inside["script"], *read.inside["style"]]))
    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": hashed(read.inside["script"]),
        "style-src": hashed(read.inside["style"]),
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert not [name for _, fields in read.tags for name in fields if name.startswith("on") or name == "style"]


def hashed(text: list[str]) -> str:
    digest = hashlib.sha256("".join(text).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
