"""An opened graph, and the batches that it is asked.

Texts are padded on the right, for the fused Attention node reads the mask as a length. They
are sorted by length and batched within a budget of padded tokens, so that a short text does
not pay for a long one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .folder import Folder
from .providers import PROVIDERS, open_graph

#: Most scores that a graph gives at once. A language model has one for each token of its vocabulary.
MOST_SCORES = 1 << 24
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
        threads: CPU threads of one call; None: as many as suit the machine.
        batch_tokens: Most padded tokens of a batch; None: as many as suit the provider.

    Attributes:
        provider: Name of the execution provider that computes.
        batch_tokens: Most padded tokens of a batch.
    """

    def __init__(self, folder: Folder, threads: int | None, batch_tokens: int | None = None) -> None:
        self._pad_id, self._types = folder.pad_id, folder.types
        self.graph, self.provider = open_graph(folder, threads)
        provider = PROVIDERS[self.provider]
        self._device = provider.device
        self._inputs = [item.name for item in self.graph.get_inputs()]
        self.batch_tokens = min(batch_tokens or provider.batch_tokens, MOST_SCORES // folder.width)
        if provider.kept:
            self._compile(folder.longest)

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        """A text's number and what the graph says of it, for each text once, in whatever order is fastest.

        Float32 of shape [labels], or [tokens, labels] without the padding if the graph speaks of tokens.
        """
        for rows in self.batches([len(text.ids) for text in texts]):
            yield from zip(rows, self.batch([texts[row] for row in rows]), strict=True)

    def batch(self, texts: Sequence[Tokens]) -> list[np.ndarray]:
        """What the graph says of each of some texts, asked all at once; see :meth:`outputs`."""
        answers = self._compute(self._feeds(texts))
        return [
            answer[: len(text.ids)] if answer.ndim > 1 else answer for text, answer in zip(texts, answers, strict=True)
        ]

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Row numbers, longest text first, in batches that pad to no more tokens than the budget."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
        while order:
            size = max(1, self.batch_tokens // max(1, lengths[order[0]]))
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
