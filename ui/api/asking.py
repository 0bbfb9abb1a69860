"""Texts put to exported models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from pipeline.errors import DataError
from pipeline.tasks import TASKS, Labelling
from ui.access import run_of
from ui.api.kinds import Models, Run, Visitor
from ui.handlers import ask as handlers
from ui.services import Services
from ui.text import say

Text = Annotated[str, "The text; at most 10,000 characters."]
Second = Annotated[str, "Of sentence pairs: the second text."]
Variant = Annotated[
    str,
    "Which exported variant answers: fp32, O1 to O4, int8, int8-static or fp16; served: the one that is served; "
    "each: all of them.",
]


class Tagged(TypedDict):
    """A word with its tag, or an entity with its type."""

    text: Annotated[str, "As it stands in the text."]
    label: Annotated[str, "The tag or type."]
    probability: Annotated[float, "0 to 1."]
    start: Annotated[int, "Of its first character, from 0."]
    end: Annotated[int, "Behind its last character."]


class Guess(TypedDict):
    """A guess at a hidden word."""

    token: Annotated[str, "The word."]
    probability: Annotated[float, "0 to 1."]
    text: Annotated[str, "The text with the word in its place."]


class Weighed(TypedDict):
    """A part of the text, and what it did for the answer."""

    text: Annotated[str, "A word, a Chinese character, or several side by side."]
    which: Annotated[int, "0 for the text, 1 for the second of a pair."]
    start: Annotated[int, "Of its first character, from 0."]
    end: Annotated[int, "Behind its last character."]
    weight: Annotated[float, "What the label's log-odds lose without it; below 0: it spoke against the label."]


class Answered(TypedDict):
    """What one model answered; without an answer there is a fault."""

    model: Annotated[str, "Which of its run's models."]
    title: Annotated[str, "What it is called where models of several runs are asked; else empty."]
    variant: Annotated[str, "The exported variant that answered."]
    milliseconds: Annotated[float, "That it took."]
    missed: Annotated[str, "Which limits of its parity gate the variant missed; empty if none."]
    fault: Annotated[str, "Why there is no answer; else empty."]
    remedy: Annotated[str, "What to do about that."]
    label: NotRequired[Annotated[str, "The most probable label."]]
    labels: NotRequired[Annotated[list[str], "Where a text may have several: those above one half."]]
    probabilities: NotRequired[Annotated[dict[str, float], "Of every label."]]
    words: NotRequired[Annotated[list[Tagged], "Where words are tagged: each with its tag."]]
    entities: NotRequired[Annotated[list[Tagged], "Where tags spell entities: each of them."]]
    guesses: NotRequired[Annotated[list[Guess], "In the place of the mask, the likeliest first."]]
    parts: NotRequired[Annotated[list[Weighed], "What the answer rests on, in the order of the text."]]


def predict(
    services: Services,
    *,
    run: Run,
    text: Text,
    second: Second = "",
    models: Models = None,
    variant: Variant = "served",
    visitor: Visitor = "",
) -> Annotated[list[Answered], "One answer a model."]:
    """Put a text to the exported models of a run, side by side: label and probabilities, or tags and entities.

    A model that is not exported says so; `export_model` exports it. For language models there is `fill_mask`.
    """
    if _labelling(services, visitor, run) == "none":
        raise DataError(say("api.masks_only"), say("api.masks_only_remedy"))
    return _ask(services, visitor, run, text, second, chosen=models, variant=variant)


def explain(
    services: Services,
    *,
    run: Run,
    text: Text,
    second: Second = "",
    models: Models = None,
    variant: Variant = "served",
    visitor: Visitor = "",
) -> Annotated[list[Answered], "One answer a model, with the parts that it rests on."]:
    """Why a model answers as it does: each word is left out in turn, and the model asked again.

    For tasks in which a text has labels; tags and guesses are not explained.
    """
    if _labelling(services, visitor, run) not in handlers.EXPLAINED:
        raise DataError(say("api.not_explained"), say("api.not_explained_remedy"))
    return _ask(services, visitor, run, text, second, chosen=models, variant=variant, why=True)


def fill_mask(
    services: Services,
    *,
    run: Run,
    text: Annotated[str, "The text, with [MASK] or <mask> once in the place of the hidden word."],
    models: Models = None,
    variant: Variant = "served",
    visitor: Visitor = "",
) -> Annotated[list[Answered], "One answer a model, with its guesses."]:
    """Let the exported language models of a run guess a hidden word."""
    if _labelling(services, visitor, run) != "none":
        raise DataError(say("api.no_masks"), say("api.no_masks_remedy"))
    return _ask(services, visitor, run, text, chosen=models, variant=variant)


def _labelling(services: Services, visitor: str | None, run: str) -> Labelling:
    run_of(services, visitor, run)
    return TASKS[services.store.spec(run).task].labelling


def _ask(services: Services, visitor: str | None, run: str, *asked: str, **options: Any) -> list[Answered]:
    return [_answered(answer) for answer in handlers.ask(services, visitor, run, *asked, **options)]


def _answered(answer: handlers.Answer) -> Answered:
    told: Answered = {
        "model": answer.model,
        "title": answer.title,
        "variant": answer.variant,
        "milliseconds": answer.milliseconds,
        "missed": answer.missed,
        "fault": answer.fault,
        "remedy": answer.hint,
    }
    if answer.said is not None:
        told |= SAID[TASKS[answer.task].labelling](answer.said)
    if answer.why is not None:
        texts = (answer.question.text, answer.question.second)
        told["parts"] = [
            {
                "text": texts[part.which][part.start : part.end],
                "which": part.which,
                "start": part.start,
                "end": part.end,
                "weight": part.weight,
            }
            for part in answer.why.parts
        ]
    return told


def _tagged(found: Any) -> Tagged:
    return {
        "text": found.text,
        "label": found.label,
        "probability": found.probability,
        "start": found.start,
        "end": found.end,
    }


def _guess(found: Any) -> Guess:
    return {"token": found.token, "probability": found.probability, "text": found.text}


#: How a text is labelled → an answer of :mod:`export.predictor` as plain data.
SAID: dict[Labelling, Callable[[Any], Any]] = {
    "one": lambda said: {"label": said.label, "probabilities": said.probabilities},
    "several": lambda said: {"labels": said.labels, "probabilities": said.probabilities},
    "tags": lambda said: {"words": [*map(_tagged, said.words)], "entities": [*map(_tagged, said.entities)]},
    "none": lambda said: {"guesses": [*map(_guess, said)]},
}
