"""A control is the spec's: its title, help, bounds, alternatives and default."""

from __future__ import annotations

from typing import Any

import annotated_types
import gradio as gr
import pytest
from pydantic import TypeAdapter

from ui import fields, forms

OF_PARTS = [field for choice in fields.CHOICES for field in choice.controls]
FIELDS = [
    field for field in (*fields.RUN, *fields.DATA, *OF_PARTS, *fields.EXPORT, *fields.SPEED) if not field.is_source
]


def limit(field: fields.SpecField, *names: str) -> Any:
    """The first of a declaration's limits with one of these names."""
    declared = field.part.model_fields[field.name].metadata
    return next((getattr(found, name) for found in declared for name in names if hasattr(found, name)), None)


@pytest.fixture(scope="module")
def controls() -> dict[str, gr.components.Component]:
    """Every field's control, by key."""
    with gr.Blocks():
        return {field.key: forms.component(field) for field in FIELDS}


def test_keys_are_unique() -> None:
    keys = [field.key for field in FIELDS] + [choice.key for choice in fields.CHOICES]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_a_control_says_what_the_spec_says(
    field: fields.SpecField, controls: dict[str, gr.components.Component]
) -> None:
    control, declared = controls[field.key], field.part.model_fields[field.name]
    assert control.label == declared.title
    assert declared.title
    assert declared.description
    assert control.info == declared.description.replace("null:", "empty:")
    assert control.value == field.shown(field.value)
    if isinstance(control, gr.Number):
        assert control.value is not None  # it would become 0 in the browser
        assert (control.minimum, control.maximum) == (limit(field, "ge", "gt"), limit(field, "le", "lt"))
        assert control.precision == (0 if field.type is int else None)
    elif isinstance(control, gr.Dropdown | gr.CheckboxGroup):
        assert isinstance(control, gr.CheckboxGroup) is field.several
        assert [value for _, value in control.choices] == list(field.alternatives)
        assert len(control.choices) > 1
    elif isinstance(control, gr.Checkbox):
        assert declared.annotation is bool
    else:
        assert isinstance(control, gr.Textbox)
        assert field.typed


def test_what_may_be_null_may_be_left_empty() -> None:
    optional = {field.name for field in FIELDS if field.optional}
    assert optional == {"dropout", "patience", "embedding_learning_rate", "size", "target_layers"}
    assert all(field.type in (int, float) for field in FIELDS if field.optional)


def test_a_value_comes_back_from_its_control() -> None:
    for field in FIELDS:
        meant = field.meant(field.shown(field.value))
        assert TypeAdapter(field.info.annotation).validate_python(meant) == field.value


def test_no_description_speaks_of_null() -> None:
    assert [field.key for field in FIELDS if "null" in field.description] == []


def test_lengths_are_limited_as_the_spec_limits_them() -> None:
    name = next(field for field in fields.RUN if field.name == "name")
    longest = next(x.max_length for x in name.info.metadata if isinstance(x, annotated_types.MaxLen))
    with gr.Blocks():
        assert forms.component(name).max_length == longest
