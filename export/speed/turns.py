"""Candidates that take turns, so that whatever else the machine does meets them all alike."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from export.speed.holding import Holding
from export.speed.report import Shape
from pipeline.messages import Message

PROJECT = Path(__file__).resolve().parents[2]
#: What a run's worker gives its process for training: candidates run as anybody would start them.
FOREIGN = ("OMP_WAIT_POLICY", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
#: What a machine may lack that a candidate needs.
LACKS = {
    "bfloat16 on cpu": Message("this processor has no instructions for it"),
    "bfloat16 on cuda": Message("this GPU has no instructions for it"),
    "float16 on cpu": Message("it is for a GPU, and PyTorch has none here"),
}
#: Asked of the process beside the candidates: what there is of a GPU.
MACHINE = {"do": "machine"}
#: To open a candidate and to call it first, which compiles it where it is compiled.
OPENING_SECONDS = 900.0
#: How long one candidate is at it, for one shape, in one round; and how often it is called in that time.
TURN_SECONDS, LEAST_CALLS, MOST_CALLS = 0.6, 3, 40
#: Calls of each turn that don't count: caches fill, and the threads of the one before come to rest.
WARM_UP = 2


class UnmeasuredError(Exception):
    """A candidate can't be measured.

    Args:
        reason: Why; a message where it is Graft's own sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Process:
    """A process of :mod:`export.speed.runner`."""

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "export.speed.runner"],
            cwd=PROJECT,
            env={name: value for name, value in os.environ.items() if name not in FOREIGN},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, asked: dict[str, Any], seconds: float = OPENING_SECONDS) -> dict[str, Any]:
        """The answer to one line.

        Raises:
            UnmeasuredError: It says that something went wrong, ended without a word, or took longer.
        """
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise UnmeasuredError(Message("no answer in {seconds:g} seconds", seconds=seconds)) from None
        except OSError:
            line = ""
        if not line:
            code = self._process.wait()
            raise UnmeasuredError(Message("its process ended without a word (exit code {code})", code=code))
        answer: dict[str, Any] = json.loads(line)
        if "lacks" in answer:
            raise UnmeasuredError(LACKS[answer["lacks"]])
        if "error" in answer:
            raise UnmeasuredError(answer["error"])
        return answer

    def end(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was not read any more

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")


class Race:
    """Candidates, opened and timed.

    Args:
        asked: Name of a candidate → what its process is told to open.
        shapes: That all are measured at.
        rounds: Turns of each at each shape.
        progress: Told after each step how many are done, of how many, and what is done now.

    Attributes:
        seconds: Candidate → shape → seconds of each call.
        memory: Candidate → most bytes that its process held.
        about: Candidate → where it ran: ``where`` by name, ``device`` and ``precision``.
        rates: Precision and device, as ``float32 on cpu`` → product → the best rate that was found, operations a
            second.
        gpu: Its name, where a candidate ran on one; empty of a PyTorch that has none.
        metrics: Candidate → its leading metric, of those that were asked for it.
        faults: Candidate → why it was not measured.
    """

    def __init__(
        self,
        asked: dict[str, dict[str, Any]],
        shapes: Sequence[Shape],
        rounds: int,
        progress: Callable[[int, int, str], None],
    ) -> None:
        self.seconds: dict[str, dict[Shape, list[float]]] = {}
        self.memory: dict[str, int] = {}
        self.about: dict[str, dict[str, str]] = {}
        self.rates: dict[str, dict[tuple[int, int, int], float]] = {}
        self.gpu = ""
        self.metrics: dict[str, float] = {}
        self.faults: dict[str, Message] = {}
        self._asked, self._shapes, self._rounds, self._progress = asked, shapes, rounds, progress
        self._done, self._total = 0, len(asked) + rounds * len(shapes)
        self._processes: dict[str, Process] = {}
        self._calls: dict[tuple[str, Shape], int] = {}

    def run(
        self,
        multiplied: dict[Shape, list[tuple[int, int, int]]],
        threads: int | None,
        tested: Path | None = None,
        scored: Sequence[str] = (),
    ) -> None:
        """Open all, then let them take turns; between the rounds plain products are timed.

        Args:
            multiplied: Shape → the products of the model at it.
            threads: Of the products.
            tested: The report with the frozen test set.
            scored: Candidates that are asked it after the last round.
        """
        beside = Process()
        try:
            self.gpu = beside.ask(MACHINE)["gpu"]
            self._holding = Holding(lambda: beside.ask(MACHINE)["free"] if self.gpu else None)
            for name in self._asked:
                self._step(name)
                with self._holding.of(name):
                    self._guarded(name, self._open)
            if all(about["device"] == "cpu" for about in self.about.values()):
                self.gpu = ""
            for turn in range(self._rounds):
                for shape in self._shapes:
                    self._step(f"{shape.batch} × {shape.length}")
                    names = list(self._processes)
                    for name in names[turn % max(1, len(names)) :] + names[: turn % max(1, len(names))]:
                        with self._holding.of(name):
                            self._guarded(name, partial(self._turn, shape))
                    if products := multiplied.get(shape):
                        self._rate(beside, products, threads)
            for name in scored:
                if tested is not None and name in self._processes:
                    self._guarded(name, partial(self._score, tested))
        finally:
            for process in (beside, *self._processes.values()):
                process.end()

    def rate_of(self, name: str) -> str:
        """Which of the rates a candidate's speed is a share of: that of its own precision, where it computes."""
        return f"{self.about[name]['precision']} on {self.about[name]['device']}"

    def device_memory(self, name: str) -> int | None:
        """Most bytes that a candidate held of a GPU; None where it ran on a CPU, or nobody knows."""
        return None if self.about[name]["device"] == "cpu" else self._holding.most(name)

    def _rate(self, beside: Process, products: list[tuple[int, int, int]], threads: int | None) -> None:
        """Time plain products wherever candidates compute, in what they compute in."""
        for name in dict.fromkeys(map(self.rate_of, self._processes)):
            precision, _, device = name.partition(" on ")
            if device != "cpu" and not self.gpu:
                continue  # onnxruntime has it, and PyTorch is built without
            asked = {"do": "rates", "shapes": products, "threads": threads, "device": device, "precision": precision}
            best = self.rates.setdefault(name, {})
            for product, rate in zip(products, beside.ask(asked)["rates"], strict=True):
                best[product] = max(rate, best.get(product, 0.0))

    def _step(self, text: str) -> None:
        self._progress(self._done, self._total, text)
        self._done += 1

    def _guarded(self, name: str, what: Callable[[str], None]) -> None:
        """Leave a candidate out for good if something goes wrong."""
        try:
            what(name)
        except UnmeasuredError as fault:
            self.faults[name] = Message("{name} could not be measured: {fault}.", name=name, fault=fault.reason)
            self.seconds.pop(name, None)
            if process := self._processes.pop(name, None):
                process.end()

    def _open(self, name: str) -> None:
        process = self._processes[name] = Process()
        opened = process.ask({"do": "open", **self._asked[name]})
        self.memory[name] = opened.pop("memory")
        self.about[name] = opened
        self.seconds[name] = {shape: [] for shape in self._shapes}
        for shape in self._shapes:
            tried = process.ask(_turn(shape, warm=1, calls=2))["seconds"]
            self._calls[name, shape] = min(MOST_CALLS, max(LEAST_CALLS, int(TURN_SECONDS / max(1e-6, median(tried)))))

    def _turn(self, shape: Shape, name: str) -> None:
        answer = self._processes[name].ask(_turn(shape, warm=WARM_UP, calls=self._calls[name, shape]))
        self.seconds[name][shape] += answer["seconds"]
        self.memory[name] = answer["memory"]

    def _score(self, tested: Path, name: str) -> None:
        self.metrics[name] = self._processes[name].ask({"do": "score", "report": str(tested)})["metric"]


def _turn(shape: Shape, *, warm: int, calls: int) -> dict[str, Any]:
    return {"do": "turn", "batch": shape.batch, "length": shape.length, "warm": warm, "calls": calls}
