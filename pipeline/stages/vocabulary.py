"""Vocabulary transplant: a tokenizer learned from target text, and embeddings for its tokens.

The body of the encoder is kept. A new token's embedding is, by the first rule that applies:

1. *matching*: that of the source token with the same spelling;
2. *dictionary*: the mean over its translations, each the mean of its source tokens;
3. *parts*: the mean over the dictionary words it is made of, or that it is part of;
4. *distribution*: a draw from the normal distribution of the source's embeddings.

Sources: WECHSEL (Minixhofer et al. 2022) for embeddings through a dictionary, FOCUS (Dobler and
de Melo 2023) for matching tokens, Hewitt (2021) for drawing from the distribution.

Output: a Hugging Face folder, and ``vocabulary.json`` (tokens by rule).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from pipeline.parameters import VocabularyParameters
from pipeline.stages.context import Context, read_json
from pipeline.stages.data import read_split
from pipeline.stages.models import load_model, load_tokenizer, save_model
from pipeline.stages.tokenizers import learn_tokenizer, spelling

Dictionary = dict[str, list[str]]


def run(context: Context[VocabularyParameters]) -> None:
    """Give the source model a tokenizer and embeddings for the target language."""
    parameters = context.parameters
    source = context.inputs["model"]
    data = context.inputs["data"]
    labels = read_json(data / "data.json")["labels"]
    old = load_tokenizer(source)
    dictionary = read_json(data / "dictionary.json")
    texts = [text for split in ("target_train", "unlabelled") for text in read_split(data, split)["text"]]
    context.step(1, 4)
    new = learn_tokenizer(texts, parameters.vocabulary, old, words=dictionary)
    context.step(2, 4)

    model = load_model(source, parameters.task, labels)
    table = model.get_input_embeddings().weight.detach()
    embeddings, rules = transplant_embeddings(table, old, new, dictionary, parameters.seed)
    context.step(3, 4)
    model.resize_token_embeddings(len(new), mean_resizing=False)
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(embeddings)
    model.config.pad_token_id = new.pad_token_id
    save_model(model, new, context.out)

    total = sum(rules.values())
    shares = ", ".join(f"{count} {rule}" for rule, count in rules.most_common())
    context.note(f"The new vocabulary has {total:,} tokens, with embeddings from: {shares}.")
    context.write_json("vocabulary.json", dict(rules))
    context.step(4, 4)


def transplant_embeddings(
    table: torch.Tensor,
    old: PreTrainedTokenizerFast,
    new: PreTrainedTokenizerFast,
    dictionary: Dictionary,
    seed: int,
) -> tuple[torch.Tensor, Counter[str]]:
    """Embeddings for every token of ``new``.

    Args:
        table: The source's word embeddings, ``[source vocabulary, hidden]``.
        old: The source's tokenizer.
        new: The target's tokenizer.
        dictionary: Target word → source words.
        seed: Of the draws for tokens that no other rule reaches.

    Returns:
        ``[target vocabulary, hidden]``, and how many tokens each rule gave.
    """
    generator = torch.Generator().manual_seed(seed)
    mean, deviation = table.mean(0), table.std(0)
    matching = _by_spelling(old)
    words = _WordEmbeddings(table, old, dictionary)
    result = torch.empty(len(new), table.shape[1])
    rules: Counter[str] = Counter()
    # In the order of their indices: the tokenizer's own order changes from process to process.
    for token, index in sorted(new.get_vocab().items(), key=lambda item: item[1]):
        rule, vector = "distribution", None
        if (match := matching.get(spelling(token, new))) is not None:
            rule, vector = "matching", table[match]
        elif (vector := words.translated(spelling(token, new)[1])) is not None:
            rule = "dictionary"
        elif (vector := words.composed(spelling(token, new)[1])) is not None:
            rule = "parts"
        result[index] = torch.normal(mean, deviation, generator=generator) if vector is None else vector
        rules[rule] += 1
    return result, rules


def _by_spelling(tokenizer: PreTrainedTokenizerFast) -> dict[tuple[str, str], int]:
    return {spelling(token, tokenizer): index for token, index in tokenizer.get_vocab().items()}


class _WordEmbeddings:
    """Embeddings of target words through the dictionary."""

    def __init__(self, table: torch.Tensor, tokenizer: Any, dictionary: Dictionary) -> None:
        self.table = table
        self.tokenizer = tokenizer
        self.dictionary = dictionary
        self.longest = max(map(len, dictionary), default=0)
        self.containing: dict[str, set[str]] = defaultdict(set)  # character → words that hold it
        for word in dictionary:
            for character in word:
                self.containing[character].add(word)

    def translated(self, word: str) -> torch.Tensor | None:
        """The mean over the word's translations."""
        vectors = [self._source(translation) for translation in self.dictionary.get(word, ())]
        known = [vector for vector in vectors if vector is not None]
        return torch.stack(known).mean(0) if known else None

    def composed(self, word: str) -> torch.Tensor | None:
        """The mean over the words that make up ``word``, else over those it is part of."""
        parts = [vector for part in self._segments(word) if (vector := self.translated(part)) is not None]
        if not parts and word:
            wholes = [whole for whole in self.containing.get(word[0], ()) if word in whole]
            parts = [vector for whole in sorted(wholes) if (vector := self.translated(whole)) is not None]
        return torch.stack(parts).mean(0) if parts else None

    def _segments(self, word: str) -> list[str]:
        """Dictionary words found in ``word`` from left to right, the longest first."""
        found, start = [], 0
        while start < len(word):
            for length in range(min(self.longest, len(word) - start), 0, -1):
                if word[start : start + length] in self.dictionary:
                    found.append(word[start : start + length])
                    start += length
                    break
            else:
                start += 1
        return found

    def _source(self, word: str) -> torch.Tensor | None:
        ids = self.tokenizer(word, add_special_tokens=False)["input_ids"]
        ids = [index for index in ids if index != self.tokenizer.unk_token_id]
        return self.table[ids].mean(0) if ids else None
