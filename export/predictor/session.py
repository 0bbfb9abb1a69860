"""Where onnxruntime computes, and in what batches.

Texts are padded on the right, for the fused Attention node reads the mask as a length. They
are sorted by length and batched within a budget of padded tokens, so that a short text does
not pay for a long one.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import onnxruntime as ort

from .folder import Folder

logger = logging.getLogger(__name__)

#: Most scores that a graph gives at once. A language model has one for each token of its vocabulary.
MOST_SCORES = 1 << 24


@dataclass(frozen=True)
class Provider:
    """Where onnxruntime can compute.

    Attributes:
        batch_tokens: Most padded tokens in one batch.
        int8: Whether it computes with quantised weights.
        drivers: Names of the library it needs, one a platform; none: it is always there.
        options: Given to onnxruntime.
    """

    batch_tokens: int
    int8: bool
    drivers: tuple[str, ...]
    options: dict[str, str]

    @property
    def present(self) -> bool:
        """Whether the machine has the driver; asking onnxruntime without it prints errors."""
        return not self.drivers or any(map(_loads, self.drivers))


#: Best first. A CPU gains nothing from batches that outgrow its cache. TensorFloat-32 would cost
#: the logits three digits, and the parity gate with them.
PROVIDERS = {
    "CUDAExecutionProvider": Provider(
        16_384, int8=False, drivers=("libcuda.so.1", "nvcuda.dll"), options={"use_tf32": "0"}
    ),
    "CPUExecutionProvider": Provider(512, int8=True, drivers=(), options={}),
}


class Tokens(NamedTuple):
    """One encoded text: its tokens, and of which of two texts each is."""

    ids: Sequence[int]
    type_ids: Sequence[int]


class Session:
    """An opened graph; threads may share it.

    Args:
        folder: What the folder says.
        threads: CPU threads of one call; None leaves it to onnxruntime (the physical cores).

    Attributes:
        provider: Name of the execution provider that computes.
    """

    def __init__(self, folder: Folder, threads: int | None) -> None:
        self._pad_id, self._types = folder.pad_id, folder.types
        self.graph, self.provider = _open(folder, threads)
        self._inputs = [item.name for item in self.graph.get_inputs()]
        self._budget = min(PROVIDERS[self.provider].batch_tokens, MOST_SCORES // folder.width)

    def outputs(self, texts: Sequence[Tokens]) -> Iterator[tuple[int, np.ndarray]]:
        """A text's number and what the graph says of it, for each text once, in whatever order is fastest.

        Float32 of shape [labels], or [tokens, labels] without the padding if the graph speaks of tokens.
        """
        for rows in self.batches([len(text.ids) for text in texts]):
            answers = self.graph.run(None, self._feeds([texts[row] for row in rows]))[0]
            for row, answer in zip(rows, answers, strict=True):
                yield row, answer[: len(texts[row].ids)] if answer.ndim > 1 else answer

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Row numbers, longest text first, in batches that pad to no more tokens than the budget."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
        while order:
            size = max(1, self._budget // max(1, lengths[order[0]]))
            yield order[:size]
            order = order[size:]

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


def _open(folder: Folder, threads: int | None) -> tuple[ort.InferenceSession, str]:
    """A session on the best provider that works here, and that provider's name; the log says why."""
    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors; warnings tell of nodes placed on the CPU, as they should be
    options.intra_op_num_threads = threads or 0
    # Threads that spin for a next call would hinder the other models, and a training beside them.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    model, reasons = str(folder.path / "model.onnx"), []
    for name, provider in PROVIDERS.items():
        reason = _unfit(name, provider, quantised=folder.quantised)
        if not reason:
            if provider.drivers:
                ort.preload_dlls()  # CUDA from the nvidia or torch wheels, where it is no system library
            chosen = {name: provider.options, "CPUExecutionProvider": {}}
            session = ort.InferenceSession(model, options, providers=list(chosen.items()))
            if session.get_providers()[0] == name:
                break
            reason = "can't be started; onnxruntime says above what it lacks"
        reasons.append(f"{name} {reason}")
    logger.info("%s runs on %s%s", folder.path, name, "".join(f"; {reason}" for reason in reasons))
    return session, name


def _unfit(name: str, provider: Provider, *, quantised: bool) -> str:
    """Why a provider is not to be tried; empty if it is."""
    faults = {
        "is not in this build of onnxruntime": name not in ort.get_available_providers(),
        "does not compute int8": quantised and not provider.int8,
        "finds no driver": not provider.present,
    }
    return next((fault for fault, holds in faults.items() if holds), "")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
