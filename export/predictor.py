"""Prediction with an exported folder: onnxruntime, tokenizers and numpy, nothing else.

This file can be taken out of Graft and used alone. A folder holds ``model.onnx``,
``config.json`` (labels, padding), ``tokenizer.json`` and ``tokenizer_config.json``.

Texts are padded on the right, for the fused Attention node reads the mask as a length. They
are sorted by length and batched within a budget of padded tokens, so that a short text does
not pay for a long one; the answers come in the order of the questions.
"""

from __future__ import annotations

import ctypes
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from tokenizers import Encoding, Tokenizer

logger = logging.getLogger(__name__)

FILES = ("model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json")

#: The labels of a config.json that names none; transformers leaves them out.
UNNAMED = {"0": "LABEL_0", "1": "LABEL_1"}

#: Model types that count positions from behind the padding id, so that fewer are left for tokens.
OFFSET_POSITIONS = frozenset({"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta"})


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


class PredictorError(Exception):
    """A folder that can't be predicted with; the message ends with the remedy."""


@dataclass(frozen=True)
class Prediction:
    """The answer to one text.

    Attributes:
        label: The most probable label.
        probabilities: Probability of every label, in the model's order; they sum to 1.
    """

    label: str
    probabilities: dict[str, float]


class Predictor:
    """A loaded model; threads may share it.

    Args:
        folder: The folder of one exported variant.
        threads: CPU threads of one call; None leaves it to onnxruntime (the physical cores).

    Attributes:
        labels: The model's labels, in its order.
        provider: Name of the execution provider that computes.

    Raises:
        PredictorError: A file is missing or can't be read.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self.folder = Path(folder)
        if missing := [name for name in FILES if not (self.folder / name).is_file()]:
            raise PredictorError(
                f"{self.folder} lacks {', '.join(missing)}. Give the folder of one exported variant, or export anew."
            )
        try:
            config = self._json("config.json")
            names = {int(number): label for number, label in config.get("id2label", UNNAMED).items()}
            self.labels: list[str] = [names[number] for number in sorted(names)]
            self._pad_id = int(config.get("pad_token_id") or 0)
            self._tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(longest_input(config, self._json("tokenizer_config.json")))
            self._session, self.provider = self._open(threads)
        except Exception as error:  # the libraries raise bare or private types
            raise PredictorError(f"{self.folder} can't be loaded: {error}. Export anew.") from error
        self._inputs = [item.name for item in self._session.get_inputs()]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Label each text, in the given order; no texts, no answers."""
        logits = self.logits(texts)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return [
            Prediction(self.labels[int(row.argmax())], dict(zip(self.labels, row.tolist(), strict=True)))
            for row in weights / weights.sum(axis=1, keepdims=True)
        ]

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """The model's raw scores: float32 of shape [texts, labels]."""
        logits = np.empty((len(texts), len(self.labels)), np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        for rows in self._batches([len(encoding.ids) for encoding in encodings]):
            logits[rows] = self._session.run(None, self._feeds([encodings[row] for row in rows]))[0]
        return logits

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Row numbers, longest text first, in batches that pad to no more tokens than the budget."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
        budget = PROVIDERS[self.provider].batch_tokens
        while order:
            size = max(1, budget // max(1, lengths[order[0]]))
            yield order[:size]
            order = order[size:]

    def _feeds(self, batch: Sequence[Encoding]) -> dict[str, np.ndarray]:
        """What the graph asks for, each int64 of shape [texts, tokens of the longest]."""
        shape = (len(batch), max(len(encoding.ids) for encoding in batch))
        feeds = {
            "input_ids": np.full(shape, self._pad_id, np.int64),
            "attention_mask": np.zeros(shape, np.int64),
            "token_type_ids": np.zeros(shape, np.int64),
        }
        for row, encoding in enumerate(batch):
            filled = slice(len(encoding.ids))
            feeds["input_ids"][row, filled] = encoding.ids
            feeds["attention_mask"][row, filled] = 1
            feeds["token_type_ids"][row, filled] = encoding.type_ids
        return {name: feeds[name] for name in self._inputs}

    def _open(self, threads: int | None) -> tuple[ort.InferenceSession, str]:
        """A session on the best provider that works here, and that provider's name; the log says why."""
        options = ort.SessionOptions()
        options.log_severity_level = 3  # errors; warnings tell of nodes placed on the CPU, as they should be
        options.intra_op_num_threads = threads or 0
        # Threads that spin for a next call would hinder the other models, and a training beside them.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        # ort_config.json is Optimum's record of what was done to the graph.
        record = self._json("ort_config.json") if (self.folder / "ort_config.json").exists() else {}
        model, reasons = str(self.folder / "model.onnx"), []
        for name, provider in PROVIDERS.items():
            reason = _unfit(name, provider, quantised=bool(record.get("quantization")))
            if not reason:
                if provider.drivers:
                    ort.preload_dlls()  # CUDA from the nvidia or torch wheels, where it is no system library
                chosen = {name: provider.options, "CPUExecutionProvider": {}}
                session = ort.InferenceSession(model, options, providers=list(chosen.items()))
                if session.get_providers()[0] == name:
                    break
                reason = "can't be started; onnxruntime says above what it lacks"
            reasons.append(f"{name} {reason}")
        logger.info("%s runs on %s%s", self.folder, name, "".join(f"; {reason}" for reason in reasons))
        return session, name

    def _json(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return document


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


def longest_input(config: dict[str, Any], settings: dict[str, Any]) -> int:
    """Most tokens that the model reads of a text, special ones included."""
    positions = int(config.get("max_position_embeddings") or 512)
    if config.get("model_type") in OFFSET_POSITIONS:
        positions -= int(config.get("pad_token_id") or 0) + 1
    return int(min(positions, settings.get("model_max_length") or positions))
