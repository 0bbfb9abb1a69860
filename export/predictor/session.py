"""An opened graph, and the batches that it is asked.

Texts are padded on the right, for the fused Attention node reads the mask as a length. They
are sorted by length and batched within a budget of padded tokens, so that a short text does
not pay for a long one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import onnxruntime as ort

from .folder import Folder
from .providers import PROVIDERS, open_graph
from .threads import processors

#: Most scores that a graph gives at once. A language model has one for each token of its vocabulary.
MOST_SCORES = 1 << 24
#: Fewer tokens are not shared out among callers: beginning two batches would cost more than it gains.
SMALLEST_SHARE = 64
#: Tokens of the shortest texts that a GPU is compiled for: a word, and the special tokens around it.
SHORTEST = 3


class Tokens(NamedTuple):
    """One encoded text: its tokens, and of which of two texts each is."""

    ids: Sequence[int]
    type_ids: Sequence[int]


class Session:
    """An opened graph; threads may share it.

    Args:
        folder: What the folder says.
        threads: CPU threads of all calls together; None: as many as suit the machine.
        batch_tokens: Most padded tokens of a batch; None: as many as suit the provider.
        callers: Threads that call at the same time.
        best: Kind of the best provider that may be used; None: any may.

    Attributes:
        callers: How many there are; no more than cores, and one where a GPU computes.
        provider: Name of the execution provider that computes.
        unfit: Why the variant is not made for it; empty if it is.
        batch_tokens: Most padded tokens of a batch.
    """

    def __init__(
        self,
        folder: Folder,
        threads: int | None,
        batch_tokens: int | None = None,
        callers: int = 1,
        best: str | None = None,
    ) -> None:
        self._pad_id, self._types = folder.pad_id, folder.types
        callers = min(callers, processors(threads))

        def begin(graph: ort.InferenceSession, name: str) -> None:
            provider = PROVIDERS[name]
            self.graph, self.provider, self._device = graph, name, provider.device
            self._inputs = [item.name for item in graph.get_inputs()]
            self.batch_tokens = min(batch_tokens or provider.batch_tokens, MOST_SCORES // folder.width)
            if provider.kept:
                self._compile(folder.longest)

        open_graph(folder, threads, callers, begin, best)
        provider = PROVIDERS[self.provider]
        self.unfit = folder.unfit.get(provider.kind, "")
        self.callers = callers if provider.together else 1

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        """A text's number and what the graph says of it, for each text once, in whatever order is fastest.

        Float32 of shape [labels], or [tokens, labels] without the padding if the graph speaks of tokens.
        """
        batches = self.batches([len(text.ids) for text in texts])
        if self.callers == 1:
            for rows in batches:
                yield from zip(rows, self.batch([texts[row] for row in rows]), strict=True)
            return
        with ThreadPoolExecutor(self.callers, "caller") as pool:
            # Not all at once: what a language model says of a batch is large, and waits here until it is taken.
            ahead: deque[tuple[list[int], Future[list[np.ndarray]]]] = deque()
            for rows in batches:
                ahead.append((rows, pool.submit(self.batch, [texts[row] for row in rows])))
                if len(ahead) > self.callers:
                    yield from _ended(*ahead.popleft())
            while ahead:
                yield from _ended(*ahead.popleft())

    def batch(self, texts: Sequence[Tokens]) -> list[np.ndarray]:
        """What the graph says of each of some texts, asked all at once; see :meth:`outputs`."""
        answers = self._compute(self._feeds(texts))
        return [
            answer[: len(text.ids)] if answer.ndim > 1 else answer for text, answer in zip(texts, answers, strict=True)
        ]

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Row numbers, longest text first; a batch is padded to no more than the budget or a caller's share."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
        budget = self.batch_tokens
        if self.callers > 1:
            budget = min(budget, max(SMALLEST_SHARE, math.ceil(sum(lengths) / self.callers)))
        while order:
            size = max(1, budget // max(1, lengths[order[0]]))
            yield order[:size]
            order = order[size:]

    def _compute(self, feeds: dict[str, np.ndarray]) -> np.ndarray:
        """The graph's first output; beside a GPU it is bound there, so that it is brought back once and alone."""
        if not self._device:
            answers: np.ndarray = self.graph.run(None, feeds)[0]
            return answers
        binding = self.graph.io_binding()
        for name, array in feeds.items():
            binding.bind_cpu_input(name, array)
        binding.bind_output(self.graph.get_outputs()[0].name, self._device)
        self.graph.run_with_iobinding(binding)
        return np.asarray(binding.copy_outputs_to_cpu()[0])

    def _compile(self, longest: int) -> None:
        """Ask the longest text and the fullest batch: what is compiled holds for all shapes between those asked."""
        longest = min(longest, self.batch_tokens)
        for shape in ((1, longest), (max(1, self.batch_tokens // SHORTEST), SHORTEST)):
            self.batch([Tokens([self._pad_id] * shape[1], [0] * shape[1])] * shape[0])

    def _feeds(self, batch: Sequence[Tokens]) -> dict[str, np.ndarray]:
        """What the graph asks for, each int64 of shape [texts, tokens of the longest]."""
        shape = (len(batch), max(len(text.ids) for text in batch))
        feeds = {
            "input_ids": np.full(shape, self._pad_id, np.int64),
            "attention_mask": np.zeros(shape, np.int64),
            "token_type_ids": np.zeros(shape, np.int64),
        }
        for row, text in enumerate(batch):
            filled = slice(len(text.ids))
            feeds["input_ids"][row, filled] = text.ids
            feeds["attention_mask"][row, filled] = 1
            if self._types:
                feeds["token_type_ids"][row, filled] = text.type_ids
        return {name: feeds[name] for name in self._inputs}


def _ended(rows: list[int], answers: Future[list[np.ndarray]]) -> Iterator[tuple[int, np.ndarray]]:
    """A batch's texts and answers, once there are any."""
    return zip(rows, answers.result(), strict=True)
