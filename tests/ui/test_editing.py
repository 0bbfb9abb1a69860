"""A run's spec, back in the form, in its own words, and out again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.settings import Settings
from pipeline.spec import AdoptVocabulary, EmbeddedSource, HubSource, LocalSource, RunSpec, SourceSpec
from ui.handlers import editing, recipes, sources, training, uploads
from ui.services import Services
from ui.views import data as views
from ui.views import runs as run_views


def test_a_run_goes_through_the_form_unchanged(services: Services, spec: RunSpec) -> None:
    given = spec.model_copy(update={"seed": 7, "learning_curve": (10, 20), "name": "First"})
    run_id = services.store.create(given).id
    services.store.rename(run_id, "Renamed")
    draft = editing.draft(services, None, run_id)
    assert draft.missing == []
    assert (draft.name, draft.task, draft.values["seed"]) == ("Renamed", spec.task, 7)
    assert draft.dictionary.entries > 0
    files = training.Files(draft.slots, draft.dictionary, draft.task)
    source = sources.source_of(
        services, *(getattr(draft.sources["source"], name) for name in ("choice", "hub_id", "revision", "folder"))
    )
    record = training.start(services, None, files, mapping=draft.mapping, source=source, values=draft.values)
    again = services.store.spec(record.id)
    # What was detected when the files were read is filled in by now; all else is as it was.
    changed = {"name": "Renamed", "data": again.data}
    assert again == given.model_copy(update=changed)
    for role in uploads.ROLES:
        before, after = getattr(given.data, role), getattr(again.data, role)
        assert (before and before.path) == (after and after.path)


def test_a_file_that_is_gone_is_named_and_the_rest_taken_over(
    services: Services, spec: RunSpec, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    target, dictionary = spec.data.target.model_copy(update={"path": str(path)}), str(tmp_path / "words.tsv")
    data = spec.data.model_copy(update={"target": target, "dictionary": dictionary})
    run_id = services.store.create(spec.model_copy(update={"data": data, "exports": ()})).id
    draft = editing.draft(services, None, run_id)
    assert draft.slots["source"].accepted
    assert draft.slots["target"].accepted is None
    assert "mine.csv is not here any more" in draft.slots["target"].failure.message
    assert draft.dictionary.failure
    assert len(draft.missing) == 3
    page = views.origin(draft)
    assert "Target texts: mine.csv" in page
    assert "words.tsv" in page
    assert str(tmp_path) not in page


def test_corrections_of_a_file_are_kept(services: Services, spec: RunSpec, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(["a,b,c", *(f"text {n},note {n},{'xy'[n % 2]}" for n in range(20))]), encoding="utf-8")
    target = spec.data.target.model_copy(update={"path": str(path), "text_column": "b", "label_column": "c"})
    data = spec.data.model_copy(
        update={"target": target, "test": None, "label_mapping": {"x": "positive", "y": "negative"}}
    )
    draft = editing.draft(services, None, services.store.create(spec.model_copy(update={"data": data})).id)
    assert draft.slots["target"].accepted.dataset.text_column == "b"
    assert draft.mapping == {"x": "positive", "y": "negative"}


@pytest.mark.parametrize(
    ("source", "hub", "picked"),
    [
        (EmbeddedSource(), False, ("0", True)),
        (HubSource(repo_id="google-bert/bert-base-uncased"), True, ("1", True)),
        (HubSource(repo_id="google-bert/bert-base-uncased"), False, ("0", False)),
        (HubSource(repo_id="some/model", revision="v1"), True, (sources.HUB, True)),
        (LocalSource(path="/models/own"), False, (sources.FOLDER, True)),
    ],
)
def test_models_are_found_again_in_the_list(
    settings: Settings, services_for: Callable[..., Services], source: SourceSpec, hub: bool, picked: tuple[str, bool]
) -> None:
    plain = settings.model_copy(update={"default_source": None})
    found = sources.picked(services_for(plain, hub=hub), source)
    assert (found.choice, found.available) == picked


def test_a_model_that_can_not_be_chosen_now_is_named(services: Services, spec: RunSpec) -> None:
    vocabulary = AdoptVocabulary(model=HubSource(repo_id="some/model"))
    recipe = spec.recipe.model_copy(update={"vocabulary": vocabulary})
    draft = editing.draft(services, None, services.store.create(spec.model_copy(update={"recipe": recipe})).id)
    assert set(draft.sources) == {"source", "recipe.vocabulary.model"}
    assert any("some/model can't be chosen now" in told for told in draft.missing)


def test_a_run_is_written_out_to_be_run_elsewhere(services: Services, spec: RunSpec) -> None:
    run_id = services.store.create(spec).id
    services.store.rename(run_id, "Renamed")
    found = recipes.recipe_of(services, None, run_id)
    assert found.command == "python -m pipeline run spec.json"
    assert RunSpec.model_validate_json(found.document) == spec.model_copy(update={"name": "Renamed"})
    assert not found.moved
    page = run_views.recipe(found)
    assert page.count("g-copy") == 2


def test_a_shared_host_does_not_tell_its_folders(shared: Services, spec: RunSpec, tmp_path: Path) -> None:
    test = spec.data.test.model_copy(update={"path": str(tmp_path / "a" / Path(spec.data.target.path).name)})
    vocabulary = AdoptVocabulary(model=LocalSource(path=str(tmp_path / "model")))
    given = spec.model_copy(
        update={
            "source": LocalSource(path=str(tmp_path / "model")),
            "data": spec.data.model_copy(update={"test": test}),
            "recipe": spec.recipe.model_copy(update={"vocabulary": vocabulary}),
        }
    )
    found = recipes.recipe(shared, given)
    assert found.moved
    assert "/" not in "".join(line for line in found.document.splitlines() if '"path"' in line or "dictionary" in line)
    written = RunSpec.model_validate_json(found.document)
    assert written.data.test.path == f"test-{written.data.target.path}"
    with pytest.raises(RunError, match="no such run"):
        recipes.recipe_of(shared, "theirs", shared.store.create(spec, "mine").id)
