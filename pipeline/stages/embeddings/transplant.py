"""The rules by which new tokens get their embeddings, in the order in which they are tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from transformers import PreTrainedTokenizerFast

from pipeline.spec.vocabulary import Initialisation
from pipeline.stages.embeddings.dictionary import Translations, count_within
from pipeline.stages.embeddings.matching import SourceTokens
from pipeline.stages.embeddings.mixture import Mixture, blend
from pipeline.stages.embeddings.neighbours import alike, usage_vectors
from pipeline.stages.tokenizers import Spelling, spellings
from pipeline.stages.tokenizers.corpus import sample
from pipeline.stages.tokenizers.scripts import MARK, is_unspaced
from pipeline.stages.tokenizers.spelling import SPECIAL_ROLES, read_words

#: Where the first rule to try is named: all that are tried, in this order. What none of them reaches is
#: drawn from the distribution of the source's embeddings.
RULES: dict[Initialisation, tuple[str, ...]] = {
    "dictionary": ("matching", "dictionary", "parts", "pieces", "neighbours"),
    "matching": ("matching", "pieces"),
    "distribution": (),
}
#: Characters of target text that show how tokens are used.
ENOUGH = 1_000_000


@dataclass(frozen=True)
class Transplant:
    """Where each new token's embedding comes from.

    Attributes:
        mixtures: For each new token its mixture of source tokens; None: it is drawn.
        rules: For each new token the name of its rule.
    """

    mixtures: list[Mixture | None]
    rules: list[str]

    @property
    def counts(self) -> Counter[str]:
        """Rule → how many tokens it gave."""
        return Counter(self.rules)

    def embeddings(self, table: torch.Tensor, seed: int) -> torch.Tensor:
        """The new tokens' rows for one of the source's tables.

        Args:
            table: ``[source vocabulary, width]``.
            seed: Of the draws from the normal distribution of the table's rows (Hewitt 2021).

        Returns:
            ``[new vocabulary, width]``.
        """
        size = (len(self.mixtures), table.shape[1])
        generator = torch.Generator().manual_seed(seed)
        result = torch.normal(table.mean(0).expand(size), table.std(0).expand(size), generator=generator)
        shares = [(row, *share) for row, mixture in enumerate(self.mixtures) for share in (mixture or {}).items()]
        rows, columns, weights = zip(*shares, strict=True)
        matrix = sparse.csr_matrix((weights, (rows, columns)), shape=(size[0], len(table)), dtype=np.float32)
        made = torch.tensor([mixture is not None for mixture in self.mixtures])
        return torch.where(made[:, None], torch.from_numpy(matrix @ table.numpy()), result)


def find_mixtures(
    old: PreTrainedTokenizerFast,
    new: PreTrainedTokenizerFast,
    dictionary: dict[str, list[str]],
    *,
    initialisation: Initialisation = "dictionary",
    texts: Sequence[str] = (),
    kept: int = 0,
    seed: int = 0,
) -> Transplant:
    """Find for every token of ``new`` what its embedding is made of.

    A special token always has that of the source's token with the same role.

    Args:
        old: The source's tokenizer.
        new: The target's tokenizer.
        dictionary: Target word → source words.
        initialisation: Which of :data:`RULES` apply.
        texts: Target text.
        kept: How many of the first tokens are the source's own.
        seed: Of the decomposition that finds tokens used alike.
    """
    spelled = spellings(new)
    names = RULES[initialisation]
    known_words = _as_spelled(dictionary, new) if "dictionary" in names else {}
    rules = _rules(SourceTokens(old), known_words, spelled, texts)
    mixtures: list[Mixture | None] = [{index: 1.0} for index in range(kept)]
    given = ["kept"] * kept
    for spelling in spelled[kept:]:
        tried = ("matching",) if spelling.role in SPECIAL_ROLES else names
        found = ((name, rules[name](spelling)) for name in tried if name in rules)
        name, mixture = next(((n, m) for n, m in found if m is not None), ("distribution", None))
        given.append(name)
        mixtures.append(mixture)
    if "neighbours" in names and texts:
        encoded = new(sample(texts, ENOUGH), add_special_tokens=False, verbose=False)["input_ids"]
        reached = np.array([mixture is not None for mixture in mixtures])
        for index, weights in alike(*usage_vectors(encoded, seed), reached).items():
            mixtures[index] = blend([mixtures[other] or {} for other in weights], list(weights.values()))
            given[index] = "neighbours"
    return Transplant(mixtures, given)


def _rules(
    source: SourceTokens, dictionary: dict[str, list[str]], spelled: list[Spelling], texts: Sequence[str]
) -> dict[str, Callable[[Spelling], Mixture | None]]:
    """The rules that look at one token alone."""
    characters = list(dict.fromkeys(spelling.text for spelling in spelled if spelling.is_text))
    words = Translations(source, dictionary, characters, count_within(sample(texts, ENOUGH), dictionary))
    readings = dict(zip(characters, read_words(source.tokenizer, characters), strict=True))
    return {
        "matching": source.matching,
        "dictionary": words.translated,
        "parts": words.composed,
        "pieces": lambda spelling: source.mean(readings[spelling.text]) if spelling.is_text else None,
    }


def _as_spelled(dictionary: dict[str, list[str]], tokenizer: PreTrainedTokenizerFast) -> dict[str, list[str]]:
    """The dictionary with its target words as the tokenizer normalizes them."""
    normalizer = tokenizer.backend_tokenizer.normalizer
    result: dict[str, list[str]] = {}
    for word, translations in dictionary.items():
        parts = (normalizer.normalize_str(word) if normalizer else word).replace(MARK, " ").split()
        spelled = ("" if is_unspaced(word) else " ").join(parts)
        result[spelled] = list(dict.fromkeys([*result.get(spelled, ()), *translations]))
    return result
