"""Prediction with an exported folder: onnxruntime, tokenizers and numpy, nothing else.

This folder can be taken out of Graft and used alone, under any name: its files import each other
and nothing of the project. ::

    predictor = Predictor(folder)
    predictor.task                                # what it was trained to do
    predictor.predict(["A text."])                # classification → Prediction or MultiPrediction
    predictor.predict([("A text.", "Another.")])  # sentence pairs → Prediction
    predictor.predict(["Ada saw Paris."])         # tagging → Tagging: words, and entities in BIO
    predictor.predict([["Ada", "saw", "Paris"]])  # tagging of words that are split already
    predictor.fill("Paris is [MASK].", top=5)     # masked language model → Filling, likeliest first
    explain(predictor, "A text.")                 # classification → Explanation: which words it rests on
    Predictor(folder, callers=processors())       # for many texts at once: as many a second as a CPU can
"""

from .answers import Answer, Entity, Filling, MultiPrediction, Prediction, Tagging, Word
from .checksums import CHECKSUMS, verify
from .explaining import Explanation, Part, explain
from .folder import FILES, NoNumberError, PredictorError, longest_input
from .predictor import Predictor
from .providers import PROVIDERS
from .session import SMALLEST_SHARE, Tokens
from .tasks import WAYS, Question
from .threads import processors

__all__ = [
    "CHECKSUMS",
    "FILES",
    "PROVIDERS",
    "SMALLEST_SHARE",
    "WAYS",
    "Answer",
    "Entity",
    "Explanation",
    "Filling",
    "MultiPrediction",
    "NoNumberError",
    "Part",
    "Prediction",
    "Predictor",
    "PredictorError",
    "Question",
    "Tagging",
    "Tokens",
    "Word",
    "explain",
    "longest_input",
    "processors",
    "verify",
]
