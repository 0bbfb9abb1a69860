"""The body of a request, as questions that the model's task can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from export.predictor import Question
from export.serving.refusals import Refusal


class Body(BaseModel):
    """What a model is asked: exactly one of ``text``, ``texts``, ``pair``, ``pairs`` and ``words``, by its task."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    text: str | None = Field(None, description="One text.")
    texts: Annotated[list[str], Field(fail_fast=True)] | None = Field(None, description="Texts.")
    pair: tuple[str, str] | None = Field(None, description="Two texts that are compared.")
    pairs: Annotated[list[tuple[str, str]], Field(fail_fast=True)] | None = Field(None, description="Pairs of texts.")
    words: Annotated[list[Annotated[list[str], Field(fail_fast=True)]], Field(fail_fast=True)] | None = Field(
        None, description="Texts that are split into words already, to be tagged."
    )
    top: int = Field(5, ge=1, le=100, description="How many guesses at a mask; for language models only.")


#: Of which a body has exactly one.
_ASKED = tuple(name for name in Body.model_fields if name != "top")
_TEXTS = ("text", "texts")
#: Task → the fields that it may be asked with. The question that warms a model up is of the same form.
FIELDS = {
    "text-classification": _TEXTS,
    "multi-label-classification": _TEXTS,
    "sentence-pair-classification": ("pair", "pairs"),
    "entity-recognition": (*_TEXTS, "words"),
    "part-of-speech": (*_TEXTS, "words"),
    "language-modelling": _TEXTS,
}
_MOST_FAULTS = 100  # looked at in one body; each costs more memory than the field that has it
_LONGEST_NAME = 80
#: Fields that hold one question.
ONE = frozenset({"text", "pair"})

#: For OpenAPI.
EXAMPLES: dict[str, dict[str, Any]] = {
    "one text": {"value": {"text": "The rider was friendly and the soup still warm."}},
    "many texts": {"value": {"texts": ["The soup was cold.", "这家店真不错。"]}},
    "pairs of texts": {"value": {"pairs": [["A man plays the guitar.", "Somebody makes music."]]}},
    "words to be tagged": {"value": {"words": [["Ada", "saw", "Paris", "."]]}},
    "a masked text": {"value": {"text": "Paris is the [MASK] of France.", "top": 3}},
}


class Questions(NamedTuple):
    """What was asked.

    Attributes:
        questions: As the predictor is asked.
        top: Guesses at a mask.
        characters: Of all texts together.
    """

    questions: Sequence[Question]
    top: int
    characters: int


def read(body: bytes, *, task: str, longest: int, most_texts: int, most_characters: int) -> Questions:
    """The questions in a request's body.

    Args:
        body: JSON.
        task: What the model does.
        longest: Most tokens that it reads of a text.
        most_texts: Of a request.
        most_characters: Of a text; of words, with a space between.

    Raises:
        Refusal: It is no JSON, not of the form that the task asks for, or too much.
    """
    try:
        given = Body.model_validate_json(body)
    except ValidationError as error:
        raise _refused(error) from error
    fields = FIELDS[task]
    names = [name for name in _ASKED if getattr(given, name) is not None]
    if len(names) != 1 or names[0] not in fields:
        raise Refusal(
            "wrong_form",
            "The body has {names}.",
            names=" and ".join(names) or "nothing to answer",
            fields=" or ".join(fields),
            task=task,
        )
    (name,) = names
    value = getattr(given, name)
    questions = [value] if name in ONE else value
    if len(questions) > most_texts:
        raise Refusal("too_many_texts", "{count:,} texts were sent.", count=len(questions), most=most_texts)
    characters = 0
    for number, question in enumerate(questions):
        parts = [question] if isinstance(question, str) else question
        lengths = [len(part) for part in parts]
        size = sum(lengths) + len(parts) if name == "words" else max(lengths)
        if size > most_characters:
            where = name if name in ONE else f"{name}[{number}]"
            raise Refusal(
                "text_too_long",
                "{where} has {size:,} characters.",
                where=where,
                size=size,
                most=most_characters,
                longest=longest,
            )
        characters += sum(lengths)
    return Questions(questions, given.top, characters)


def _refused(error: ValidationError) -> Refusal:
    if error.error_count() > _MOST_FAULTS:
        return Refusal("wrong_type", "The body: {count:,} fields are none of those.", count=error.error_count())
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return Refusal("bad_json", "The body is no JSON: {fault}.", fault=first["msg"].removeprefix("Invalid JSON: "))
    where = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part[:_LONGEST_NAME]}" for part in first["loc"]
    ).lstrip(".")
    return Refusal("wrong_type", "{where}: {fault}.", where=where or "The body", fault=first["msg"])
