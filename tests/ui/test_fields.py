"""The form is the spec's: its titles, help, bounds, alternatives and defaults."""

from __future__ import annotations

from typing import Any

import annotated_types
import gradio as gr
import pytest

from pipeline.demo import demo_spec
from pipeline.errors import SpecError
from pipeline.settings import Settings
from pipeline.spec import LinearProbe, MaskedLanguageModelling, RecipeSpec, RunSpec
from ui import fields, forms

FIELDS = [*fields.all_fields(), *fields.EXPORT]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_a_control_says_what_the_spec_says(field: fields.SpecField) -> None:
    with gr.Blocks():
        control = forms.component(field)
    declared = field.part.model_fields[field.name]
    assert (control.label, control.info) == (declared.title, declared.description)
    assert declared.title
    assert declared.description
    if isinstance(control, gr.Number):
        limits: dict[str, Any] = {}
        for limit in declared.metadata:
            for name in ("ge", "gt", "le", "lt"):
                if hasattr(limit, name):
                    limits[name[0]] = getattr(limit, name)
        assert (control.minimum, control.maximum) == (limits.get("g"), limits.get("l"))
        assert control.precision == (0 if declared.annotation is int else None)
    elif isinstance(control, gr.Dropdown):
        assert [value for _, value in control.choices] == list(field.alternatives)
        assert len(control.choices) > 1
    else:
        assert isinstance(control, gr.Textbox)
        longest = next(x.max_length for x in declared.metadata if isinstance(x, annotated_types.MaxLen))
        assert control.max_length == longest


def test_keys_are_unique() -> None:
    keys = [field.key for field in FIELDS] + [choice.key for choice in fields.CHOICES]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("choice", fields.CHOICES, ids=lambda choice: choice.name)
def test_a_choice_offers_every_way_of_the_spec(choice: fields.Choice) -> None:
    with gr.Blocks():
        control = forms.choice(choice)
    assert [kind for _, kind in control.choices] == list(choice.ways)
    assert control.value == getattr(RecipeSpec(), choice.name).kind
    assert all(title and not title.endswith(".") for title, _ in control.choices)
    assert set(choice.fields) | set(choice.more) <= set(choice.ways)


@pytest.fixture
def base() -> dict[str, Any]:
    return demo_spec(Settings()).model_dump(mode="json", exclude={"recipe"})


def untouched() -> dict[str, Any]:
    """What the form holds when nobody changed it."""
    values = {field.key: field.value for field in fields.all_fields()}
    return values | {choice.key: choice.default for choice in fields.CHOICES}


def test_an_untouched_form_is_the_specs_default(base: dict[str, Any]) -> None:
    found = fields.compose(base, untouched())
    assert found.recipe == RecipeSpec()
    assert found.seed == RunSpec.model_fields["seed"].default


def test_only_the_chosen_way_counts(base: dict[str, Any]) -> None:
    values = untouched() | {
        "recipe.fine_tuning.kind": "probe",
        "recipe.fine_tuning.probe.epochs": 7,
        "recipe.fine_tuning.full.epochs": 99,
        "recipe.vocabulary.kind": "keep",
        "recipe.adaptation.kind": "masked-lm",
        "recipe.adaptation.masked-lm.epochs": 2,
        "name": "mine",
        "data.max_length": 64,
    }
    found = fields.compose(base, values)
    assert found.recipe.fine_tuning == LinearProbe(epochs=7)
    assert found.recipe.vocabulary.kind == "keep"
    assert found.recipe.adaptation == MaskedLanguageModelling(epochs=2)
    assert (found.name, found.data.max_length) == ("mine", 64)


@pytest.mark.parametrize(
    ("key", "value", "title"),
    [
        ("recipe.vocabulary.transplant.size", 5, "Vocabulary size"),
        ("recipe.fine_tuning.full.epochs", None, "Epochs"),
        ("recipe.source_training.full.learning_rate", 0, "Learning rate"),
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
