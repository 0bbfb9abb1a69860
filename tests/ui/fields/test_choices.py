"""The recipe's choices are the spec's: every way, every field, nothing typed again."""

from __future__ import annotations

from typing import get_args

import gradio as gr
import pytest

from pipeline.spec import AdoptVocabulary, EmbeddedSource, RecipeSpec
from ui import fields, forms

CHOICES = pytest.mark.parametrize("choice", fields.CHOICES, ids=lambda choice: choice.name)


def test_every_part_of_the_recipe_can_be_chosen() -> None:
    assert [choice.name for choice in fields.CHOICES] == list(RecipeSpec.model_fields)


@CHOICES
def test_a_choice_offers_every_kind_of_the_spec(choice: fields.Choice) -> None:
    with gr.Blocks():
        control = forms.choice(choice)
    union = get_args(RecipeSpec.model_fields[choice.name].annotation)
    assert [kind for _, kind in control.choices] == [part.model_fields["kind"].default for part in union]
    assert control.value == getattr(RecipeSpec(), choice.name).kind
    assert all(title and not title.endswith(".") for title, _ in control.choices)


@CHOICES
def test_every_field_of_every_kind_can_be_reached_and_once_only(choice: fields.Choice) -> None:
    controls = [field.key for field in (*choice.front, *choice.more)]
    assert len(controls) == len(set(controls))
    for kind, part in choice.ways.items():
        reached = [key.rpartition(".")[2] for key in controls if key in choice.keys(kind)]
        assert sorted(reached) == sorted(set(part.model_fields) - {"kind"})


@CHOICES
def test_ways_share_a_control_only_for_what_they_declare_alike(choice: fields.Choice) -> None:
    shared = {field.key: field for field in choice.controls}
    for kind in choice.ways:
        for field in choice.fields(kind):
            other = shared[field.key]
            assert (field.title, field.description, field.bounds) == (other.title, other.description, other.bounds)
            assert (field.type, field.optional, field.alternatives) == (other.type, other.optional, other.alternatives)


@CHOICES
def test_a_shared_control_begins_as_the_default_way_has_it(choice: fields.Choice) -> None:
    begins = {field.key: field.value for field in choice.controls}
    assert {field.key: field.value for field in choice.fields(choice.default)}.items() <= begins.items()


@CHOICES
def test_fields_begin_as_the_spec_has_them(choice: fields.Choice) -> None:
    default = getattr(RecipeSpec(), choice.name)
    for kind, part in choice.ways.items():
        wanted = default if kind == default.kind else part()
        assert {field.name: field.value for field in choice.fields(kind)} == {
            name: getattr(wanted, name) for name in part.model_fields if name != "kind"
        }


def test_an_encoder_inside_a_part_is_known_as_one() -> None:
    vocabulary = next(choice for choice in fields.CHOICES if choice.name == "vocabulary")
    found = [field for field in fields.all_fields() if field.is_source]
    assert [field.key for field in found] == [field.key for field in vocabulary.front if field.name == "model"]
    assert vocabulary.values(AdoptVocabulary())["recipe.vocabulary.model"] == EmbeddedSource()
