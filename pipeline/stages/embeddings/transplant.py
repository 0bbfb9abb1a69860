"""From rules to mixtures, and from mixtures to embeddings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from transformers import PreTrainedTokenizerFast

from pipeline.spec.vocabulary import Initialisation
from pipeline.stages.embeddings.rules import ORDER, Mixtures, Rules


@dataclass(frozen=True)
class Transplant:
    """Where each new token's embedding comes from.

    Attributes:
        mixtures: For each new token its mixture of source tokens; None: it is drawn.
        rules: For each new token the name of its rule; ``kept`` of the source's own, ``distribution`` if drawn.
    """

    mixtures: Mixtures
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
        drawn = torch.normal(table.mean(0).expand(size), table.std(0).expand(size), generator=generator)
        shares = [(row, *share) for row, mixture in enumerate(self.mixtures) for share in (mixture or {}).items()]
        rows, columns, weights = zip(*shares, strict=True)
        matrix = sparse.csr_matrix((weights, (rows, columns)), shape=(size[0], len(table)), dtype=np.float32)
        made = torch.tensor([mixture is not None for mixture in self.mixtures])
        return torch.where(made[:, None], torch.from_numpy(matrix @ table.numpy()), drawn)


def find_mixtures(
    old: PreTrainedTokenizerFast,
    new: PreTrainedTokenizerFast,
    dictionary: dict[str, list[str]],
    *,
    initialisation: Initialisation = "dictionary",
    texts: Collection[str] = (),
    kept: int = 0,
    seed: int = 0,
) -> Transplant:
    """Find for every token of ``new`` what its embedding is made of: by the first rule that applies.

    A special token always has that of the source's token with the same role.

    Args:
        old: The source's tokenizer.
        new: The target's tokenizer.
        dictionary: Target word → source words.
        initialisation: The first rule to try; see :data:`~pipeline.stages.embeddings.rules.ORDER`.
        texts: Target text.
        kept: How many of the first tokens are the source's own.
        seed: Of the decomposition that finds tokens used alike.
    """
    rules = Rules(old, new, dictionary, texts, seed)
    size = len(rules.spelled)
    mixtures: Mixtures = [{index: 1.0} if index < kept else None for index in range(size)]
    given = ["kept" if index < kept else "distribution" for index in range(size)]
    for name in ORDER[initialisation]:
        for index, mixture in rules.table[name](mixtures).items():
            mixtures[index], given[index] = mixture, name
    return Transplant(mixtures, given)
