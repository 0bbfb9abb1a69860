"""From the form's values to a spec and back, and what does not go together on the way."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import SpecError
from pipeline.presets import PRESETS
from pipeline.spec import (
    AdoptVocabulary,
    Bagging,
    HubSource,
    LinearProbe,
    MaskedLanguageModelling,
    RecipeSpec,
    RunSpec,
)
from ui import fields


def untouched() -> dict[str, Any]:
    """What the form holds when nobody changed it."""
    values = {field.key: field.shown(field.value) for field in (*fields.RUN, *fields.DATA)}
    return values | fields.values_of(RecipeSpec())


def test_an_untouched_form_is_the_specs_default(base: dict[str, Any]) -> None:
    found = fields.compose(base, untouched())
    assert found.recipe == RecipeSpec()
    assert (found.seed, found.learning_curve) == (RunSpec.model_fields["seed"].default, ())


def test_only_the_chosen_way_counts(base: dict[str, Any]) -> None:
    fine_tuning = next(choice for choice in fields.CHOICES if choice.name == "fine_tuning")
    values = (
        untouched()
        | fine_tuning.values(LinearProbe())
        | {
            "recipe.fine_tuning.kind": "probe",
            "recipe.fine_tuning.epochs": 7,
            "recipe.fine_tuning.full.learning_rate": 0.9,
            "recipe.vocabulary.kind": "adopt",
            "recipe.vocabulary.model": HubSource(repo_id="a/b"),
            "recipe.adaptation.kind": "masked-lm",
            "recipe.adaptation.epochs": 2,
            "recipe.ensemble.kind": "bagging",
            "recipe.ensemble.members": 3,
            "name": "mine",
            "data.max_length": 64,
        }
    )
    found = fields.compose(base, values)
    assert found.recipe.fine_tuning == LinearProbe(epochs=7)
    assert found.recipe.vocabulary == AdoptVocabulary(model=HubSource(repo_id="a/b"))
    assert found.recipe.adaptation == MaskedLanguageModelling(epochs=2)
    assert found.recipe.ensemble == Bagging(members=3)
    assert (found.name, found.data.max_length) == ("mine", 64)


def test_what_may_be_left_empty_is_typed_as_a_text(base: dict[str, Any]) -> None:
    values = {"recipe.fine_tuning.dropout": " 0.25 ", "recipe.vocabulary.transplant.size": ""}
    found = fields.compose(base, untouched() | values).recipe
    assert (found.fine_tuning.dropout, found.fine_tuning.patience, found.vocabulary.size) == (0.25, None, None)


@pytest.mark.parametrize("typed", ["0, 20,100", "0 20 100", "0; 20; 100"])
def test_a_list_of_numbers_is_typed_as_a_text(base: dict[str, Any], typed: str) -> None:
    assert fields.compose(base, untouched() | {"learning_curve": typed}).learning_curve == (0, 20, 100)


@pytest.mark.parametrize(
    ("key", "value", "title"),
    [
        ("recipe.vocabulary.transplant.size", 5, "Vocabulary size"),
        ("recipe.fine_tuning.epochs", None, "Epochs"),
        ("recipe.source_training.full.learning_rate", 0, "Learning rate"),
        ("recipe.target_only.patience", "0", "Patience"),
        ("recipe.target_only.dropout", "much", "Dropout"),
        ("learning_curve", "ten", "Learning curve"),
        ("seed", -1, "Seed"),
        ("name", "", "Name"),
        ("data.max_length", 7, "Longest text"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_as_the_page_names_it(
    base: dict[str, Any], key: str, value: object, title: str
) -> None:
    with pytest.raises(SpecError) as caught:
        fields.compose(base, untouched() | {key: value})
    assert caught.value.message.startswith(f"{title}: ")


def test_parts_that_do_not_go_together_are_told_in_the_pages_words(base: dict[str, Any]) -> None:
    values = untouched() | {"recipe.self_training.kind": "co-training", "recipe.fine_tuning.patience": "2"}
    base["data"]["unlabelled"] = None
    found = fields.conflicts(base, values)
    assert len(found) == 2
    assert "Self-training needs unlabelled target text: give “Unlabelled target texts”." in found
    assert not any("data." in reason for reason in found)
    with pytest.raises(SpecError, match="Self-training needs unlabelled target text"):
        fields.compose(base, values)


def test_patience_with_source_training_is_told_where_it_is_typed(base: dict[str, Any]) -> None:
    values = untouched() | {"recipe.source_training.patience": "2", "data.dev_fraction": 0.1}
    (reason,) = fields.conflicts(base, values)
    assert reason.endswith("leave it out of “Source training”.")


def test_a_form_that_is_all_right_has_no_conflicts(base: dict[str, Any]) -> None:
    assert fields.conflicts(base, untouched()) == []
    half_typed = untouched() | {"recipe.fine_tuning.epochs": None}
    assert fields.conflicts(base, half_typed) == []  # that is told when it is started


def test_a_curve_of_one_label_is_told(base: dict[str, Any]) -> None:
    (reason,) = fields.conflicts(base, untouched() | {"learning_curve": "1"})
    assert "from 2 to" in reason


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_through_the_form_unchanged(base: dict[str, Any], name: str) -> None:
    values = untouched() | fields.values_of(PRESETS[name].recipe)
    assert fields.compose(base, values).recipe == PRESETS[name].recipe
