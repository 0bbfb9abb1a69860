"""What an answer rests on: the words of a text, tinted by what they did for the label, and the same in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ui.text import say
from ui.views.html import Content, Markup, tag

FAINTEST = 0.08  # of the strongest weight; words below it are not tinted
NAMED = 4  # words that the sentence names for the label, and as many against it


def weights(explanation: Any, texts: Sequence[str]) -> Markup:
    """An explanation of :mod:`export.predictor`, drawn.

    The tinted text is for the eye alone; the sentence below it says the same to everybody.

    Args:
        explanation: Of one answer.
        texts: What was asked: one text, or two.
    """
    strongest = max((abs(part.weight) for part in explanation.parts), default=0.0) or 1.0
    lines = [
        tag("p", *_tinted(text, [part for part in explanation.parts if part.which == which], strongest))
        for which, text in enumerate(texts)
        if text
    ]
    return tag(
        "div",
        tag("div", *lines, class_="g-weights-text", aria_hidden="true"),
        tag("p", _sentence(explanation, texts), class_="g-hint"),
        class_="g-weights",
    )


def _tinted(text: str, parts: Sequence[Any], strongest: float) -> list[Content]:
    found: list[Content] = []
    place = 0
    for part in parts:
        share = abs(part.weight) / strongest
        word = text[part.start : part.end]
        if share >= FAINTEST:
            kind = "g-push" if part.weight > 0 else "g-pull"
            word = tag("span", word, class_=kind, style=f"--share:{share:.2f}", title=f"{part.weight:+.2f}")
        found += [text[place : part.start], word]
        place = part.end
    return [*found, text[place:]]


def _sentence(explanation: Any, texts: Sequence[str]) -> str:
    ranked = sorted(explanation.parts, key=lambda part: -abs(part.weight))
    strongest = abs(ranked[0].weight) if ranked else 0.0
    told = [part for part in ranked if abs(part.weight) >= FAINTEST * strongest and part.weight]
    groups = {
        "for": [part for part in told if part.weight > 0][:NAMED],
        "against": [part for part in told if part.weight < 0][:NAMED],
    }
    said = [
        say(
            f"compare.why_{side}",
            label=explanation.label,
            words=say("common.list_separator").join(
                f"{texts[part.which][part.start : part.end]} ({part.weight:+.1f})" for part in parts
            ),
        )
        for side, parts in groups.items()
        if parts
    ]
    return " ".join(said) or say("compare.why_nothing")
