"""A loaded model, and the questions it can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from .answers import Answer, Filling, softmax
from .folder import Folder, NoNumberError, PredictorError
from .session import Session, Tokens
from .tasks import WAYS, Question

#: How people write the hidden token, whatever the model calls it.
MASKS = ("[MASK]", "<mask>")


class Predictor:
    """A loaded model; threads may share it.

    Args:
        folder: The folder of one exported variant: ``model.onnx``, ``config.json`` (task, labels,
            padding), ``tokenizer.json`` and ``tokenizer_config.json``.
        threads: CPU threads of all calls together; None: as many as suit the machine.
        batch_tokens: Most padded tokens of a batch; None: as many as suit where it is computed.
        callers: Threads that compute at the same time, each a batch of its own. One answers a text that is alone the
            soonest; as many as there are cores answer most texts a second on a CPU.
        provider: The best that may be used: ``cpu``, ``cuda`` or ``tensorrt``; None: the best that works here.

    Attributes:
        folder: Where the model is.
        task: ``text-classification``, ``multi-label-classification``, ``sentence-pair-classification``,
            ``entity-recognition``, ``part-of-speech`` or ``language-modelling``.
        labels: The model's labels, in its order; none for a language model.
        mask: The hidden token as the model writes it; empty if it has none.
        mask_id: Its id, if there is one.
        longest: Most tokens that it reads of a text, special ones included.
        provider: Name of the execution provider that computes.
        unfit: Why the variant is not made for it, as one in half precision is not for a CPU; empty if it is.
        batch_tokens: Most padded tokens of a batch.
        callers: How many there are; no more than cores, and one where a GPU computes.

    Raises:
        PredictorError: A file is missing or can't be read, or there is no such provider.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int | None = None,
        batch_tokens: int | None = None,
        callers: int = 1,
        provider: str | None = None,
    ) -> None:
        self.folder = Path(folder)
        try:
            says = Folder.read(self.folder)
            self._way = WAYS[says.task]
            self._tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(says.longest)
            self._session = Session(says, threads, batch_tokens, callers, provider)
        except PredictorError:
            raise
        except Exception as error:  # the libraries raise bare or private types
            raise PredictorError(
                "{folder} can't be loaded: {fault}. Export anew.", folder=str(self.folder), fault=str(error)
            ) from error
        self.task, self.labels, self.mask = says.task, says.labels, says.mask
        self.mask_id: int | None = self._tokenizer.token_to_id(says.mask) if says.mask else None
        self.longest = says.longest
        self.provider, self.batch_tokens = self._session.provider, self._session.batch_tokens
        self.unfit = self._session.unfit
        self.callers = self._session.callers
        self._empty = np.empty((0, says.width), np.float32)

    def predict(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer each question, in the given order; no questions, no answers.

        Args:
            questions: By task: texts; pairs ``(text, second)``; where words are tagged, texts or
                lists of words. A text is split into words at spaces and marks, Chinese into characters.

        Returns:
            :class:`Prediction`, :class:`MultiPrediction` or :class:`Tagging`, by task.

        Raises:
            PredictorError: A question is not of that form, the model is a language model, or what it says is no number.
        """
        units = self._units(questions)
        return [self.answer(*asked) for asked in zip(questions, units, strict=True)]

    def fill(self, text: str, top: int = 5) -> list[Filling]:
        """The likeliest tokens in the place of the mask.

        Args:
            text: With one ``[MASK]`` or ``<mask>``; either will do, whatever the model calls it.
            top: How many guesses.

        Raises:
            PredictorError: The model is no language model, or the text has not exactly one mask
                within the model's longest input.
        """
        text = self.masked(text)
        (encoding,) = self.encode([text])
        ((_, logits),) = self.outputs([Tokens(encoding.ids, encoding.type_ids)])
        return self.fillings(text, self.units(text, encoding, logits), top)

    def masked(self, text: str) -> str:
        """The text with its mask as the model writes it.

        Raises:
            PredictorError: The model is no language model, or the text has not exactly one mask.
        """
        if self.task != "language-modelling":
            raise PredictorError("This model is for {task} and fills no masks. Call predict().", task=self.task)
        for mask in MASKS:
            text = text.replace(mask, self.mask)
        if (count := text.count(self.mask)) != 1:
            raise PredictorError("The text has {count} masks. Put one {mask} into it.", count=count, mask=self.mask)
        return text

    def fillings(self, text: str, units: np.ndarray, top: int) -> list[Filling]:
        """The likeliest tokens, from what :meth:`units` gave for a text of :meth:`masked`.

        Raises:
            PredictorError: The mask lies beyond the model's longest input.
        """
        if not len(units):
            raise PredictorError("{mask} lies beyond what the model reads. Give a shorter text.", mask=self.mask)
        probabilities = softmax(units[0])
        fillings = []
        for number in probabilities.argsort()[::-1][:top].tolist():
            token = self._tokenizer.decode([number], skip_special_tokens=False).strip().removeprefix("##")
            fillings.append(Filling(token, float(probabilities[number]), text.replace(self.mask, token)))
        return fillings

    def logits(self, questions: Sequence[Question]) -> np.ndarray:
        """The model's raw scores: float32 of shape [units, labels].

        A unit is a text or a pair; each word of a text where words are tagged (NaN for a word
        beyond the longest input); or each mask of a text, over the vocabulary, for a language model.
        """
        return np.concatenate([self._empty, *self._units(questions)])

    def encode(self, questions: Sequence[Question]) -> list[Encoding]:
        """The questions as tokens, cut to the longest input.

        Raises:
            PredictorError: A question has not the form that the task asks for.
        """
        return self._way.encode(self._tokenizer, questions)

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        """What the graph says of encoded texts; see :meth:`Session.outputs`."""
        return self._session.outputs(texts)

    def batch(self, texts: Sequence[Tokens]) -> list[np.ndarray]:
        """What the graph says of each of some encoded texts, asked all at once; see :meth:`Session.batch`."""
        return self._session.batch(texts)

    def units(self, question: Question, encoding: Encoding, logits: np.ndarray) -> np.ndarray:
        """Of what the graph says of a question, what was asked for: float32 ``[units, labels]``; see :meth:`logits`.

        Raises:
            NoNumberError: It says something that is no number.
        """
        if not np.isfinite(logits).all():
            raise NoNumberError(
                "What {folder} says of this question is no number: it overflows. Ask a variant in float32.",
                folder=str(self.folder),
            )
        return self._way.units(question, encoding, logits, self.mask_id)

    def answer(self, question: Question, units: np.ndarray) -> Answer:
        """The answer to a question, from what :meth:`units` gave.

        Raises:
            PredictorError: The model is a language model.
        """
        return self._way.answer(self.labels, question, units)

    def _units(self, questions: Sequence[Question]) -> list[np.ndarray]:
        """For each question the logits of its units."""
        encodings = self.encode(questions)
        units = [self._empty] * len(encodings)
        for row, logits in self.outputs([Tokens(encoding.ids, encoding.type_ids) for encoding in encodings]):
            units[row] = self.units(questions[row], encodings[row], logits)
        return units
