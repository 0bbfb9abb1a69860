"""The page at ``/docs``: what OpenAPI says of the server, with fields to try it.

It is one document that asks no other host for scripts or styles, so that it works where there is no network, and its
policy allows nothing but its own script, its own style, and questions to the server that it came from.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

HERE = Path(__file__).resolve().parent
SCRIPT, STYLE = ((HERE / name).read_text(encoding="utf-8") for name in ("page.js", "page.css"))
JSON = "application/json"


def _hashed(text: str) -> str:
    """What a policy knows a script or a style within the document by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src {_hashed(SCRIPT)}",
        f"style-src {_hashed(STYLE)}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def page(document: Mapping[str, Any]) -> str:
    """The page.

    Args:
        document: OpenAPI's description.
    """
    title = document["info"]["title"]
    root = Element("html", {"lang": "en"})
    head, body = SubElement(root, "head"), SubElement(root, "body")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width"})
    _text(head, "title", title)
    _text(head, "style", STYLE)
    _text(body, "h1", title)
    about = _text(body, "p", "The same for programs: ")
    _text(about, "a", "openapi.json", href="openapi.json")
    _labelled(body, "Key, if the server wants one ", "input", id="key", type="password", autocomplete="off")
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            _route(body, path, method.upper(), said)
    _text(body, "script", SCRIPT)
    return f"<!doctype html>\n{ET.tostring(root, encoding='unicode', method='html')}\n"


def _route(body: Element, path: str, method: str, said: Mapping[str, Any]) -> None:
    """What there is under a path, fields to ask it with, and what it may answer."""
    # Without the first slash: a proxy may have the server under a path of its own.
    part = SubElement(body, "section", {"data-path": path.removeprefix("/"), "data-method": method})
    _text(part, "h2", f"{method} {path}")
    _text(part, "p", said.get("description", ""))
    for each in said.get("parameters", ()):
        _labelled(part, f"{each['name']} ", "input", name=each["name"], required="")
    asked = said.get("requestBody", {}).get("content", {}).get(JSON)
    if asked:
        _asked(part, asked)
    _text(part, "button", "Send", type="button")
    SubElement(part, "output")
    _answers(part, said["responses"])


def _asked(part: Element, asked: Mapping[str, Any]) -> None:
    examples = {name: _written(example["value"]) for name, example in asked["examples"].items()}
    chosen = _labelled(part, "Example ", "select")
    for name, example in examples.items():
        _text(chosen, "option", name, value=example)
    _labelled(part, "Body ", "textarea", spellcheck="false").text = next(iter(examples.values()))
    fields = _folded(part, "Fields of the body")
    for name, field in asked["schema"]["properties"].items():
        _row(fields, name, field.get("description", ""))


def _answers(part: Element, responses: Mapping[str, Any]) -> None:
    table = _folded(part, "Answers")
    for status, response in responses.items():
        _row(table, status, response["description"])
        for name, example in response.get("content", {}).get(JSON, {}).get("examples", {}).items():
            _text(_row(table, "", f"{name}: "), "pre", _written(example["value"]))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(parent: Element, name: str, text: str, /, **attributes: str) -> Element:
    made = SubElement(parent, name, attributes)
    made.text = text
    return made


def _labelled(parent: Element, text: str, name: str, /, **attributes: str) -> Element:
    """A field within its label."""
    return SubElement(_text(parent, "label", text), name, attributes)


def _folded(parent: Element, text: str) -> Element:
    """A table that is closed at first."""
    folded = SubElement(parent, "details")
    _text(folded, "summary", text)
    return SubElement(folded, "table")


def _row(table: Element, name: str, text: str) -> Element:
    """A row's second cell."""
    row = SubElement(table, "tr")
    _text(row, "th", name, scope="row")
    return _text(row, "td", text)
