"""Tokenizers: learned from text, extended, taken over from another model; how well one fits.

===============  ==========================================================================
``scripts``      which scripts write no spaces between words, and how learned tokenizers mark words
``corpus``       text as words with counts, which the learners read
``unigram``      pieces by pruning, as SentencePiece's Unigram does
``merging``      pieces by merging: BPE, and WordPiece over the same pieces
``learning``     the table of learners
``framing``      special tokens and their places, as the source model has them
``extending``    more tokens for the source's own tokenizer
``spelling``     what a token spells, so that tokens of different tokenizers can be matched
``fitting``      unknown tokens, and pieces for each character
===============  ==========================================================================
"""

from pipeline.stages.tokenizers.extending import extend_tokenizer
from pipeline.stages.tokenizers.fitting import fit
from pipeline.stages.tokenizers.framing import adopt_tokenizer
from pipeline.stages.tokenizers.learning import learn_tokenizer
from pipeline.stages.tokenizers.spelling import Spelling, spellings

__all__ = ["Spelling", "adopt_tokenizer", "extend_tokenizer", "fit", "learn_tokenizer", "spellings"]
