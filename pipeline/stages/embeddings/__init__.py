"""Embeddings for new tokens out of the source model's: each a mixture of them, or drawn.

===============  ==========================================================================
``mixture``      weights over source tokens, and blends of these
``matching``     tokens that both tokenizers have; the source's own reading of a new token
``dictionary``   translations of a token, of its parts, of the words it is part of
``neighbours``   tokens used alike in the target text
``rules``        the rules in their order
``transplant``   from mixtures to embeddings
===============  ==========================================================================
"""

from pipeline.stages.embeddings.transplant import Transplant, find_mixtures

__all__ = ["Transplant", "find_mixtures"]
