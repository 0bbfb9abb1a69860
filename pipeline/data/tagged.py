"""Files with one token a line and a blank line after each sentence: CoNLL and CoNLL-U."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.data.content import Content, bounded, checked_width
from pipeline.data.schemes import OUTSIDE, spell_entities
from pipeline.data.wording import counted
from pipeline.errors import DataError
from pipeline.spec import FileFormat

#: https://universaldependencies.org/format.html
CONLLU_COLUMNS = ["ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"]
MOST_TAGS = 200
_INDEX = re.compile(r"\d+([-.]\d+)?")
_FIRST = re.compile(r"0|1|0\.1|1-\d+")  # a sentence may begin with an empty node, or with a range of any length
_DOCUMENT = "-DOCSTART-"
_SAMPLE_LINES = 500
_SAMPLE_CHARACTERS = 200_000
_MOST_FILLED = 1_000_000  # cells

Sentence = list[tuple[int, list[str]]]


class Layout(NamedTuple):
    """How lines fall into cells.

    Attributes:
        separator: A tab, or None for any white space.
        width: Cells of a line.
        indexed: Whether the first one counts the sentence's tokens.
        tags: Of the first lines, which tell a word that starts like a comment from one.
    """

    separator: str | None
    width: int
    indexed: bool
    tags: frozenset[str] = frozenset()


def read_conll(text: str, name: str, limit: int) -> Content:
    """Read tokens and their tags, with tabs or spaces between, in any number of columns.

    Comments (``#``), document marks (``-DOCSTART-``), multi-word ranges (``1-2``) and empty nodes
    (``1.1``) are left out. A line with too few cells is filled up with empty ones, as long as the table does not
    grow larger than the file by that.

    Raises:
        DataError: A line has more cells than the others, or too many have fewer; says which.
    """
    layout = _layout(_sample(text))
    names = {1: ["token"], 2: ["token", "tag"]}
    columns = names.get(layout.width) or [f"column {number}" for number in range(1, layout.width + 1)]
    return _content(text, name, limit, layout, columns)


def read_conllu(text: str, name: str, limit: int) -> Content:
    """Read CoNLL-U: ten columns with tabs between; ranges and empty nodes are left out.

    Raises:
        DataError: A line has more cells, or too many have fewer; says which.
    """
    return _content(text, name, limit, Layout("\t", len(CONLLU_COLUMNS), indexed=True), CONLLU_COLUMNS)


def tagged_format(text: str, *, expected: bool, named: bool = False) -> FileFormat | None:
    """The format of a file of tagged tokens; None if it does not look like one.

    Args:
        text: The whole file.
        expected: Whether tags are wanted, so that columns of any kind may be some.
        named: Whether its name says CoNLL-U, so that its ten columns need no numbers to be told by.
    """
    lines = _sample(text)
    layout = _layout(lines)
    if layout.separator == "\t" and layout.width == len(CONLLU_COLUMNS) and (named or layout.indexed):
        return "conllu"
    rows = [cells for line in lines if len(cells := _split(line, layout.separator)) == layout.width]
    if layout.width < 2 or len(rows) * 20 < len(lines) * 19:
        return None
    tagged = any(spell_entities(cells) for cells in [*zip(*rows, strict=True)][1:])
    broken = re.search(r"\n\s*\n", text[:_SAMPLE_CHARACTERS].replace("\r", "\n")) is not None
    return "conll" if tagged or (expected and broken) else None


def _sample(text: str) -> list[str]:
    """The first lines that are neither blank nor comments nor marks."""
    head = text[:_SAMPLE_CHARACTERS].splitlines()[:_SAMPLE_LINES]
    return [line for line in head if line.strip() and not line.startswith(("#", _DOCUMENT))]


def _layout(lines: list[str]) -> Layout:
    separator = "\t" if sum("\t" in line for line in lines) * 2 > len(lines) else None
    rows = [_split(line, separator) for line in lines]
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 1
    indexed = width > 1 and bool(_FIRST.fullmatch(rows[0][0])) and all(_INDEX.fullmatch(cells[0]) for cells in rows)
    return Layout(separator, width, indexed, frozenset(cells[-1] for cells in rows if len(cells) == width))


def _split(line: str, separator: str | None) -> list[str]:
    """The cells of a line. Only blanks and tabs divide: an ideographic space (U+3000) is a character as others are."""
    return line.split(separator) if separator else [cell for cell in line.replace("\t", " ").split(" ") if cell]


def _content(text: str, name: str, limit: int, layout: Layout, columns: list[str]) -> Content:
    checked_width(layout.width, name)
    sentences = bounded(_sentences(text, name, layout), limit, name, noun="sentences")
    starts, place = [], 0
    for sentence in sentences:
        starts.append(place)
        place += len(sentence)
    tokens = [token for sentence in sentences for token in sentence]
    return Content(columns, [cells for _, cells in tokens], [number for number, _ in tokens], starts)


def _sentences(text: str, name: str, layout: Layout) -> Iterator[Sentence]:
    sentence: Sentence = []
    known: dict[str, list[str] | None] = {}  # most lines of a tagged corpus recur; they share their cells
    room = max(_MOST_FILLED, len(text))
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.isspace() or line.startswith(_DOCUMENT):
            if sentence:
                yield sentence
                sentence = []
            continue
        if line not in known:
            known[line], filled = _cells(line, number, name, layout, room)
            room -= filled
        if (cells := known[line]) is not None:
            sentence.append((number, cells))
    if sentence:
        yield sentence


def _cells(line: str, number: int, name: str, layout: Layout, room: int) -> tuple[list[str] | None, int]:
    """A token's cells, None for a line that holds no token of its own; and how many of ``room`` were filled up."""
    separator, width, indexed, _ = layout
    cells = [cell.strip() or cell.strip(" ") for cell in _split(line.rstrip("\n"), separator)]
    if line.startswith("#") and (indexed or len(cells) != width or _says_no_tag(cells[-1], layout)):
        return None, 0
    if indexed and _INDEX.fullmatch(cells[0]) and not cells[0].isdigit():
        return None, 0
    while len(cells) > width and not cells[-1]:
        cells.pop()
    filled = width - len(cells)
    if not 0 <= filled <= room:
        raise DataError(
            "{file}: line {line} has {cells}, but the others have {width}.",
            "Put one token and its tags on each line, all with the same separator between.",
            file=name,
            line=number,
            cells=counted(len(cells), "cell"),
            width=width,
        )
    return cells + [""] * filled, filled


def _says_no_tag(last: str, layout: Layout) -> bool:
    """Whether a comment's last word, where blanks divide comments as they do words and tags, is no tag.

    Tags are those that other lines have, those that spell an entity, and signs and capitals, as parts of speech are.
    """
    if layout.separator is not None or layout.width < 2 or last in layout.tags:
        return False
    return not (spell_entities([last]) or (last.isascii() and last == last.upper()))


def find_token(values: dict[str, list[str]]) -> str | None:
    """The column with the tokens: CoNLL-U's, the first one, or the one after the tokens' numbers.

    Args:
        values: Column → its cells, one a token.
    """
    if "FORM" in values:
        return "FORM"
    columns = [*values]
    numbered = len(columns) > 1 and all(map(_INDEX.fullmatch, values[columns[0]]))
    return next(iter(columns[numbered:]), None)


def find_tag(values: dict[str, list[str]], *, entities: bool) -> str | None:
    """The column with the tags, None without a convincing candidate.

    Of several columns that spell entities the last one is taken (CoNLL-2003 has chunks before
    them), of others CoNLL-U's, or the first that recurs as tags do.

    Args:
        values: Column → its cells, one a token; without the tokens themselves.
        entities: Whether the tags are to spell entities.
    """
    spelling = [name for name, cells in values.items() if spell_entities(cells)]
    others = {name: cells for name, cells in values.items() if name not in spelling and _recur(cells)}
    if entities:
        bare = [name for name, cells in others.items() if Counter(cells).most_common(1)[0][0] == OUTSIDE]
        return next(reversed(spelling or bare), None)
    return "UPOS" if "UPOS" in others else next(iter(others), None)


def _recur(cells: list[str]) -> bool:
    """Whether these are a few words that stand again and again, and no numbers."""
    distinct = set(cells)
    few = 1 < len(distinct) <= min(MOST_TAGS, max(10, len(cells) / 2))
    return few and not all(map(_INDEX.fullmatch, distinct))
