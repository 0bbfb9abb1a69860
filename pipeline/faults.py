"""What pydantic finds wrong with a value, as messages that can be told in other languages."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.messages import Message, Template, clauses

_AT_LEAST, _AT_MOST = (
    Template("Input should be greater than or equal to {ge}"),
    Template("Input should be less than or equal to {le}"),
)
#: Pydantic's type of fault → its own words. What is not here, or is said otherwise, is told in English.
_WORDS: dict[str, Template] = {
    "missing": Template("Field required"),
    "extra_forbidden": Template("Extra inputs are not permitted"),
    "greater_than_equal": _AT_LEAST,
    "less_than_equal": _AT_MOST,
    "greater_than": Template("Input should be greater than {gt}"),
    "less_than": Template("Input should be less than {lt}"),
    "finite_number": Template("Input should be a finite number"),
    "int_type": Template("Input should be a valid integer"),
    "int_parsing": Template("Input should be a valid integer, unable to parse string as an integer"),
    "int_from_float": Template("Input should be a valid integer, got a number with a fractional part"),
    "float_type": Template("Input should be a valid number"),
    "float_parsing": Template("Input should be a valid number, unable to parse string as a number"),
    "bool_type": Template("Input should be a valid boolean"),
    "bool_parsing": Template("Input should be a valid boolean, unable to interpret input"),
    "string_type": Template("Input should be a valid string"),
    "string_too_short": Template("String should have at least {min_length} characters"),
    "string_too_long": Template("String should have at most {max_length} characters"),
    "string_pattern_mismatch": Template("String should match pattern '{pattern}'"),
    "tuple_type": Template("Input should be a valid tuple"),
    "too_long": Template("Tuple should have at most {max_length} items after validation, not {actual_length}"),
    "dict_type": Template("Input should be a valid dictionary"),
    "model_type": Template("Input should be a valid dictionary or instance of {class_name}"),
    "literal_error": Template("Input should be {expected}"),
    "union_tag_not_found": Template("Unable to extract tag using discriminator {discriminator}"),
    "union_tag_invalid": Template(
        "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: {expected_tags}"
    ),
}
_ONE_CHARACTER = Message("String should have at least 1 character")


def fault(details: ErrorDetails) -> Message:
    """One of a validation's faults, in pydantic's words; one of our own says that it is of the value."""
    context = details.get("ctx", {})
    if details["type"] == "value_error":
        return Message("Value error, {reason}", reason=reason(details))
    if details["msg"] == _ONE_CHARACTER:
        return _ONE_CHARACTER
    values = {name: _plain(value) for name, value in context.items()}
    template = _WORDS.get(details["type"])
    told = Message(details["msg"])
    if template is not None:
        told = Message(template, values) if "{" in template else Message(template)
    return told if told == details["msg"] else Message(details["msg"])


def faults(error: ValidationError) -> Message:
    """All of a validation's faults, each with the field that has it; one of the whole has none."""
    return clauses(
        Message("{place}: {fault}", place=".".join(map(str, found["loc"])), fault=fault(found))
        if found["loc"]
        else reason(found)
        for found in error.errors()
    )


def reason(details: ErrorDetails) -> Message:
    """Why a validator of our own refused; it raises ``ValueError`` with a message."""
    return Message(details["ctx"]["error"].args[0])


def _plain(value: object) -> object:
    """A value as pydantic writes it: whole numbers without a point, choices with an "or" before the last."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and " or " in value:
        before, last = value.rsplit(" or ", 1)
        return Message("{before} or {last}", before=before, last=last)
    return value
