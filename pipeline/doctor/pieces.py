"""How the source's tokenizer reads the texts, by its ``tokenizer.json`` alone: no model, no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from pipeline.data.labellings import Item
from pipeline.data.words import joined
from pipeline.report import TokenizerFit

FILE = "tokenizer.json"
#: Characters read for all files together: about a second's work.
BUDGET = 250_000


@dataclass(frozen=True)
class Pieces:
    """How a tokenizer reads a file's texts, or an even sample of them.

    Attributes:
        places: Which of the texts were read, counted from 0.
        lengths: Tokens of each of these, with the special ones around it.
        unknown: Tokens of each of these that the tokenizer does not know.
        fit: Unknown tokens, and pieces for each character, over all of these.
        total: How many texts the file has.
    """

    places: tuple[int, ...]
    lengths: tuple[int, ...]
    unknown: tuple[int, ...]
    fit: TokenizerFit
    total: int


class Reader:
    """A tokenizer that neither cuts nor pads.

    Args:
        folder: Of a model, with ``tokenizer.json``.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        unknown = _unknown_token(folder)
        self._unknown = None if unknown is None else self._tokenizer.token_to_id(unknown)

    def read(self, texts: Sequence[Item], budget: int, *, words: bool) -> Pieces:
        """Read texts, evenly spaced ones if all of them have more characters than the budget.

        Args:
            texts: Texts, pairs of texts, or sentences of words.
            budget: Characters to read at most, but at least one text.
            words: Whether the texts are sentences of words.
        """
        characters = sum(len(text) if isinstance(text, str) else sum(map(len, text)) for text in texts)
        step = max(1, -(-characters // budget))
        places = range(0, len(texts), step)
        chosen: list[Any] = [texts[place] for place in places]
        encoded = self._tokenizer.encode_batch_fast(chosen, is_pretokenized=words)
        pair = bool(chosen) and not words and not isinstance(chosen[0], str)
        around = self._tokenizer.num_special_tokens_to_add(pair)
        lengths = tuple(map(len, encoded))
        pieces = sum(lengths) - around * len(lengths)
        unknown = tuple(0 if self._unknown is None else each.ids.count(self._unknown) for each in encoded)
        written = sum(len(plain_text(text).replace(" ", "")) for text in chosen)
        fit = TokenizerFit(
            vocabulary_size=self._tokenizer.get_vocab_size(),
            unknown_rate=sum(unknown) / pieces if pieces else 0.0,
            pieces_per_character=pieces / written if written else 0.0,
        )
        return Pieces(tuple(places), lengths, unknown, fit, len(texts))


def load_reader(folder: Path) -> Reader | None:
    """The tokenizer in a folder; None if it has none that can be read fast."""
    file = folder / FILE
    return _reader(folder, file.stat().st_mtime_ns) if file.is_file() else None


def plain_text(item: Item, *, words: bool = False) -> str:
    """What is read, as one text: the words of a sentence joined, both texts of a pair with a space between."""
    if isinstance(item, str):
        return item
    return joined(item) if words else " ".join(item)


@lru_cache(maxsize=4)
def _reader(folder: Path, _modified: int) -> Reader:
    return Reader(folder)


def _unknown_token(folder: Path) -> str | None:
    """What the model's files call the token for what it does not know."""
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        try:
            found = json.loads((folder / name).read_text(encoding="utf-8")).get("unk_token")
        except (OSError, ValueError):
            continue
        if found:
            return found if isinstance(found, str) else found["content"]
    return None
