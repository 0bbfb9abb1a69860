"""Models without a network: n-grams and logistic regression. scikit-learn, scipy and numpy; free of torch.

The baseline that every transfer has to beat, and the second view of co-training.
:mod:`features` and :mod:`tagging` turn texts and words into sparse rows, :mod:`regression` learns from
them, and :mod:`model` is all of it behind one face.
"""

from pipeline.classical.model import ClassicalModel

__all__ = ["ClassicalModel"]
