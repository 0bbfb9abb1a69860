"""Text as the learners read it: words with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tokenizers import normalizers, pre_tokenizers

from pipeline.stages.tokenizers.scripts import MARK, is_unspaced

#: A piece that occurs less often hardly gets trained; the bounds of a vocabulary chosen from that.
FREQUENT, SMALLEST, LARGEST = 20, 500, 30_000
#: Characters in the longest piece of a script with spaces, the mark included.
LONGEST_WORD = 17
#: Characters that are read at most, from texts all over the corpus; more would hardly change the pieces.
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Corpus:
    """What a learner learns from.

    Attributes:
        words: Words as the tokenizer will cut them → how often they occur.
        known: Words whose meaning is known, cut the same way.
        special: Special tokens, which come first in the vocabulary.
        unknown: The one that stands for what can't be read.
        size: Most tokens; None: as many as occur often enough.
        longest: Characters in a piece of a script without spaces.
    """

    words: Counter[str]
    known: tuple[str, ...]
    special: tuple[str, ...]
    unknown: str
    size: int | None
    longest: int

    @property
    def limit(self) -> int:
        """The most tokens there may be."""
        return LARGEST if self.size is None else self.size

    @cached_property
    def characters(self) -> Counter[str]:
        """Characters → how often they occur."""
        counts: Counter[str] = Counter()
        for word, count in self.words.items():
            for character in word:
                counts[character] += count
        return counts

    @cached_property
    def alphabet(self) -> list[str]:
        """Characters of the texts that are to be read, the most frequent first: at most three quarters of the room.

        If the size is to be chosen, rare ones stay, too, as without them there is only the unknown
        token; just those that occur once need not, unless that leaves the smallest vocabulary empty.
        """
        room = self.limit - len(self.special)
        counts = self.characters
        found = sorted(counts, key=lambda character: (-counts[character], character))
        if self.size is None:
            found = [c for rank, c in enumerate(found) if counts[c] > 1 or rank < SMALLEST - len(self.special)]
        return found[: max(1, room * 3 // 4)]

    def longest_in(self, word: str) -> int:
        """How many characters a piece of a word may have."""
        return self.longest if is_unspaced(word) else LONGEST_WORD

    def fits(self, piece: str) -> bool:
        """Whether a piece is short enough."""
        return len(piece) <= self.longest_in(piece)

    def additions(self, pieces: Collection[str]) -> list[str]:
        """What becomes a token while there is room, though the texts do not hold it: of known words.

        First their characters, so that a text of words that all are new is read; then they
        themselves. If the size is to be chosen, only characters that many of the words share.
        """
        room = max(0, self.limit - len(self.special) - len(pieces))
        counts = Counter(character for word in self.known for character in word)
        characters = sorted(counts, key=lambda character: (-counts[character], character))
        longest: Counter[bool] = Counter()  # of each kind of script: the words of tagged texts may be single characters
        for word in self.words:
            longest[is_unspaced(word)] = max(longest[is_unspaced(word)], len(word))
        words = [word for word in self.known if self.fits(word) and len(word) <= longest[is_unspaced(word)]]
        if self.size is None:
            characters, words = [character for character in characters if counts[character] >= FREQUENT], []
        return [piece for piece in dict.fromkeys([*characters, *words]) if piece not in pieces][:room]


def sample(texts: Collection[str], characters: int = MOST_CHARACTERS) -> list[str]:
    """Every k-th text, so that about as many characters are left."""
    step = max(1, -(-sum(map(len, texts)) // characters))
    return [*islice(texts, 0, None, step)]


def count_words(
    texts: Iterable[str], normalizer: normalizers.Normalizer, pre_tokenizer: pre_tokenizers.PreTokenizer
) -> Counter[str]:
    """The words of texts, as a tokenizer with this normalizer and pre-tokenizer cuts them."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text)))
    return counts


def known_words(
    words: Iterable[str], normalizer: normalizers.Normalizer, pre_tokenizer: pre_tokenizers.PreTokenizer
) -> tuple[str, ...]:
    """Those of ``words`` that a tokenizer reads as one word, as it reads them."""
    cut = (pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(word)) for word in words)
    return tuple(dict.fromkeys(parts[0][0] for parts in cut if len(parts) == 1 and parts[0][0] != MARK))
