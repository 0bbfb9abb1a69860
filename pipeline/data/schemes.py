"""Tags that spell entities: which scheme a file follows, and the way from it to IOB2.

IOB1 and IOB2 are those of Ramshaw and Marcus (1995) and of Sang and Veenstra (1999); BIOES, also called
BILOU or, in Chinese corpora, BMES, marks the end of an entity and entities of one word as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

Scheme = Literal["IOB2", "IOB1", "BIOES", "IO"]
Parsed = dict[str, tuple[str, str]]  # tag → prefix and type, both empty outside of entities

OUTSIDE = "O"
_TAG = re.compile(r"([BIESLUM])[-_](\S.*)")
_INSIDE = frozenset({"I", "M", "E", "L", ""})  # what may continue an entity; without prefixes everything does
_CLOSING = frozenset({"E", "L", "S", "U"})
_FIT = 0.9  # share of a column's tags that makes it a column of tags; the others are reported


class Entities(NamedTuple):
    """Tags in IOB2.

    Attributes:
        tags: One for each that was given.
        scheme: What they were in.
        repaired: Places of tags that broke the scheme, ascending.
        strange: Places of tags that are none, ascending; ``O`` now.
    """

    tags: list[str]
    scheme: Scheme
    repaired: list[int]
    strange: list[int]


def spell_entities(tags: Iterable[str]) -> bool:
    """Whether nearly all tags, but for missing ones, are ``O`` or a prefix and a type."""
    known = [tag for tag in tags if tag]
    fitting = sum(tag == OUTSIDE or _TAG.fullmatch(tag) is not None for tag in known)
    return bool(known) and fitting >= len(known) * _FIT


def to_iob2(tags: Sequence[str], starts: Sequence[int]) -> Entities:
    """Bring tags to IOB2, repairing what breaks their scheme.

    A tag that continues nothing begins an entity of its own; an entity whose end is not marked
    ends where it does. The scheme is told by the prefixes, IOB1 from IOB2 by how entities begin.

    Args:
        tags: Of all sentences, one after the other.
        starts: Place of each sentence's first tag, ascending from 0.
    """
    distinct = set(tags)
    prefixed = any(map(_TAG.fullmatch, distinct))
    parsed = {tag: _parse(tag, prefixed=prefixed) for tag in distinct}
    unknown = {tag for tag in distinct if tag != OUTSIDE and parsed[tag] == ("", "")}
    bounds = [*pairwise([*starts, len(tags)])]
    scheme = _scheme(tags, parsed, bounds)
    made, repaired = _converted(tags, parsed, bounds, scheme)
    return Entities(made, scheme, repaired, [place for place, tag in enumerate(tags) if tag in unknown])


def _parse(tag: str, *, prefixed: bool) -> tuple[str, str]:
    if prefixed:
        found = _TAG.fullmatch(tag)
        return (found[1], found[2]) if found else ("", "")
    return ("", "" if tag == OUTSIDE else tag)


def _scheme(tags: Sequence[str], parsed: Parsed, bounds: list[tuple[int, int]]) -> Scheme:
    prefixes = {prefix for prefix, kind in parsed.values() if kind}
    if prefixes == {""}:
        return "IO"
    if not prefixes <= {"B", "I"}:
        return "BIOES"
    begun = {"B": 0, "I": 0}  # entities that follow nothing of their type, by their first prefix
    for start, end in bounds:
        before = ""
        for tag in tags[start:end]:
            prefix, kind = parsed[tag]
            if kind and kind != before:
                begun[prefix] += 1
            before = kind
    # In IOB1 a B only divides two neighbours of one type; a few others are mistakes.
    return "IOB1" if begun["B"] * 10 < begun["I"] else "IOB2"


def _converted(
    tags: Sequence[str], parsed: Parsed, bounds: list[tuple[int, int]], scheme: Scheme
) -> tuple[list[str], list[int]]:
    prefixes = {prefix for prefix, _ in parsed.values()}
    ends_are_marked, singles_are_marked = bool(prefixes & {"E", "L"}), bool(prefixes & {"S", "U"})
    made: list[str] = []
    faults: set[int] = set()
    for start, end in bounds:
        open_kind, length = "", 0  # the entity that the next tag may continue, and its words so far
        for place in range(start, end):
            prefix, kind = parsed[tags[place]]
            continues = kind == open_kind and prefix in _INSIDE
            if open_kind and not continues and (ends_are_marked if length > 1 else singles_are_marked):
                faults.add(place - 1)
            if not kind:
                made.append(OUTSIDE)
                open_kind = ""
                continue
            if not continues and prefix in _INSIDE and scheme in ("IOB2", "BIOES"):
                faults.add(place)
            made.append(f"I-{kind}" if continues else f"B-{kind}")
            length = length + 1 if continues else 1
            open_kind = "" if prefix in _CLOSING else kind
        if open_kind and (ends_are_marked if length > 1 else singles_are_marked):
            faults.add(end - 1)
    return made, sorted(faults)
