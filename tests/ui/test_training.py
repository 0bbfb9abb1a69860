"""From accepted files and a form to a queued run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import sources
from pipeline.errors import DataError, SourceError, SpecError
from pipeline.runs import RunState
from pipeline.settings import Settings
from pipeline.spec import EmbeddedSource, HubSource, LocalSource
from ui.handlers import training, uploads
from ui.handlers.uploads import DictionarySlot, Role, Slot
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
        for role in uploads.ROLES[:3]:
            if role in labels:
                path = write(tmp_path / f"{role}.csv", labels[role], f"{role} text number")
                slots[role] = uploads.accept(services, Slot(), role, path)
        return training.Files(slots, DictionarySlot())

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


def test_a_given_name_is_kept(services: Services, files: Callable[..., training.Files]) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"))
    record = training.start(services, None, given, mapping={}, source=EmbeddedSource(), values={"name": "mine"})
    assert record.name == "mine"


def test_a_missing_file_is_named(services: Services, files: Callable[..., training.Files]) -> None:
    with pytest.raises(DataError, match="Target texts are missing"):
        training.start(services, None, files(source=("good", "bad")), mapping={}, source=EmbeddedSource(), values={})


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


def test_test_labels_that_the_target_has_not_are_named(files: Callable[..., training.Files]) -> None:
    given = files(source=("good", "bad"), target=("good", "bad"), test=("good", "awful"))
    with pytest.raises(DataError, match="awful"):
        training.complete_mapping(given, {})


def test_hub_models_can_be_chosen_only_when_the_hub_answers(
    settings: Settings, services_for: Callable[..., Services]
) -> None:
    counts = {}
    for reachable in (None, False, True):
        found = training.source_choices(services_for(settings, hub=reachable))
        counts[reachable] = len(found.choices)
        assert bool(found.note) is not (reachable is True)
        assert found.default == "0"
    hub = sum(entry.needs_hub for entry in sources.CATALOGUE)
    assert counts[None] == counts[False] == len(sources.CATALOGUE) - hub + 1
    assert counts[True] == counts[False] + hub + 1


def test_the_hosts_own_model_comes_first(
    settings: Settings, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    services = services_for(settings.model_copy(update={"default_source": tmp_path / "own"}))
    found = training.source_choices(services)
    assert found.choices[0][0].startswith("own")
    assert training.source_of(services, found.default, "", "") == LocalSource(path=str(tmp_path / "own"))


def test_a_source_is_checked_before_it_is_queued(
    settings: Settings, services: Services, tmp_path: Path, services_for: Callable[..., Services]
) -> None:
    with pytest.raises(SourceError, match="no readable config"):
        training.source_of(services, training.FOLDER, "", str(tmp_path))
    with pytest.raises(SourceError, match="out of reach"):
        training.source_of(services, training.HUB, "bert-base-uncased", "")
    with pytest.raises(SpecError, match="no id of the Hugging Face Hub"):
        training.source_of(services, training.HUB, "../x y", "")
    with pytest.raises(SourceError, match="no such model"):
        training.source_of(services, "99", "", "")
    online = services_for(settings, hub=True)
    assert training.source_of(online, training.HUB, " a/b ", "") == HubSource(repo_id="a/b")


def test_a_shared_host_lends_no_folders(shared: Services, tmp_path: Path) -> None:
    assert training.FOLDER not in [value for _, value in training.source_choices(shared).choices]
    with pytest.raises(SourceError, match="shared host"):
        training.source_of(shared, training.FOLDER, "", str(tmp_path))
