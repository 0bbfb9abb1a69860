"""Every sentence that the code asks for is in the tables, and none lies there unused."""

import re
import string
from pathlib import Path

import ui
from ui.text import TABLE, say

ROOT = Path(ui.__file__).parent
CODE = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.parent.name != "text")
NAMED = set(re.findall(r'"((?:common|start|data|progress|compare|export)\.[\w.-]+)"', CODE))
COMPOSED = [
    re.compile(re.sub(r"\\\{.*?\\\}", "[^.]+", re.escape(found)))
    for found in re.findall(r'f["\']((?:common|start|data|progress|compare|export)\.[\w.{}()\[\]-]*)["\']', CODE)
]


def test_every_key_exists() -> None:
    assert sorted(key for key in NAMED if key not in TABLE) == []


def test_no_sentence_is_unused() -> None:
    unused = [key for key in TABLE if key not in NAMED and not any(form.fullmatch(key) for form in COMPOSED)]
    assert unused == []


def test_placeholders_are_named() -> None:
    for key, text in TABLE.items():
        assert all(name for _, name, _, _ in string.Formatter().parse(text) if name is not None), key


def test_values_are_filled_in() -> None:
    assert say("progress.percent", percent=12) == "12 %"
