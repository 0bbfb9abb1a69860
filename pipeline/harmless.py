"""What the files beside a model's weights may not ask of the libraries that read them.

transformers acts on what it finds there: it fetches and runs code that a config names, follows paths of a list of
shards, and makes files named after chat templates when a tokenizer is saved. ``trust_remote_code=False`` does not stop
all of that (docs/advisories.md has the cases), so a folder that asks for it is refused before a library sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

#: Files whose fields transformers acts on.
READ = ("config.json", "tokenizer_config.json", "generation_config.json", "processor_config.json", "*.index.json")
#: Ways to attend that are built in; anything else may name a repository with code.
ATTENTION = re.compile(r"[a-z0-9_]+")
NAME = re.compile(r"[\w-][\w.-]*")  # of a file or a template; never a path


def _code(value: Any) -> bool:
    return bool(value)


def _attention(value: Any) -> bool:
    ways = value.values() if isinstance(value, Mapping) else [value]
    return any(way is not None and not (isinstance(way, str) and ATTENTION.fullmatch(way)) for way in ways)


def _templates(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not all(map(_plain, value))
    if isinstance(value, list):
        return not all(isinstance(each, Mapping) and _plain(each.get("name")) for each in value)
    return not (value is None or isinstance(value, str))


def _shards(value: Any) -> bool:
    return not (isinstance(value, Mapping) and all(map(_plain, value.values())))


def _plain(name: Any) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None


#: Field → whether its value asks for more than reading.
RULES: dict[str, Callable[[Any], bool]] = {
    "trust_remote_code": _code,
    "custom_generate": _code,
    "attn_implementation": _attention,
    "_attn_implementation": _attention,
    "_attn_implementation_internal": _attention,
    "experts_implementation": _attention,
    "_experts_implementation": _attention,
    "_experts_implementation_internal": _attention,
    "use_kernels": _code,
    "kernel_config": _code,
    "chat_template": _templates,
    "weight_map": _shards,
}


def asks_for_more(folder: Path) -> Iterator[tuple[str, str]]:
    """Files of a model's folder, each with a field that asks for more than reading; others tell what is unreadable."""
    for path in sorted({path for pattern in READ for path in folder.glob(pattern)}):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if path.name == "config.json":
            yield from ((path.name, field) for field in _fields(document, {**RULES, "auto_map": _code}))
        else:
            yield from ((path.name, field) for field in _fields(document, RULES))


def _fields(document: Any, rules: Mapping[str, Callable[[Any], bool]]) -> Iterator[str]:
    """Fields that break a rule, however deep they lie."""
    todo = [document]
    while todo:
        found = todo.pop()
        if isinstance(found, Mapping):
            yield from (field for field in found.keys() & rules.keys() if rules[field](found[field]))
            todo += found.values()
        elif isinstance(found, list):
            todo += found
