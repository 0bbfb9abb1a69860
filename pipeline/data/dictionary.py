"""Reads a bilingual dictionary, and tells which of its sides is the target's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pipeline.data.content import bounded, numbered_lines
from pipeline.data.readers import read_document
from pipeline.data.wording import counted, placed
from pipeline.data.wordlists import Pair, detect_word_list
from pipeline.data.words import vocabulary
from pipeline.errors import DataError
from pipeline.messages import Message
from pipeline.settings import Settings

_SAMPLE_TEXTS = 2000
_SAMPLE_CHARACTERS = 500_000


class Entries(NamedTuple):
    """A dictionary, and what a person should know of how it was read.

    Attributes:
        words: Target word → source words, in the order of the file.
        notes: Its form, its direction, and lines left out.
    """

    words: dict[str, list[str]]
    notes: list[Message]


def read_dictionary(path: Path, settings: Settings) -> dict[str, list[str]]:
    """The words on the left of each word on the right, in the order of the file.

    Raises:
        DataError: The file can't be read, or holds no pair of words.
    """
    return read_entries(path, settings).words


def read_entries(path: Path, settings: Settings, source: Iterable[str] = (), target: Iterable[str] = ()) -> Entries:
    """Read a dictionary: tab-separated, MUSE (https://github.com/facebookresearch/MUSE) or CC-CEDICT.

    Lines that are blank or comments count for nothing. The source words stand on the left, unless
    the words on the left occur more in the target texts, and those on the right in the source texts.

    Args:
        path: The file.
        settings: The host's limits.
        source: Texts of the source domain, if there are any.
        target: Texts of the target domain.

    Raises:
        DataError: The file can't be read, or holds no pair of words.
    """
    text, _ = read_document(path, "auto", settings)
    lines = bounded(numbered_lines(text), settings.max_rows, path.name)
    form = detect_word_list(line for _, line in lines)
    pairs: list[Pair] = []
    malformed: list[int] = []
    longer = 0
    for number, line in lines:
        if line.lstrip().startswith(form.comments):
            continue
        found = form.pairs(line)
        pairs.extend(found)
        longer += bool(found) and form.more(line)
        if not found:
            malformed.append(number)
    if not pairs:
        raise DataError(
            "{file} holds no dictionary entry in {lines}.",
            "Write a source word, a tab and a target word on each line.",
            file=path.name,
            lines=counted(len(lines), "line"),
        )
    turned = _evidence(pairs, source, target)
    words: dict[str, dict[str, None]] = {}
    for left, right in pairs:
        source_word, target_word = (right, left) if turned > 0 else (left, right)
        words.setdefault(target_word, {})[source_word] = None
    notes = [_reading(turned, {"file": path.name, "pairs": counted(len(pairs), "word pair"), "form": form.title})]
    if longer:
        cut = counted(longer, "line")
        notes.append(
            Message("{file}: {lines} with further columns; the first two are read.", file=path.name, lines=cut)
        )
    if malformed:
        left_out = {"lines": counted(len(malformed), "line"), "places": placed("line", malformed)}
        notes.append(
            Message("{file}: {lines} left out, {fault} ({places}).", left_out, file=path.name, fault=form.malformed)
        )
    return Entries({word: list(sources) for word, sources in words.items()}, notes)


def _reading(turned: float, read: dict[str, object]) -> Message:
    """What was read, and on which side the source's words were taken to stand."""
    if turned > 0:
        return Message("{file}: {pairs} read ({form}); the source's stand on the right.", read)
    if turned < 0:
        return Message("{file}: {pairs} read ({form}); the source's stand on the left.", read)
    return Message(
        "{file}: {pairs} read ({form}); the source's stand on the left, as nothing in the texts says otherwise.", read
    )


def _evidence(pairs: list[Pair], source: Iterable[str], target: Iterable[str]) -> float:
    """By how much more of the dictionary occurs in the texts if its left side is the target's: above 0, it is."""
    left, right = ({word.casefold() for word in side} for side in zip(*pairs, strict=True))
    in_source, in_target = (vocabulary(_sample(texts)) for texts in (source, target))

    def occurring(words: set[str], known: set[str]) -> float:
        return len(words & known) / len(words)

    turned = occurring(left, in_target) + occurring(right, in_source)
    return turned - occurring(left, in_source) - occurring(right, in_target)


def _sample(texts: Iterable[str]) -> Iterator[str]:
    """The first texts, cut where they become too long: each run of some characters may be a word."""
    left = _SAMPLE_CHARACTERS
    for text in islice(texts, _SAMPLE_TEXTS):
        yield text[:left]
        left -= len(text)
        if left <= 0:
            return
