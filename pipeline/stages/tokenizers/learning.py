"""Learns a tokenizer from text: one table, one row a kind."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.spec import TransplantVocabulary
from pipeline.stages.tokenizers.corpus import Corpus, count_words, known_words, sample
from pipeline.stages.tokenizers.framing import frame, special_tokens
from pipeline.stages.tokenizers.merging import learn_bpe, learn_wordpiece
from pipeline.stages.tokenizers.scripts import lowercases, normalizer, pre_tokenizer
from pipeline.stages.tokenizers.unigram import learn_unigram

LEARNERS: dict[str, Callable[[Corpus], Any]] = {
    "unigram": learn_unigram,
    "wordpiece": learn_wordpiece,
    "bpe": learn_bpe,
}


def learn_tokenizer(
    texts: Collection[str],
    vocabulary: TransplantVocabulary,
    source: PreTrainedTokenizerFast,
    words: Collection[str] = (),
) -> PreTrainedTokenizerFast:
    """A tokenizer for ``texts`` that frames a text with the source's own special tokens.

    The same texts give the same tokenizer, byte for byte. Where the size is left open, it is that
    at which every piece of several characters still occurs 20 times or so, between 500 and
    30,000: with few labels, pieces that are rarely met keep the embedding they began with. On
    10,000 short Chinese reviews, where that is 3,000 to 4,000 pieces, a vocabulary of 8,000 was 1
    to 2 points of accuracy worse.

    Args:
        texts: Target text; the test set is never among it.
        vocabulary: Kind, size, longest piece.
        source: The source model's tokenizer.
        words: Words whose meaning is known; while there is room their characters and they
            themselves become tokens too, even if no text at hand uses them.

    Raises:
        TrainingError: There is no text to learn from.
    """
    reading = {"normalizer": normalizer(lowercase=lowercases(source)), "pre_tokenizer": pre_tokenizer()}
    special = special_tokens(source)
    corpus = Corpus(
        words=count_words(sample(texts), **reading),
        known=known_words(words, **reading),
        special=tuple(dict.fromkeys(str(token) for token in special.values())),
        unknown=str(special["unk_token"]),
        size=vocabulary.size,
        longest=vocabulary.max_piece_length,
    )
    if not corpus.words:
        raise TrainingError(
            "No tokenizer can be learned: the {count} target texts are blank.", "Add target text.", count=len(texts)
        )
    tokenizer = Tokenizer(LEARNERS[vocabulary.tokenizer](corpus))
    tokenizer.normalizer, tokenizer.pre_tokenizer = reading["normalizer"], reading["pre_tokenizer"]
    if vocabulary.tokenizer == "wordpiece":
        tokenizer.pre_tokenizer = _unknown_apart(tokenizer)
    tokenizer.decoder = decoders.Metaspace()
    return frame(tokenizer, source, special)


def _unknown_apart(tokenizer: Tokenizer) -> pre_tokenizers.PreTokenizer:
    """WordPiece gives up a whole word for one character it can't read; so these are words of their own."""
    codes = sorted(ord(token) for token in tokenizer.get_vocab() if len(token) == 1)
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])]
    known = "".join(rf"\x{{{run[0]:x}}}-\x{{{run[-1]:x}}}" for run in runs)  # ranges: the library takes so many
    apart = pre_tokenizers.Split(Regex(f"[^{known}]"), "isolated")
    return pre_tokenizers.Sequence([tokenizer.pre_tokenizer, apart])
