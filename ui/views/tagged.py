"""A text with its entities or its words' parts of speech marked in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ui.views.html import Content, Markup, tag

#: On which white letters can be read. The first three are those of B. Wong, "Points of view: Color blindness", Nature
#: Methods 2011, made darker; the others keep apart in lightness.
SHADES = ("#0061a0", "#a04000", "#00694f", "#8a3d73", "#6b5b00", "#2f6f8f", "#7a4b2a", "#4a4a9c", "#5f6368", "#8c2f39")


def colours(labels: Iterable[str]) -> dict[str, str]:
    """A colour for each label; the same labels have the same ones, whatever their order."""
    return {label: SHADES[number % len(SHADES)] for number, label in enumerate(sorted(set(labels)))}


@dataclass(frozen=True, order=True)
class Span:
    """A piece of a text and what it is called; ``end`` is behind its last character."""

    start: int
    end: int
    label: str


def words(text: str, tokens: Sequence[str], tags: Sequence[str]) -> list[Span]:
    """Each token where it stands in the text, with its tag; one without a tag, or not found, is left out."""
    found, place = [], 0
    for token, label in zip(tokens, tags, strict=False):
        start = text.find(token, place)
        if start < 0:
            continue
        place = start + len(token)
        if label:
            found.append(Span(start, place, label))
    return found


def entities(tagged: Iterable[Span]) -> list[Span]:
    """What neighbouring words with B- and I- tags spell; an I- without its like before it begins an entity."""
    found: list[Span] = []
    going_on = ""  # type of the entity that the word before belongs to
    for word in tagged:
        place, _, kind = word.label.partition("-")
        if kind and place == "I" and kind == going_on:
            found[-1] = Span(found[-1].start, word.end, kind)
        elif kind and place in ("B", "I"):
            found.append(Span(word.start, word.end, kind))
        going_on = kind if place in ("B", "I") else ""
    return found


def marked(text: str, spans: Iterable[Span], *, entity: bool, true: Collection[Span] | None = None) -> Markup:
    """The text with its spans marked.

    Args:
        text: The whole of it.
        spans: What to mark; none overlaps another.
        entity: Whether a span is highlighted as a whole, or has a small tag after it.
        true: The spans as they should be; one that is not among them is shown as wrong.
    """
    parts: list[Content] = []
    place = 0
    for span in sorted(spans):
        wrong = true is not None and span not in true
        kind = "g-entity" if entity else "g-word"
        label = tag("small", span.label)
        marked = tag("mark", text[span.start : span.end], label, class_=f"{kind} g-off" if wrong else kind)
        parts += [text[place : span.start], marked]
        place = span.end
    return tag("span", *parts, text[place:], class_="g-tagged")
