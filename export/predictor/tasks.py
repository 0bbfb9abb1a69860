"""How each task's questions are read and answered: one table, one class a way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from tokenizers import Encoding, Tokenizer

from .answers import Answer, one_label, several_labels, tagged
from .folder import PredictorError
from .words import join, split, word_logits

#: A text; two texts to be compared; or the words of a text, where words are tagged.
Question = str | Sequence[str]


class Way(ABC):
    """How one task's questions are read and answered."""

    @abstractmethod
    def encode(self, tokenizer: Tokenizer, questions: Sequence[Question]) -> list[Encoding]:
        """From questions to tokens, cut to the longest input.

        Raises:
            PredictorError: A question has not the form that the task asks for.
        """

    @abstractmethod
    def units(self, question: Question, encoding: Encoding, logits: np.ndarray, mask: int | None) -> np.ndarray:
        """What was asked for of the logits of one question, float32 ``[units, labels]``.

        Args:
            question: The question.
            encoding: Its tokens.
            logits: ``[labels]``, or ``[tokens, labels]``.
            mask: Id of the hidden token.
        """

    @abstractmethod
    def answer(self, labels: Sequence[str], question: Question, logits: np.ndarray) -> Answer:
        """The answer from the logits of a question's units.

        Raises:
            PredictorError: The task has no labels.
        """


class OneLabel(Way):
    """A text has one label."""

    def encode(self, tokenizer: Tokenizer, questions: Sequence[Question]) -> list[Encoding]:
        """A question is a string."""
        if strange := [question for question in questions if not isinstance(question, str)]:
            raise PredictorError(
                "This model reads one text at a time, not {question}. Give strings.", question=repr(strange[0])
            )
        return tokenizer.encode_batch_fast(list(questions))

    def units(self, question: Question, encoding: Encoding, logits: np.ndarray, mask: int | None) -> np.ndarray:
        """One: the text."""
        return logits[None]

    def answer(self, labels: Sequence[str], question: Question, logits: np.ndarray) -> Answer:
        """A :class:`Prediction`."""
        return one_label(labels, logits[0])


class SeveralLabels(OneLabel):
    """A text has any number of labels."""

    def answer(self, labels: Sequence[str], question: Question, logits: np.ndarray) -> Answer:
        """A :class:`MultiPrediction`."""
        return several_labels(labels, logits[0])


class Pairs(OneLabel):
    """Two texts have one label."""

    def encode(self, tokenizer: Tokenizer, questions: Sequence[Question]) -> list[Encoding]:
        """A question is two strings."""
        if strange := [pair for pair in questions if isinstance(pair, str) or len(pair) != 2]:
            raise PredictorError(
                "This model compares two texts, not {question}. Give pairs (text, second).", question=repr(strange[0])
            )
        return tokenizer.encode_batch_fast([tuple(pair) for pair in questions])


class Tags(Way):
    """Each word has a tag."""

    def encode(self, tokenizer: Tokenizer, questions: Sequence[Question]) -> list[Encoding]:
        """A question is a text or a list of words."""
        # encode_batch_fast would not say which word a token is of.
        return tokenizer.encode_batch([self._split(question)[1] for question in questions], is_pretokenized=True)

    def units(self, question: Question, encoding: Encoding, logits: np.ndarray, mask: int | None) -> np.ndarray:
        """The words, each as its first token; NaN if that was cut off."""
        return word_logits(encoding, logits, len(self._split(question)[1]))

    def answer(self, labels: Sequence[str], question: Question, logits: np.ndarray) -> Answer:
        """A :class:`Tagging`."""
        text, _, spans = self._split(question)
        return tagged(labels, logits, text, spans)

    @staticmethod
    def _split(question: Question) -> tuple[str, list[str], list[tuple[int, int]]]:
        """Text, words, and where each word stands in the text."""
        if isinstance(question, str):
            spans = split(question)
            return question, [question[start:end] for start, end in spans], spans
        text, spans = join(question)
        return text, list(question), spans


class Masks(OneLabel):
    """Hidden tokens are guessed; :meth:`Predictor.fill` makes sentences of the guesses."""

    def units(self, question: Question, encoding: Encoding, logits: np.ndarray, mask: int | None) -> np.ndarray:
        """The hidden tokens."""
        return logits[[number == mask for number in encoding.ids]]

    def answer(self, labels: Sequence[str], question: Question, logits: np.ndarray) -> Answer:
        """Refused."""
        raise PredictorError("A language model labels nothing. Call fill() with a text that has a mask.")


WAYS: dict[str, Way] = {
    "text-classification": OneLabel(),
    "multi-label-classification": SeveralLabels(),
    "sentence-pair-classification": Pairs(),
    "entity-recognition": Tags(),
    "part-of-speech": Tags(),
    "language-modelling": Masks(),
}
