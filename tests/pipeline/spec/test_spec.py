"""The spec: what it accepts, what it says of what it does not."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from pipeline import spec as specs
from pipeline.errors import SpecError
from pipeline.spec import RunSpec
from pipeline.tasks import TASKS

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples").glob("*.json"))
MINIMAL = {"data": {"source": {"path": "a.csv"}, "target": {"path": "b.csv"}}}


def parts(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """A spec class and every part it can hold."""
    seen.add(model)
    for field in model.model_fields.values():
        stack = [field.annotation]
        while stack:
            kind = stack.pop()
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
                parts(kind, seen)
            stack.extend(get_args(kind))
    return seen


def test_a_spec_survives_its_json_form() -> None:
    spec = specs.parse(MINIMAL)
    assert specs.parse(json.loads(spec.model_dump_json())) == spec


def test_every_field_is_described_for_people() -> None:
    for part in parts(RunSpec, set()):
        for name, field in part.model_fields.items():
            if name not in ("kind", "schema_version"):
                assert field.title, f"{part.__name__}.{name} has no title"
                assert field.description, f"{part.__name__}.{name} has no description"


def test_every_number_is_bounded() -> None:
    for part in parts(RunSpec, set()):
        for name, schema in part.model_json_schema()["properties"].items():
            if schema.get("type") in ("number", "integer"):
                if "const" in schema:
                    continue
                assert {"minimum", "exclusiveMinimum"} & set(schema), f"{part.__name__}.{name}"
                assert {"maximum", "exclusiveMaximum"} & set(schema), f"{part.__name__}.{name}"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"data": {"source": {"path": "a"}}}, "needs target texts"),
        ({"data": {"target": {"name": "a"}}}, "data.target.path"),
        ({"learning_curve": [1]}, "learning_curve"),
        ({"recipe": {"vocabulary": {"kind": "steal"}}}, "recipe.vocabulary"),
        ({"recipe": {"vocabulary": {"kind": "transplant", "size": 3}}}, "recipe.vocabulary.transplant.size"),
        ({"source": {"kind": "hub", "repo_id": "../../etc"}}, "repo_id"),
        ({"source": {"kind": "hub", "repo_id": "http://localhost/x"}}, "repo_id"),
        ({"exports": [{"model": "transferred"}, {"model": "transferred"}]}, "twice"),
        ({"exports": [{"model": "classical"}]}, "no network"),
        ({"exports": [{"model": "seed-ensemble"}]}, "does not make"),
        ({"speed": [{"model": "transferred"}, {"model": "transferred"}]}, "speed names one model twice"),
        ({"speed": [{"model": "classical"}]}, "does not export"),
        ({"speed": [{"batches": []}]}, "speed.0.batches"),
        ({"speed": [{"lengths": [32, 0]}]}, "lengths holds 0, and takes 1 to 4,096"),
        ({"schema_version": 99}, "99"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(SpecError, match=named):
        specs.parse({**MINIMAL, **change})


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '"x"', "\ud800".encode("utf-16", "surrogatepass").decode("latin1")]
)
def test_a_file_that_is_no_spec_gets_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError):
        specs.load(path)


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nowhere\.json"):
        specs.load(tmp_path / "nowhere.json")


def test_paths_are_relative_to_the_spec_file(tmp_path: Path) -> None:
    document = {
        "source": {"kind": "local", "path": "models/mine"},
        "data": {**MINIMAL["data"], "dictionary": "words.tsv", "test": {"path": "/abs/test.csv"}},
    }
    (tmp_path / "spec.json").write_text(json.dumps(document), encoding="utf-8")
    spec = specs.load(tmp_path / "spec.json")
    assert spec.data.source.path == str(tmp_path / "a.csv")
    assert spec.data.dictionary == str(tmp_path / "words.tsv")
    assert spec.data.test is not None
    assert spec.data.test.path == "/abs/test.csv"
    assert spec.source.kind == "local"
    assert spec.source.path == str(tmp_path / "models/mine")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid_and_their_files_exist(path: Path) -> None:
    spec = specs.load(path)
    for role in specs.DATASETS:
        dataset = getattr(spec.data, role)
        assert dataset is None or Path(dataset.path).is_file()


def test_there_are_two_examples() -> None:
    assert len(EXAMPLES) >= 2


def test_the_task_table_has_a_row_for_every_task() -> None:
    assert set(TASKS) == set(get_args(specs.TaskName))
