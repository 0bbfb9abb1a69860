"""The part of a recipe that says which tokens the model reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.base import Part
from pipeline.spec.source import EmbeddedSource, SourceSpec

Initialisation = Literal["dictionary", "matching", "distribution"]


class KeepVocabulary(Part):
    """Leave the source model's tokenizer and embeddings as they are."""

    kind: Literal["keep"] = "keep"


class _NewEmbeddings(Part):
    """How tokens that the source model does not have get their embeddings."""

    initialisation: Initialisation = Field(
        "dictionary",
        title="Embeddings from",
        description="Matching tokens and the dictionary, matching tokens alone, or drawn like the source's embeddings.",
    )


class ExtendVocabulary(_NewEmbeddings):
    """Keep the source model's tokens and add those that the target text uses most.

    Words and characters that the source's tokenizer breaks into many pieces, or can't read, become
    tokens of their own.
    """

    kind: Literal["extend"] = "extend"
    size: int = Field(2000, ge=1, le=50_000, title="Added tokens", description="Most tokens to add.")
    max_piece_length: int = Field(
        4, ge=1, le=20, title="Longest piece", description="Characters in an added token of a script without spaces."
    )


class TransplantVocabulary(_NewEmbeddings):
    """Learn a tokenizer from the target text and give the encoder new embeddings for it.

    A new token's embedding comes from the source token with the same spelling, else from the
    dictionary's translations of it, else from tokens used in like contexts, else from dictionary words
    that it is made of or part of, else from the pieces that the source reads it as, else from the
    distribution of the source's embeddings.
    """

    kind: Literal["transplant"] = "transplant"
    tokenizer: Literal["unigram", "wordpiece", "bpe"] = Field(
        "unigram", title="Tokenizer", description="Which kind of tokenizer to learn."
    )
    size: int | None = Field(
        8000,
        ge=100,
        le=100_000,
        title="Vocabulary size",
        description="Most tokens to learn; null: chosen from the amount of text.",
    )
    max_piece_length: int = Field(
        4, ge=1, le=20, title="Longest piece", description="Characters in a piece; short ones meet dictionary entries."
    )


class AdoptVocabulary(_NewEmbeddings):
    """Take over the tokenizer of another model, with embeddings as in a transplant."""

    kind: Literal["adopt"] = "adopt"
    model: SourceSpec = Field(EmbeddedSource(), title="Tokenizer of", description="The model whose tokenizer to take.")


VocabularySpec = Annotated[
    KeepVocabulary | ExtendVocabulary | TransplantVocabulary | AdoptVocabulary, Field(discriminator="kind")
]
