"""Target words by way of a bilingual dictionary (Minixhofer et al. 2022)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from pipeline.stages.embeddings.matching import SourceTokens
from pipeline.stages.embeddings.mixture import Mixture, blend, evenly
from pipeline.stages.tokenizers import Spelling
from pipeline.stages.tokenizers.scripts import is_unspaced
from pipeline.stages.tokenizers.spelling import read_words

#: Characters in the shortest part of a word of a script with spaces that says something of its meaning.
SHORTEST_PART = 3
#: Characters in the longest word of a script without spaces that is counted.
LONGEST_COUNTED = 6


class Translations:
    """Target words by way of source words.

    Args:
        source: The source's tokens.
        dictionary: Target word, as the target's tokenizer spells it → source words.
        tokens: What the target's tokens spell; only these are looked for within words.
        counts: Target words → how often the target text has them.
    """

    def __init__(
        self, source: SourceTokens, dictionary: dict[str, list[str]], tokens: Iterable[str], counts: Counter[str]
    ) -> None:
        words = list(dict.fromkeys(word for translations in dictionary.values() for word in translations))
        read = dict(zip(words, read_words(source.tokenizer, words), strict=True))
        self.mixtures: dict[str, Mixture] = {}
        for word, translations in dictionary.items():
            known = [[i for i in read[t] if source.spellings[i].is_text] for t in translations]
            if mixtures := [evenly(ids) for ids in known if ids]:
                self.mixtures[word] = blend(mixtures)
        self.counts = counts
        self.longest = max(map(len, self.mixtures), default=0)
        self.wholes = _wholes(self.mixtures, set(tokens))

    def translated(self, spelling: Spelling) -> Mixture | None:
        """The mean over the word's translations, each the mean over its tokens."""
        return self.mixtures.get(spelling.text) if spelling.role == "" else None

    def composed(self, spelling: Spelling) -> Mixture | None:
        """The mean over the words it is made of; else over those it is part of, by how often the text has them."""
        if not spelling.is_text:
            return None
        if parts := self._segments(spelling.text):
            return blend([self.mixtures[part] for part in parts])
        wholes = self.wholes.get(spelling.text, [])
        weights = [1.0 + self.counts[word] for word in wholes]
        return blend([self.mixtures[word] for word in wholes], weights) if wholes else None

    def _segments(self, word: str) -> list[str]:
        """Dictionary words found in ``word`` from left to right, the longest first."""
        shortest = 1 if is_unspaced(word) else SHORTEST_PART
        found, start = [], 0
        while start < len(word):
            for length in range(min(self.longest, len(word) - start), shortest - 1, -1):
                if word[start : start + length] in self.mixtures:
                    found.append(word[start : start + length])
                    start += length
                    break
            else:
                start += 1
        return found


def _wholes(words: Iterable[str], tokens: set[str]) -> dict[str, list[str]]:
    """Tokens → the words that they are part of."""
    wholes: dict[str, list[str]] = defaultdict(list)
    longest = max(map(len, tokens), default=0)
    for word in words:
        shortest = 1 if is_unspaced(word) else SHORTEST_PART
        parts = {
            word[start : start + length]
            for start in range(len(word))
            for length in range(shortest, min(longest, len(word) - start) + 1)
        }
        for part in (parts & tokens) - {word}:
            wholes[part].append(word)
    return wholes


def count_within(texts: Iterable[str], words: Collection[str]) -> Counter[str]:
    """How often texts have each of ``words``; in scripts without spaces, anywhere."""
    counts: Counter[str] = Counter()
    for text in texts if words else ():
        counts.update(word for word in text.split() if word in words)
        for start, character in enumerate(text):
            if is_unspaced(character):
                found = (text[start : start + length] for length in range(1, LONGEST_COUNTED + 1))
                counts.update(word for word in found if word in words)
    return counts
