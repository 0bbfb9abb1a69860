"""One candidate in a process of its own: ``python -m export.speed.runner``, asked line by line in JSON.

The first line says what to open; each further one is a turn, and each is answered by a line. A process of its own
has a memory that can be told from the others', and holds no more than the candidate needs: onnxruntime without
torch, as it is served. It leaves as soon as nobody asks any more.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from export.parent import end_with_parent
from export.speed.opening import Call, LackingError, Opened, variant
from export.speed.ways import PEERS
from pipeline.peak import peak_bytes


def _in_torch(name: str, asked: dict[str, Any]) -> Any:
    """A function of :mod:`export.speed.peers`, which loads torch."""
    from export.speed import peers  # noqa: PLC0415

    return getattr(peers, name)(asked)


#: Kind of candidate → what opens it.
OPENING: dict[str, Callable[[dict[str, Any]], Opened]] = {
    "onnx": variant,
    **dict.fromkeys(PEERS, partial(_in_torch, "peer")),
}
#: What is asked of a process that has opened nothing.
ASIDE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    name: partial(_in_torch, name) for name in ("rates", "machine")
}


class Runner:
    """What a process knows between two turns."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._opened = OPENING[asked["kind"]](asked)
        self._calls: dict[tuple[int, int], Call] = {}

    def about(self) -> dict[str, Any]:
        """What was opened, where, and the most memory that it has held."""
        opened = self._opened
        return {"where": opened.where, "device": opened.device, "precision": opened.precision, "memory": peak_bytes()}

    def turn(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Call so many times, after so many that don't count; a shape that is new is made ready first."""
        shape = (asked["batch"], asked["length"])
        call = self._calls.get(shape) or self._calls.setdefault(shape, self._opened.prepare(*shape))
        for _ in range(asked["warm"]):
            call()
        seconds = []
        for _ in range(asked["calls"]):
            self._opened.settle()
            began = time.perf_counter()
            call()
            self._opened.settle()
            seconds.append(time.perf_counter() - began)
        return {"seconds": seconds, "memory": peak_bytes()}

    def score(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The leading metric on the frozen test set."""
        assert self._opened.score is not None  # noqa: S101 - nobody asks the others
        return {"metric": self._opened.score(Path(asked["report"]))}


def main() -> int:
    """Answer until nobody asks any more."""
    end_with_parent()
    with _answers() as out:
        runner: Runner | None = None
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                if asked["do"] in ASIDE:
                    answer = ASIDE[asked["do"]](asked)
                elif asked["do"] == "open":
                    runner = Runner(asked)
                    answer = runner.about()
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
