"""Numbers and names as they stand in messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.messages import Message, Template, series

MOST_SHOWN = 10
LONGEST_NAME = 80  # characters; a file without line ends has its whole text for a column's name

Noun = Literal[
    "row",
    "line",
    "cell",
    "tag",
    "text",
    "word pair",
    "test text",
    "development text",
    "source training text",
    "target training text",
    "unlabelled text",
]
#: What is counted → one of it, and several.
_COUNTED: dict[Noun, tuple[Template, Template]] = {
    "row": (Template("{count:,} row"), Template("{count:,} rows")),
    "line": (Template("{count:,} line"), Template("{count:,} lines")),
    "cell": (Template("{count:,} cell"), Template("{count:,} cells")),
    "tag": (Template("{count:,} tag"), Template("{count:,} tags")),
    "text": (Template("{count:,} text"), Template("{count:,} texts")),
    "word pair": (Template("{count:,} word pair"), Template("{count:,} word pairs")),
    "test text": (Template("{count:,} test text"), Template("{count:,} test texts")),
    "development text": (Template("{count:,} development text"), Template("{count:,} development texts")),
    "source training text": (Template("{count:,} source training text"), Template("{count:,} source training texts")),
    "target training text": (Template("{count:,} target training text"), Template("{count:,} target training texts")),
    "unlabelled text": (Template("{count:,} unlabelled text"), Template("{count:,} unlabelled texts")),
}
#: What has numbers → one of them, and several.
_PLACED: dict[Literal["row", "line"], tuple[Template, Template]] = {
    "row": (Template("row {numbers}"), Template("rows {numbers}")),
    "line": (Template("line {numbers}"), Template("lines {numbers}")),
}


def counted(count: int, noun: Noun) -> Message:
    """A number with its noun: ``1 row``, ``1,200 rows``."""
    one, several = _COUNTED[noun]
    return Message(one if count == 1 else several, count=count)


def shortened(name: str) -> str:
    """A column's or label's name, cut where it is too long for a sentence."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def quoted(names: Sequence[str]) -> Message:
    """Names, the first ten of them."""
    shown = series(Message("“{name}”", name=shortened(name)) for name in names[:MOST_SHOWN])
    return Message("{names} and others", names=shown) if len(names) > MOST_SHOWN else shown


def placed(noun: Literal["row", "line"], numbers: Sequence[int]) -> Message:
    """Where something is, the first ten places: ``rows 3, 7``."""
    one, several = _PLACED[noun]
    shown = series([*map(str, numbers[:MOST_SHOWN]), *(["…"] if len(numbers) > MOST_SHOWN else [])])
    return Message(one if len(numbers) == 1 else several, numbers=shown)
