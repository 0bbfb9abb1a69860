"""Tokenizers learned from text, and how well one fits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain, islice

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from pipeline.errors import TrainingError
from pipeline.report import TokenizerFit
from pipeline.spec import TransplantVocabulary

#: Marks of a token's place in a word: WordPiece continues with ##, byte-level BPE begins with Ġ,
#: SentencePiece with ▁.
CONTINUATION, WORD_STARTS = "##", ("Ġ", "▁")


def learn_tokenizer(
    texts: list[str], vocabulary: TransplantVocabulary, source: PreTrainedTokenizerFast, words: Collection[str] = ()
) -> PreTrainedTokenizerFast:
    """A tokenizer for ``texts`` that frames a text with the source's own special tokens.

    Args:
        texts: Target text; the test set is never among it.
        vocabulary: Kind and size.
        source: The source model's tokenizer.
        words: Words whose meaning is known; while there is room their characters and they
            themselves become tokens too, even if no text at hand uses them.

    Raises:
        TrainingError: There is too little text to learn from.
    """
    special = {
        "unk_token": source.unk_token or "[UNK]",
        "pad_token": source.pad_token or "[PAD]",
        "cls_token": source.cls_token or "[CLS]",
        "sep_token": source.sep_token or "[SEP]",
        "mask_token": source.mask_token or "[MASK]",
    }
    tokenizer = Tokenizer(models.Unigram())
    trainer = trainers.UnigramTrainer(
        vocab_size=vocabulary.size,
        special_tokens=list(special.values()),
        unk_token=special["unk_token"],
        max_piece_length=vocabulary.max_piece_length,
        show_progress=False,
    )
    tokenizer.normalizer = normalizers.BertNormalizer(handle_chinese_chars=False, lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    try:
        tokenizer.train_from_iterator(_batches(texts), trainer)
    except Exception as error:
        raise TrainingError(
            f"No tokenizer could be learned from {len(texts)} texts: {error}.",
            "Raise the vocabulary size, or add target text.",
        ) from error
    tokenizer = _settled(tokenizer, len(special), words, vocabulary)
    cls, sep = special["cls_token"], special["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B:1 {sep}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (cls, sep)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=source.model_max_length,
        model_input_names=source.model_input_names,
        padding_side="right",
        truncation_side="right",
        **special,
    )


def _settled(tokenizer: Tokenizer, special: int, words: Collection[str], vocabulary: TransplantVocabulary) -> Tokenizer:
    """Put the pieces in an order of their own, and add words, each as probable as the rarest piece.

    The trainer leaves pieces of equal probability in an order that changes from run to run, sums
    in one that moves the last digits, and tells the characters that it has no estimate for apart
    by steps of 0.0001 in that order; here these are all as probable as the rarest piece. An added
    word beats its own characters where it occurs, and loses to pieces that the text prefers.
    """
    document = json.loads(tokenizer.to_str())
    pieces = document["model"]["vocab"]
    rarest = min(score for _, score in pieces[special:])

    def settled(piece: str, score: float) -> tuple[str, float]:
        steps = (score - rarest) / 0.0001
        guessed = len(piece) == 1 and steps < len(pieces) and abs(steps - round(steps)) < 1e-5
        return piece, round(rarest if guessed else score, 4)

    learned = sorted((settled(*entry) for entry in pieces[special:]), key=lambda item: (-item[1], item[0]))
    rarest = learned[-1][1]
    known = {piece for piece, _ in pieces}
    # A text of words that all are new should still be read, character by character.
    characters = [character for character, _ in Counter("".join(words)).most_common()]
    wanted = dict.fromkeys(chain(characters, words))
    fitting = (piece for piece in wanted if piece not in known and 0 < len(piece) <= vocabulary.max_piece_length)
    added = [(word, rarest) for word in islice(fitting, max(0, vocabulary.size - len(pieces)))]
    document["model"]["vocab"] = pieces[:special] + learned + added
    return Tokenizer.from_str(json.dumps(document))


def spelling(token: str, tokenizer: PreTrainedTokenizerFast) -> tuple[str, str]:
    """A token's role and bare characters, so that tokens of different tokenizers can be matched.

    Special tokens match by their role (``cls_token``), whatever they are called; a WordPiece
    continuation only matches another.
    """
    for role, special in tokenizer.special_tokens_map.items():
        if token == special:
            return role, token
    if token.startswith(CONTINUATION) and len(token) > len(CONTINUATION):
        return "continuation", token.removeprefix(CONTINUATION)
    for mark in WORD_STARTS:
        if token.startswith(mark) and len(token) > len(mark):
            return "", token.removeprefix(mark)
    return "", token


def fit(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> TokenizerFit:
    """How a tokenizer reads ``texts``: unknown tokens, and pieces for each character."""
    encoded = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    pieces = sum(map(len, encoded))
    unknown = sum(ids.count(tokenizer.unk_token_id) for ids in encoded)
    characters = sum(len(text.replace(" ", "")) for text in texts)
    return TokenizerFit(
        vocabulary_size=len(tokenizer),
        unknown_rate=unknown / pieces if pieces else 0.0,
        pieces_per_character=pieces / characters if characters else 0.0,
    )


def _batches(texts: list[str], size: int = 1000) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]
