"""One candidate in a process of its own: ``python -m export.speed.runner``, asked line by line in JSON.

The first line says what to open; each further one is a turn, and each is answered by a line. A process of its own
has a memory that can be told from the others', and holds no more than the candidate needs: onnxruntime without
torch, as it is served. It leaves as soon as nobody asks any more.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from export.parent import end_with_parent
from export.predictor import Predictor, Tokens, processors
from pipeline.peak import peak_bytes

if TYPE_CHECKING:
    from export.reference import Reference  # loads torch

#: Answers a batch once.
Call = Callable[[], object]


@dataclass(frozen=True)
class Opened:
    """A candidate that is ready.

    Attributes:
        prepare: Makes ready what answers a batch of so many texts of so many tokens.
        score: The leading metric on the frozen test set of the report in a file; None: the export knows it already.
    """

    prepare: Callable[[int, int], Call]
    score: Callable[[Path], float] | None = None


class LackingError(Exception):
    """The machine lacks what a candidate needs, by a key of ``LACKS`` in :mod:`export.speed.turns`."""


def tokens(batch: int, length: int, vocabulary: int, pad_id: int) -> list[Tokens]:
    """Texts of one length, which need no padding; what they say does not count, and is the same for all candidates."""
    draw = random.Random(batch * 100_003 + length)
    ordinary = [number for number in range(vocabulary) if number != pad_id]
    return [Tokens(draw.choices(ordinary, k=length), [0] * length) for _ in range(batch)]


def _onnx(asked: dict[str, Any]) -> Opened:
    folder, threads = Path(asked["folder"]), asked["threads"]
    opened = {1: Predictor(folder, threads=threads)}
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

    return Opened(prepare)


def _torch(asked: dict[str, Any]) -> Opened:
    import torch  # noqa: PLC0415

    from export.reference import Reference  # noqa: PLC0415
    from pipeline.gemm import cpu_has_bf16  # noqa: PLC0415

    if asked["kind"] == "torch bf16" and not cpu_has_bf16():
        raise LackingError("bf16")
    if asked["threads"]:
        torch.set_num_threads(asked["threads"])
    reference = Reference(Path(asked["folder"]), asked["task"])
    if asked["kind"] == "torch bf16":
        reference.model.to(torch.bfloat16)
    model = reference.model
    if asked["kind"] == "torch.compile":
        model = torch.compile(model, dynamic=False)  # of its own for each shape: the fastest that it makes
    config = reference.config

    def prepare(batch: int, length: int) -> Call:
        inputs = reference.inputs(tokens(batch, length, config.vocab_size, config.pad_token_id or 0))

        def call() -> object:
            with torch.inference_mode():
                return model(**inputs).logits.float().numpy()

        return call

    return Opened(prepare, partial(_score, reference))


def _score(reference: Reference, file: Path) -> float:
    from export.asking import ask, questions  # noqa: PLC0415
    from export.measuring import measure  # noqa: PLC0415
    from pipeline.report import Report  # noqa: PLC0415

    report = Report.read(file)
    replies = ask(reference, reference.task, questions(reference.task, report.examples))
    return measure(reference.task, report)(replies.scores, range(len(report.examples)))


#: Kind of candidate → what opens it.
OPENING: dict[str, Callable[[dict[str, Any]], Opened]] = {
    "onnx": _onnx,
    **dict.fromkeys(("torch", "torch.compile", "torch bf16"), _torch),
}


class Runner:
    """What a process knows between two turns."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._opened = OPENING[asked["kind"]](asked)
        self._calls: dict[tuple[int, int], Call] = {}

    def turn(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Call so many times, after so many that don't count; a shape that is new is made ready first."""
        shape = (asked["batch"], asked["length"])
        call = self._calls.get(shape) or self._calls.setdefault(shape, self._opened.prepare(*shape))
        for _ in range(asked["warm"]):
            call()
        seconds = []
        for _ in range(asked["calls"]):
            began = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - began)
        return {"seconds": seconds, "memory": peak_bytes()}

    def score(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The leading metric on the frozen test set."""
        assert self._opened.score is not None  # noqa: S101 - nobody asks the others
        return {"metric": self._opened.score(Path(asked["report"]))}


def rates(asked: dict[str, Any]) -> dict[str, Any]:
    """What plain float32 products of some shapes reach: floating-point operations a second of each."""
    import torch  # noqa: PLC0415

    from pipeline.gemm import gemm_speed  # noqa: PLC0415

    if asked["threads"]:
        torch.set_num_threads(asked["threads"])
    return {"rates": [gemm_speed((m, k, n), torch.float32, torch.device("cpu")) for m, k, n in asked["shapes"]]}


def main() -> int:
    """Answer until nobody asks any more."""
    end_with_parent()
    with _answers() as out:
        runner: Runner | None = None
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                if asked["do"] == "rates":
                    answer = rates(asked)
                elif asked["do"] == "open":
                    runner = Runner(asked)
                    answer = {"memory": peak_bytes()}
                else:
                    answer = getattr(runner, asked["do"])(asked)
            except LackingError as error:
                answer = {"lacks": str(error)}
            except Exception as error:  # noqa: BLE001 - whatever it is, this candidate is left out for it
                answer = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
            print(json.dumps(answer), file=out, flush=True)
    return 0


@contextmanager
def _answers() -> Iterator[TextIO]:
    """Where answers go; what the libraries print goes to stderr instead."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        yield out


if __name__ == "__main__":
    sys.exit(main())
