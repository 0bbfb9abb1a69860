"""Bilingual word lists as they are published: pairs of words, whichever language stands on the left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from pipeline.data.words import HAN
from pipeline.messages import Message

Pair = tuple[str, str]

_ENTRY = re.compile(r"(\S+)\s+(\S+)\s+\[{1,2}[^\]]*\]{1,2}\s*/(.+)/\s*")  # two brackets since its second version
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SAMPLE_LINES = 200
_DEEPEST_REMARK = 20


@dataclass(frozen=True)
class WordList:
    """One way to write a word list.

    Attributes:
        title: For people.
        pairs: What a line holds; nothing if the line is malformed.
        malformed: What is said of such a line.
        comments: What a line starts with that counts for nothing.
        more: Whether a line goes on after what is read of it, as with a score or a part of speech.
    """

    title: Message
    pairs: Callable[[str], list[Pair]]
    malformed: Message
    comments: tuple[str, ...] = ("#",)
    more: Callable[[str], bool] = lambda _: False


def detect_word_list(lines: Iterator[str]) -> WordList:
    """The list's form, by which most of its first lines hold pairs; tab-separated if none does."""
    sample = [line for line in islice(lines, _SAMPLE_LINES) if not line.startswith("#")]
    return max(WORD_LISTS, key=lambda form: sum(bool(form.pairs(line)) for line in sample))


def _tab_separated(line: str) -> list[Pair]:
    left, right = (*(side.strip() for side in line.split("\t", 2)), "")[:2]
    return [(left, right)] if left and right else []


def _further_columns(line: str) -> bool:
    return line.rstrip().count("\t") > 1


def _space_separated(line: str) -> list[Pair]:
    words = line.split()
    return [(words[0], words[1])] if len(words) == 2 and "\t" not in line else []


def _cedict(line: str) -> list[Pair]:
    """Both scripts of a headword, each with every gloss: ``漢字 汉字 [pin1 yin1] /gloss; gloss/gloss/``."""
    found = _ENTRY.fullmatch(line)
    if found is None:
        return []
    traditional, simplified, field = found.groups()
    glosses = [*_glosses(field)]
    return [(word, gloss) for word in dict.fromkeys((traditional, simplified)) for gloss in glosses]


def _glosses(field: str) -> Iterator[str]:
    """Words a gloss offers; measure words and references to other Chinese words are none."""
    for _ in range(_DEEPEST_REMARK):  # remarks may stand in remarks
        bare = _REMARK.sub(" ", field)
        if bare == field:
            break
        field = bare
    for gloss in re.split("[/;]", field):
        word = " ".join(gloss.split()).removeprefix("to ")
        if word and not word.startswith("CL:") and not HAN.search(word):
            yield word


WORD_LISTS = (
    WordList(
        Message("tab-separated"), _tab_separated, Message("not two words with a tab between"), more=_further_columns
    ),
    WordList(Message("MUSE, space-separated"), _space_separated, Message("not two words with a space between")),
    WordList(Message("CC-CEDICT"), _cedict, Message("not an entry with a gloss that is a word"), comments=("#", "%")),
)
