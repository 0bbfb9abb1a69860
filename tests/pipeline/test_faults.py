"""Pydantic's faults as messages: its own words, letter by letter, from a template that can be looked up."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.errors import SpecError
from pipeline.faults import fault, reason
from pipeline.messages import Message
from pipeline.spec import RunSpec, parse

FILE = {"target": {"path": "x"}}
NOT_A_TASK = "Input should be {expected}"


@pytest.mark.parametrize(
    ("document", "template"),
    [
        ({}, "Field required"),
        ({"data": FILE, "strange": 1}, "Extra inputs are not permitted"),
        ({"data": FILE, "repeats": 0}, "Input should be greater than or equal to {ge}"),
        ({"data": {**FILE, "test_fraction": 2}}, "Input should be less than {lt}"),
        ({"data": {**FILE, "test_fraction": 0}}, "Input should be greater than {gt}"),
        ({"data": FILE, "name": ""}, "String should have at least 1 character"),
        ({"data": FILE, "name": "x" * 81}, "String should have at most {max_length} characters"),
        ({"data": FILE, "seed": 1.5}, "Input should be a valid integer, got a number with a fractional part"),
        ({"data": FILE, "task": "cooking"}, NOT_A_TASK),
        (
            {"data": FILE, "recipe": {"vocabulary": {"kind": "x"}}},
            "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: {expected_tags}",
        ),
    ],
)
def test_pydantics_words_are_kept(document: dict[str, Any], template: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RunSpec.model_validate(document)
    details = caught.value.errors()[0]
    assert fault(details) == details["msg"]
    assert fault(details).template == template


def test_what_pydantic_says_otherwise_is_told_as_it_says_it() -> None:
    details: Any = {"type": "less_than", "loc": (), "msg": "Something new", "input": 1, "ctx": {"lt": 1}}
    assert (fault(details), fault(details).values) == ("Something new", {})


def test_our_own_reasons_come_through_pydantic() -> None:
    with pytest.raises(ValidationError) as caught:
        RunSpec.model_validate({"data": FILE, "exports": [{"model": "transferred"}] * 2})
    details = caught.value.errors()[0]
    assert reason(details) == "exports names one model twice"
    assert isinstance(reason(details), Message)
    assert fault(details) == details["msg"] == "Value error, exports names one model twice"


def test_a_spec_error_holds_each_fault_as_a_message() -> None:
    with pytest.raises(SpecError) as caught:
        parse({"data": FILE, "repeats": 0, "name": ""})
    faults = caught.value.message.values["faults"]
    assert isinstance(faults, Message)
    assert faults.template == "{before}; {after}"
    assert str(caught.value) == (
        "The spec is not valid: name: String should have at least 1 character; "
        "repeats: Input should be greater than or equal to 1. docs/spec.md describes each field."
    )
