"""From accepted files and a form to a queued run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import DataError, SpecError
from pipeline.runs import RunState
from pipeline.spec import EmbeddedSource, LocalSource
from ui.handlers import training, uploads
from ui.handlers.uploads import Role, Slot
from ui.services import Services


def write(path: Path, labels: tuple[str, str], words: str) -> Path:
    rows = [f"{words} {number},{labels[number % 2]}" for number in range(20)]
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


@pytest.fixture
def files(services: Services, tmp_path: Path) -> Callable[..., training.Files]:
    """Files with the given labels for source, target and test."""

    def _files(**labels: tuple[str, str]) -> training.Files:
        slots: dict[Role, Slot] = {role: Slot() for role in uploads.ROLES}
        for role, pair in labels.items():
            path = write(tmp_path / f"{role}.csv", pair, f"{role} text number")
            slots[role] = uploads.accept(services, Slot(), role, path, "text-classification")
        return training.Files(slots)

    return _files


def test_a_run_is_queued_with_what_the_page_holds(services: Services, files: Callable[..., training.Files]) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"), test=("good", "bad"))
    values = {"recipe.vocabulary.transplant.size": 500, "seed": 3}
    record = training.start(services, None, given, mapping={}, source=EmbeddedSource(), values=values)
    spec = services.store.spec(record.id)
    assert record.state is RunState.QUEUED
    assert record.name == "source → target"
    assert spec.seed == 3
    assert spec.recipe.vocabulary.size == 500
    assert spec.data.label_mapping == {}
    assert spec.data.test
    assert spec.data.unlabelled is None
    assert Path(spec.data.source.path).name == "source.csv"
    assert [export.model for export in spec.exports] == ["transferred", "source-only"]


def test_more_shared_layers_than_the_source_has_are_refused_before_the_run_is_queued(
    services: Services, files: Callable[..., training.Files], tiny_model: Path
) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"), test=("good", "bad"))
    values = {"recipe.fine_tuning.kind": "lora", "recipe.ensemble.kind": "bagging", "recipe.ensemble.shared_layers": 2}
    source = LocalSource(path=str(tiny_model))
    with pytest.raises(SpecError, match=r"shared_layers is 2, but .* has 2 layers"):
        training.start(services, None, given, mapping={}, source=source, values=values)
    assert services.store.list() == []


def test_a_given_name_is_kept(services: Services, files: Callable[..., training.Files]) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"))
    record = training.start(services, None, given, mapping={}, source=EmbeddedSource(), values={"name": "mine"})
    assert record.name == "mine"


def test_what_is_missing_is_named(services: Services, files: Callable[..., training.Files]) -> None:
    given = files(source=("good", "bad"))
    with pytest.raises(SpecError, match="needs target texts, or at least test texts"):
        training.start(services, None, given, mapping={}, source=EmbeddedSource(), values={})
    assert any("nothing to test on" in reason for reason in training.conflicts(given, {}))


@pytest.mark.parametrize(
    ("roles", "name"), [(("source", "test"), "source → test"), (("target",), "target"), (("target", "test"), "target")]
)
def test_source_or_target_may_be_left_out(
    services: Services, files: Callable[..., training.Files], roles: tuple[Role, ...], name: str
) -> None:
    given = files(**dict.fromkeys(roles, ("good", "bad")), unlabelled=("good", "bad"))
    assert training.conflicts(given, {}) == []
    record = training.start(services, None, given, mapping={}, source=EmbeddedSource(), values={})
    spec = services.store.spec(record.id)
    assert {role for role in ("source", "target", "test") if getattr(spec.data, role)} == set(roles)
    assert record.name == name


def test_the_task_goes_with_the_files(services: Services, files: Callable[..., training.Files]) -> None:
    given = replace(files(target=("good", "bad")), task="language-modelling")
    assert any("choose masked-lm" in reason for reason in training.conflicts(given, {}))
    values = {"recipe.adaptation.kind": "masked-lm"}
    record = training.start(services, None, given, mapping={}, source=EmbeddedSource(), values=values)
    assert services.store.spec(record.id).task == "language-modelling"


def test_a_file_with_problems_is_named(services: Services, files: Callable[..., training.Files]) -> None:
    with pytest.raises(DataError, match="Target texts: the file has problems"):
        training.start(
            services,
            None,
            files(source=("good", "bad"), target=("good", "good")),
            mapping={},
            source=EmbeddedSource(),
            values={},
        )


def test_the_suggested_mapping_counts_unless_it_was_corrected(files: Callable[..., training.Files]) -> None:
    given = files(source=("positive", "negative"), target=("1", "0"))
    assert training.complete_mapping(given, {}) == {"1": "positive", "0": "negative"}
    edited = {"1": "negative", "0": "positive", "other": "positive"}
    assert training.complete_mapping(given, edited) == {"1": "negative", "0": "positive"}


def test_a_label_without_a_partner_is_named(files: Callable[..., training.Files]) -> None:
    given = files(source=("positive", "negative"), target=("apple", "pear"))
    with pytest.raises(DataError, match=r"no source label yet: .*pear"):
        training.complete_mapping(given, {"apple": "positive"})
    with pytest.raises(DataError, match="no source label yet: pear"):
        training.complete_mapping(given, {"apple": "positive", "pear": "no such label"})
    assert training.complete_mapping(given, {"apple": "positive", "pear": "negative"}) == {
        "apple": "positive",
        "pear": "negative",
    }


@pytest.mark.parametrize(("role", "title"), [("test", "Test texts"), ("dev", "Development texts")])
def test_labels_that_nobody_knows_are_named(files: Callable[..., training.Files], role: str, title: str) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"), **{role: ("good", "awful")})
    with pytest.raises(DataError, match=f"{title} have labels .*: awful"):
        training.complete_mapping(given, {})


def test_without_target_texts_the_test_labels_are_matched(files: Callable[..., training.Files]) -> None:
    given = files(source=("positive", "negative"), test=("1", "0"))
    assert training.complete_mapping(given, {}) == {"1": "positive", "0": "negative"}
