"""Unigram: pieces chosen by pruning a large vocabulary (Kudo 2018).

The trainer of the tokenizers library sums probabilities in an order that changes from process to
process, and so do its pieces. Here pieces are counted where the likeliest segmentation uses them
(Viterbi training), which gives whole numbers and so the same pieces every time; on Chinese reviews
the text came out a little likelier than with the library's trainer, in two thirds of its time.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import chain

import numpy as np
from tokenizers import Tokenizer, models

from pipeline.stages.tokenizers.corpus import FREQUENT, LONGEST_WORD, SMALLEST, Corpus

#: Pieces to begin with: so many, or so many times those wanted; share of them that a round drops at most.
SEEDS, SEED_FACTOR, DROPPED = 20_000, 5, 0.3
#: What a piece that never occurs counts for.
UNSEEN = 0.5


def learn_unigram(corpus: Corpus) -> models.Unigram:
    """Pieces with their log-probabilities.

    Known words that do not occur are as probable as half an occurrence makes them: such a word
    beats its own characters where these are rare, and loses to pieces that the texts prefer.
    """
    usage = count_pieces(corpus)
    scores = _scores(usage)
    for piece in corpus.additions(scores):
        scores[piece] = math.log(UNSEEN / usage.total())
    return _model(corpus, scores)


def count_pieces(corpus: Corpus) -> Counter[str]:
    """The pieces chosen → how often the texts use them; of characters of the alphabet also 0.

    What goes first is that without which the texts get the least improbable. Where the size is
    left open, only rare pieces go, until there are none.
    """
    alphabet = Counter({character: corpus.characters[character] for character in corpus.alphabet})
    usage = alphabet + _substrings(corpus)
    while True:
        used = _use(corpus, _scores(usage))
        usage = Counter({piece: used[piece] for piece in usage if used[piece] > 1 or piece in alphabet})
        dropped = _dropped(corpus, usage)
        if not dropped:
            return usage
        for piece in dropped:
            del usage[piece]


def _substrings(corpus: Corpus) -> Counter[str]:
    """The pieces to begin with: substrings that would save the most characters, and their counts."""
    result: Counter[str] = Counter()
    frequent = set(corpus.alphabet)
    for length in range(2, max(corpus.longest, LONGEST_WORD) + 1):
        counts: Counter[str] = Counter()
        for word, count in corpus.words.items():
            if len(word) >= length <= corpus.longest_in(word):
                for start in range(len(word) - length + 1):
                    piece = word[start : start + length]
                    if piece[:-1] in frequent and piece[1:] in frequent:
                        counts[piece] += count
        frequent = {piece for piece, count in counts.items() if count > 1}
        result.update({piece: counts[piece] for piece in frequent})
    ranked = sorted(result, key=lambda piece: (-result[piece] * len(piece), piece))
    return Counter({piece: result[piece] for piece in ranked[: max(SEEDS, SEED_FACTOR * corpus.limit)]})


def _scores(usage: Counter[str]) -> dict[str, float]:
    """Log-probabilities."""
    total = usage.total()
    return {piece: math.log(max(count, UNSEEN) / total) for piece, count in usage.items()}


def _use(corpus: Corpus, scores: dict[str, float]) -> Counter[str]:
    """How often the likeliest segmentation of the texts uses each piece."""
    tokenizer = Tokenizer(_model(corpus, scores))
    encodings = tokenizer.encode_batch(list(corpus.words))
    indices = np.fromiter(chain.from_iterable(encoding.ids for encoding in encodings), np.int64)
    often = np.repeat(list(corpus.words.values()), [len(encoding) for encoding in encodings])
    used = np.bincount(indices, often, minlength=tokenizer.get_vocab_size()).astype(int)  # exact below 2 ** 53
    return Counter({piece: int(used[tokenizer.token_to_id(piece)]) for piece in scores})


def _dropped(corpus: Corpus, usage: Counter[str]) -> list[str]:
    """The pieces to go without next: none if the vocabulary is as wanted."""
    pieces = [piece for piece in usage if len(piece) > 1]
    total = len(usage) + len(corpus.special)
    excess, candidates = total - corpus.limit, pieces
    if corpus.size is None and excess <= 0:
        candidates = [piece for piece in pieces if usage[piece] < FREQUENT]
        excess = min(len(candidates), total - SMALLEST)
    if excess <= 0:
        return []
    scores = _scores(usage)
    loss = {piece: usage[piece] * (scores[piece] - _without(piece, scores)) for piece in candidates}
    most = max(1, int(DROPPED * len(pieces)))
    return sorted(candidates, key=lambda piece: (loss[piece], piece))[: min(excess, most)]


def _without(piece: str, scores: dict[str, float]) -> float:
    """Log-probability of a piece's characters, read without the piece."""
    best = [0.0] + [-math.inf] * len(piece)
    for end in range(1, len(piece) + 1):
        for start in range(end):
            score = scores.get(piece[start:end])
            if score is not None and end - start < len(piece):
                best[end] = max(best[end], best[start] + score)
    return best[-1]


def _model(corpus: Corpus, scores: dict[str, float]) -> models.Unigram:
    """Special tokens, then pieces by their probability."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    entries = [*((token, 0.0) for token in corpus.special), *((piece, round(score, 4)) for piece, score in ranked)]
    return models.Unigram(entries, unk_id=corpus.special.index(corpus.unknown))
