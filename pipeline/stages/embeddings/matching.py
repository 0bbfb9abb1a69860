"""What the source's tokenizer can read, as one token or as several."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedTokenizerFast

from pipeline.stages.embeddings.mixture import Mixture, evenly
from pipeline.stages.tokenizers import Spelling, spellings
from pipeline.stages.tokenizers.spelling import CONTINUATION, SPECIAL_ROLES


class SourceTokens:
    """The source's tokens by what they spell."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self.tokenizer = tokenizer
        self.spellings = spellings(tokenizer)
        self.exact: dict[Spelling, int] = {}
        self.folded: dict[Spelling, int] = {}  # in small letters
        self.special: dict[str, int] = {}
        for index, spelling in enumerate(self.spellings):
            if spelling.role in SPECIAL_ROLES:
                self.special[spelling.role] = index
            else:
                self.exact.setdefault(spelling, index)
                self.folded.setdefault(Spelling(spelling.role, spelling.text.casefold()), index)

    def matching(self, spelling: Spelling) -> Mixture | None:
        """The token that spells the same (Dobler and de Melo 2023).

        Special tokens match by their role. What stands within a word matches its like; all else
        rather what begins a word. Where nothing spells exactly the same, the source's
        normalization may bring the two together, or leaving capitals out of account.
        """
        if spelling.role in SPECIAL_ROLES:
            return self.special_token(spelling.role)
        places = (spelling.role,) if spelling.role else ("", CONTINUATION)
        for table, form in (
            (self.exact, spelling.text),
            (self.exact, self._normalized(spelling.text)),
            (self.folded, spelling.text.casefold()),
        ):
            for place in places:
                if (index := table.get(Spelling(place, form))) is not None:
                    return {index: 1.0}
        return None

    def special_token(self, role: str) -> Mixture | None:
        """The special token with a role."""
        return {self.special[role]: 1.0} if role in self.special else None

    def mean(self, tokens: Sequence[int]) -> Mixture | None:
        """The mean over the tokens that it reads a word as (Gee et al. 2022); None if they do not spell the word.

        They do not if one is unknown, or a fragment of a character.
        """
        return evenly(tokens) if tokens and all(self.spellings[token].is_text for token in tokens) else None

    def _normalized(self, text: str) -> str:
        normalizer = self.tokenizer.backend_tokenizer.normalizer
        return text if normalizer is None else normalizer.normalize_str(text).strip(" ▁")
