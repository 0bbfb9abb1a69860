"""What a measurement found: ``benchmark.json`` in an export's folder is the JSON form of :class:`SpeedReport`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from export.report import FILE as EXPORT
from pipeline.messages import Message
from pipeline.report import Frozen, Telling, beside
from pipeline.storage import write_atomically

FILE = "benchmark.json"


class Shape(Frozen):
    """So many texts at a time, of so many tokens each."""

    batch: int
    length: int

    @property
    def told(self) -> Message:
        """In a sentence."""
        if self.batch == 1:
            return Message("one text of {length} tokens", length=self.length)
        return Message("{batch} texts of {length} tokens", batch=self.batch, length=self.length)


class Timing(Frozen):
    """How long a candidate takes for one shape, from token ids to logits."""

    shape: Shape
    calls: int  # that were timed, of all rounds
    p50_ms: float
    p95_ms: float
    p99_ms: float
    texts_per_second: float  # at the median
    gemm_share: float | None  # of the rate that the model's products reach alone in its precision; None: unknown


class Candidate(Frozen):
    """One way to run the model."""

    name: str  # a Peer, or a variant's
    torch: bool
    metric: float | None  # on the frozen test set; None where nobody knows
    passed: bool | None  # its parity gate; None of PyTorch, and of a folder without an export's report
    size_bytes: int  # of its files
    memory_bytes: int  # the most that its process held
    device_bytes: int | None = None  # the most that it held of a GPU's; None: on a CPU, or unknown
    provider: str  # where it ran: onnxruntime's provider, or PyTorch's device
    rate: str = ""  # which rate its shares are of, as SpeedReport.gemm_flops_per_second calls it
    timings: tuple[Timing, ...]

    def at(self, shape: Shape) -> Timing:
        """What it took for a shape."""
        return next(timing for timing in self.timings if timing.shape == shape)


class Circumstances(Frozen):
    """What else a measurement hangs on; empty where nobody has said."""

    versions: dict[str, str] = Field({})
    features: tuple[str, ...] = ()  # of the processor, that speed here hangs on
    gpu: str = ""
    options: dict[str, str] = Field({})  # what was asked for


class SpeedReport(Telling):
    """All candidates at the same shapes, by turns."""

    schema_version: Literal[1] = 1
    model: str  # which of the run's models, or a folder's name
    metric: str | None  # what Candidate.metric measures; None where there is no export's report
    processor: str
    threads: int
    rounds: int
    #: By precision and device, as "float32 on cpu", and by "batch x length": the rate that shares are of.
    gemm_flops_per_second: dict[str, dict[str, float]]
    circumstances: Circumstances = Circumstances()
    candidates: tuple[Candidate, ...]
    left_out: tuple[Message, ...] = ()  # what was not measured, and why
    recommendation: tuple[Message, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Those that were measured, the same of all candidates."""
        return tuple(timing.shape for timing in self.candidates[0].timings)

    def said(self, sentences: tuple[Message, ...]) -> list[Message]:
        """Its sentences as messages."""
        return [self.recall(sentence) for sentence in sentences]


def place_of(folder: Path) -> Path:
    """Where a measurement of a folder is kept.

    In an export's folder; of a single variant's beside it, whose checksums name every file in it.
    """
    return folder / FILE if (folder / EXPORT).is_file() else folder.with_name(f"{folder.name}.{FILE}")


def write_speed(report: SpeedReport, place: Path) -> None:
    """Write a measurement, so that a reader sees the old one or the new one."""
    write_atomically(place, report.model_dump_json(indent=1) + "\n")
    write_atomically(beside(place), report.parts())


def read_speed(folder: Path) -> SpeedReport | None:
    """What was measured of an export, if anything; one that is damaged or of another Graft is to be measured anew."""
    try:
        return SpeedReport.read(place_of(folder))
    except (OSError, ValidationError):
        return None
