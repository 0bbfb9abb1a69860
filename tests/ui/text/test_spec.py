"""What the spec declares is told in every language, and nothing is told that it does not declare."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

import pipeline
from pipeline import sources
from pipeline import spec as declared
from pipeline.presets import PRESETS
from pipeline.tasks import TASKS
from ui import fields
from ui.text import spec
from ui.text.languages import speaking

PARTS = sorted(
    (part for part in vars(declared).values() if inspect.isclass(part) and issubclass(part, declared.Part)),
    key=lambda part: part.__name__,
)
FIELDS = [(part, name) for part in PARTS for name in part.model_fields if name not in ("kind", "schema_version")]
#: Values that are called the same in every language.
NAMES = {
    "csv", "tsv", "jsonl", "conll", "conllu", "utf-8", "utf-16", "gb18030",
    "unigram", "wordpiece", "bpe", "O1", "O2", "O3", "O4", "int8", "fp16", "CPU", "CUDA", "TensorRT",
}  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALSO_NAMES = {"Dropout", "Alpha", "Hub ID"}


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with speaking("zh"):
        yield


def named(value: Any) -> str:
    return getattr(value, "__name__", value)


@pytest.mark.parametrize(("part", "name"), FIELDS, ids=named)
def test_every_field_has_a_title_and_help(part: type[declared.Part], name: str) -> None:
    title, description = spec.title(part, name), spec.description(part, name)
    assert CHINESE.search(title) or title in ALSO_NAMES
    assert CHINESE.search(description)
    assert description.endswith("。")


@pytest.mark.parametrize(("part", "name"), FIELDS, ids=named)
def test_a_field_that_is_declared_anew_with_other_words_is_told_anew(part: type[declared.Part], name: str) -> None:
    info = part.model_fields[name]
    key = next(
        f"{holder.__name__}.{name}" for holder in part.__mro__ if f"{holder.__name__}.{name}" in spec.FIELDS["zh"]
    )
    holder = next(holder for holder in part.__mro__ if holder.__name__ == key.split(".")[0])
    origin = holder.model_fields[name]  # type: ignore[attr-defined]
    assert (info.title, info.description) == (origin.title, origin.description), key


def test_no_field_is_told_that_is_not_declared() -> None:
    holders = {holder.__name__: holder for part in PARTS for holder in part.__mro__ if hasattr(holder, "model_fields")}
    known = {f"{name}.{field}" for name, holder in holders.items() for field in holder.model_fields}
    assert sorted(set(spec.FIELDS["zh"]) - known) == []


@pytest.mark.parametrize("choice", fields.CHOICES, ids=lambda choice: choice.name)
def test_every_way_is_told(choice: fields.Choice) -> None:
    assert CHINESE.search(choice.title)
    assert CHINESE.search(choice.description)
    assert all(CHINESE.search(title) for title, _ in choice.titles())


def test_every_value_is_told_or_is_a_name() -> None:
    values = {
        (name, value)
        for part, name in FIELDS
        if get_origin(part.model_fields[name].annotation) is Literal
        for value in get_args(part.model_fields[name].annotation)
    }
    told = {(name, value): spec.alternative(name, value) for name, value in values if name != "task"}
    assert {key: text for key, text in told.items() if not CHINESE.search(text) and text not in NAMES} == {}


def test_every_task_preset_and_source_is_told() -> None:
    texts = [spec.task(name) for name in TASKS]
    texts += [text for name in PRESETS for text in (spec.preset(name), spec.preset_reason(name))]
    texts += [spec.source(entry) for entry in sources.CATALOGUE]
    assert [text for text in texts if not CHINESE.search(text)] == []


def test_every_fact_of_a_stage_is_told() -> None:
    """The facts are read off the code of the stages: keys of what they write, or put into ``facts``."""
    for name in facts():
        assert CHINESE.search(spec.fact(name)), name
    assert spec.stage("pseudo-labels-2") == "伪标签-2"
    assert spec.stage("student-1") == "学生模型-1"
    assert spec.stage("transferred") == "迁移模型"


def facts() -> set[str]:
    found: set[str] = set()
    for path in (Path(pipeline.__file__).parent / "stages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and [getattr(arg, "value", None) for arg in node.args[:1]] == ["facts.json"]:
                found |= {key.value for arg in node.args for key in getattr(arg, "keys", []) if key is not None}
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "OUT_OF_BAG":
                found |= {name.value for name in getattr(node.value, "values", [])}
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "facts":
                keys = getattr(node.value, "keys", [])
                found |= {key.value for key in keys if isinstance(key, ast.Constant)}
            if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "facts":
                found |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
    assert {"tokens", "pool", "members", "out_of_bag_texts"} <= found
    return found


def test_nothing_is_named_that_does_not_exist() -> None:
    ways = {f"way.{part.__name__}" for choice in fields.CHOICES for part in choice.ways.values()}
    known = {f"task.{name}" for name in TASKS} | ways
    known |= {f"preset.{name}{end}" for name in PRESETS for end in ("", ".reason")}
    known |= {f"languages.{entry.languages}" for entry in sources.CATALOGUE}
    known |= {f"source.{getattr(entry.spec, 'repo_id', entry.spec.kind)}" for entry in sources.CATALOGUE}
    declared = [(name, get_args(part.model_fields[name].annotation)) for part, name in FIELDS]
    known |= {f"{name}.{value}" for name, found in declared for value in (*found, *get_args(next(iter(found), None)))}
    strange = {key for key in spec.NAMES["zh"] if key not in known and not key.startswith(("fact.", "stage."))}
    assert strange == set()


def test_english_is_the_specs_own() -> None:
    with speaking("en"):
        assert spec.title(declared.RunSpec, "seed") == declared.RunSpec.model_fields["seed"].title
        assert spec.way(declared.KeepVocabulary) == (declared.KeepVocabulary.__doc__ or "").rstrip(".")
        assert spec.task("part-of-speech") == TASKS["part-of-speech"].title
        assert spec.fact("unknown_rate_after") == "unknown rate after"
        assert spec.source(sources.CATALOGUE[0]) == "MiniLM L6 (installed with Graft) · English · 23 M"
