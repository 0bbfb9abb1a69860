"""What a candidate is once it is open, and how an exported variant is opened. Without torch, as it is served."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export.predictor import PROVIDERS, Predictor, Tokens, processors

#: Answers a batch once.
Call = Callable[[], object]


def nothing() -> None:
    """There is nothing to wait for: a call on a CPU has ended when it returns."""


@dataclass(frozen=True)
class Opened:
    """A candidate that is ready.

    Attributes:
        prepare: Makes ready what answers a batch of so many texts of so many tokens.
        where: Name of the onnxruntime provider, or of PyTorch's device.
        device: ``cpu`` or ``cuda``.
        precision: What products are computed in there.
        score: The leading metric on the frozen test set of the report in a file; None: the export knows it already.
        settle: Waits until the device has nothing more to do.
    """

    prepare: Callable[[int, int], Call]
    where: str
    device: str
    precision: str
    score: Callable[[Path], float] | None = None
    settle: Callable[[], None] = nothing


class LackingError(Exception):
    """The machine lacks what a candidate needs, by a key of ``LACKS`` in :mod:`export.speed.turns`."""


def tokens(batch: int, length: int, vocabulary: int, pad_id: int) -> list[Tokens]:
    """Texts of one length, which need no padding; what they say does not count, and is the same for all candidates."""
    draw = random.Random(batch * 100_003 + length)
    ordinary = [number for number in range(vocabulary) if number != pad_id]
    return [Tokens(draw.choices(ordinary, k=length), [0] * length) for _ in range(batch)]


def variant(asked: dict[str, Any]) -> Opened:
    """An exported variant, on the best provider that is there.

    Args:
        asked: See :func:`export.speed.measuring.asked_of`.
    """
    folder, threads = Path(asked["folder"]), asked["threads"]
    opened = {1: Predictor(folder, threads=threads)}
    provider = opened[1].provider
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))

    def prepare(batch: int, length: int) -> Call:
        texts = tokens(batch, length, config["vocab_size"], config.get("pad_token_id") or 0)
        callers = 1 if batch == 1 else processors(threads)  # as each is answered best

        def call() -> object:
            if callers not in opened:
                opened.clear()  # in a process's memory there is one, as where it is served
                opened[callers] = Predictor(folder, threads=threads, callers=callers)
            return list(opened[callers].outputs(texts))

        return call

    device = PROVIDERS[provider].device or "cpu"
    by_way_of = "float32" if (device, asked["precision"]) == ("cpu", "float16") else asked["precision"]
    return Opened(prepare, provider, device, by_way_of)
