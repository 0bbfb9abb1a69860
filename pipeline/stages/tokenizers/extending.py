"""More tokens for the source's own tokenizer: what the target text uses most and it breaks up or can't read.

How a token is added depends on what would leave the source's own text as it was and still cut the
target's sensibly:

- A word of a script with spaces becomes an added token that matches whole words only, and takes
  the space before it along, as byte-level BPE and SentencePiece do.
- A piece of a script without spaces joins a Unigram vocabulary with its own probability, so
  that the likeliest segmentation decides. (An added token would cut the text around it, and each
  cut would begin with a ``▁`` of its own.)
- In WordPiece and BPE it becomes an added token, found by the longest match from the left, before
  anything else: BERT takes each Han character for a word, and merges of bytes could not be added
  without the fragments between.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from tokenizers import AddedToken, Tokenizer
from transformers import PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.spec import ExtendVocabulary
from pipeline.stages.tokenizers.corpus import FREQUENT, Corpus, count_words, sample
from pipeline.stages.tokenizers.framing import dressed, special_tokens, with_added_tokens
from pipeline.stages.tokenizers.scripts import MARK, is_spaced, lowercases, normalizer, pre_tokenizer
from pipeline.stages.tokenizers.spelling import read_words, spellings
from pipeline.stages.tokenizers.unigram import count_pieces

#: How often a piece must occur that the source can't read; others must be frequent.
SEEN = 2


def extend_tokenizer(
    texts: Collection[str], vocabulary: ExtendVocabulary, source: PreTrainedTokenizerFast
) -> PreTrainedTokenizerFast:
    """The source's tokenizer with more tokens behind its own.

    Args:
        texts: Target text; the test set is never among it.
        vocabulary: How many tokens to add, and how long.
        source: The source model's tokenizer.

    Raises:
        TrainingError: There is nothing to add.
    """
    counts = _wanted(_corpus(texts, vocabulary, source), source, vocabulary.size)
    if not counts:
        raise TrainingError(
            "The source's tokenizer reads all that is frequent in {count} target texts in one piece.",
            "Keep the source's vocabulary, or add target text.",
            count=len(texts),
        )
    pieces = Counter({piece: count for piece, count in counts.items() if not is_spaced(piece)})
    words = [piece for piece in counts if piece not in pieces]
    document = json.loads(source.backend_tokenizer.to_str())
    backend = ADDITIONS.get(document["model"]["type"], _as_added_tokens)(document, pieces)
    backend.add_tokens([AddedToken(word, single_word=True, lstrip=True, normalized=True) for word in words])
    return dressed(backend, source, special_tokens(source))


def _corpus(texts: Collection[str], vocabulary: ExtendVocabulary, source: PreTrainedTokenizerFast) -> Corpus:
    return Corpus(
        words=count_words(sample(texts), normalizer(lowercase=lowercases(source), compatible=False), pre_tokenizer()),
        known=(),
        special=("[UNK]",),
        unknown="[UNK]",
        size=None,
        longest=vocabulary.max_piece_length,
    )


def _wanted(corpus: Corpus, source: PreTrainedTokenizerFast, size: int) -> Counter[str]:
    """Pieces to add → how often they occur; first those that save the most tokens, most of all such as say nothing."""
    words = Counter({word.removeprefix(MARK): count for word, count in corpus.words.items()})
    pieces = Counter({piece: count for piece, count in count_pieces(corpus).items() if len(piece) > 1})
    counts = {word: count for word, count in words.items() if is_spaced(word)}
    counts |= {piece: count for piece, count in pieces.items() if not is_spaced(piece.removeprefix(MARK))}
    counts |= {sign: count for sign, count in corpus.characters.items() if not is_spaced(sign) and sign != MARK}
    counts = {piece: count for piece, count in counts.items() if count >= SEEN}
    if not counts:
        return Counter()
    spelled, gains = spellings(source), {}
    for (piece, count), ids in zip(counts.items(), read_words(source, list(counts)), strict=True):
        unread = sum(not spelled[index].is_text for index in ids)  # unknown, or fragments of characters
        if count >= FREQUENT or unread:
            gains[piece] = count * (len(ids) - 1 + unread)
    ranked = sorted((piece for piece, gain in gains.items() if gain > 0), key=lambda piece: (-gains[piece], piece))
    return Counter({piece: counts[piece] for piece in ranked[:size]})


def _as_added_tokens(document: dict[str, Any], pieces: Counter[str]) -> Tokenizer:
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.add_tokens([AddedToken(piece, normalized=False) for piece in pieces])
    return tokenizer


def _in_vocabulary(document: dict[str, Any], pieces: Counter[str]) -> Tokenizer:
    with_added_tokens(document)
    known = {piece for piece, _ in document["model"]["vocab"]}
    total = pieces.total()
    document["model"]["vocab"] += [
        [piece, round(math.log(count / total), 4)] for piece, count in pieces.items() if piece not in known
    ]
    return Tokenizer.from_str(json.dumps(document))


#: Kind of the source's model → how pieces of scripts without spaces join it.
ADDITIONS: dict[str, Callable[[dict[str, Any], Counter[str]], Tokenizer]] = {
    "Unigram": _in_vocabulary,
    "WordPiece": _as_added_tokens,
    "BPE": _as_added_tokens,
}
