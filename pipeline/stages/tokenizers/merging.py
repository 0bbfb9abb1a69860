"""BPE (Sennrich et al. 2016), and WordPiece over the same pieces: characters merged pair by pair.

The library's BPE trainer breaks ties the same way every time, as long as it has no prefix for
continuations; the mark of a word's beginning stands in for that. Trained WordPiece is BPE, too, but
reads a word by its longest pieces from the left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tokenizers import Tokenizer, models, trainers

from pipeline.stages.tokenizers.corpus import FREQUENT, LONGEST_WORD, Corpus

#: Merges to learn for each one wanted: some make pieces that are too long.
SPARE = 3


def learn_bpe(corpus: Corpus) -> models.BPE:
    """Characters and merges. Of known words, only the characters: a piece without merges is never met."""
    merges = _merges(corpus)
    pieces = _pieces(corpus, merges)
    pieces += [piece for piece in corpus.additions(pieces) if len(piece) == 1]
    return models.BPE(_indices([*corpus.special, *pieces]), merges, unk_token=corpus.unknown)


def learn_wordpiece(corpus: Corpus) -> models.WordPiece:
    """Pieces, and known words while there is room."""
    pieces = _pieces(corpus, _merges(corpus))
    pieces += corpus.additions(pieces)
    return models.WordPiece(
        _indices([*corpus.special, *pieces]),
        unk_token=corpus.unknown,
        max_input_chars_per_word=10_000,
        continuing_subword_prefix="",
    )


def _merges(corpus: Corpus) -> list[tuple[str, str]]:
    """The merges whose pieces are short enough and fit into the vocabulary, the first first."""
    room = corpus.limit - len(corpus.special) - len(corpus.alphabet)
    tokenizer = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=len(corpus.characters) + SPARE * max(0, room),
        min_frequency=FREQUENT if corpus.size is None else 2,
        max_token_length=LONGEST_WORD,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_batches(corpus), trainer)
    readable = set(corpus.alphabet)
    learned = (tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"])
    fitting = [(a, b) for a, b in learned if corpus.fits(a + b) and readable.issuperset(a + b)]
    return fitting[: max(0, room)]


def _pieces(corpus: Corpus, merges: list[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys([*corpus.alphabet, *(a + b for a, b in merges)]))


def _indices(tokens: list[str]) -> dict[str, int]:
    return {token: index for index, token in enumerate(tokens)}


def _batches(corpus: Corpus, size: int = 1000) -> Iterator[list[str]]:
    """The words as often as they occur."""
    batch: list[str] = []
    for word, count in sorted(corpus.words.items()):
        for _ in range(count):
            batch.append(word)
            if len(batch) == size:
                yield batch
                batch = []
    yield batch
