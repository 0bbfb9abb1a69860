"""How fast exported models are beside PyTorch."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from export.speed.report import Candidate
from pipeline.spec import SpeedSpec
from ui.api.exporting import Model
from ui.api.kinds import Run, Visitor
from ui.api.watching import RunInfo, line_of
from ui.handlers import speed as handlers
from ui.handlers.export import exports_of
from ui.services import Services
from ui.text.telling import tell

#: What the spec measures where nobody says otherwise.
BATCHES, LENGTHS, ROUNDS = [*SpeedSpec().batches], [*SpeedSpec().lengths], SpeedSpec().rounds


class TimingInfo(TypedDict):
    """How long a candidate takes for so many texts of so many tokens."""

    batch: Annotated[int, "Texts at a time."]
    length: Annotated[int, "Tokens of each."]
    p50_ms: Annotated[float, "The median, from token ids to logits."]
    p95_ms: Annotated[float, "95 of 100 calls took no longer."]
    p99_ms: Annotated[float, "99 of 100 calls took no longer; of fewer calls, all but the slowest."]
    calls: Annotated[int, "How many were timed."]
    texts_per_second: Annotated[float, "At the median."]
    gemm_share: Annotated[float, "Of the rate that its matrix products reach alone in its precision; 0: unknown."]


class CandidateInfo(TypedDict):
    """One way to run a model."""

    name: Annotated[str, "torch, torch.compile, torch bf16, torch fp16, or a variant."]
    metric: Annotated[float, "The leading metric on the frozen test set; -1: unknown."]
    provider: Annotated[str, "Where it ran: onnxruntime's provider, or PyTorch's device."]
    memory_bytes: Annotated[int, "The most that its process held."]
    device_bytes: Annotated[
        int, "The most that it held of a GPU's memory, as the GPU's free memory tells; -1: none, or unknown."
    ]
    size_bytes: Annotated[int, "Of its files."]
    timings: Annotated[list[TimingInfo], "The same shapes for all candidates."]


class Speed(TypedDict):
    """What was measured of an exported model."""

    model: Annotated[str, "Which of the run's models."]
    processor: Annotated[str, "Where it was measured."]
    threads: Annotated[int, "CPU threads of one call."]
    versions: Annotated[dict[str, str], "Of Python and of what computes."]
    features: Annotated[list[str], "Of the processor, that speed hangs on."]
    gpu: Annotated[str, "Its name; empty if nothing ran on one."]
    candidates: Annotated[list[CandidateInfo], "They took turns."]
    left_out: Annotated[list[str], "What was not measured, and why."]
    recommendation: Annotated[list[str], "What to serve, and why."]


def measure_speed(
    services: Services,
    *,
    run: Run,
    model: Model = "transferred",
    batches: Annotated[list[int], "How many texts are asked at once; up to six numbers, 1 to 4,096."] = BATCHES,
    lengths: Annotated[list[int], "How many tokens the texts have; likewise."] = LENGTHS,
    rounds: Annotated[int, "How many turns each candidate has at each shape, 1 to 50."] = ROUNDS,
    compiled: Annotated[bool, "Whether torch.compile is timed too, which compiles for minutes."] = True,
    visitor: Visitor = "",
) -> Annotated[RunInfo, "The run, at work again; follow it with `wait_for_run`, then ask `read_speed`."]:
    """Compare the speed of an exported model's variants with PyTorch's: all take turns on the server's machine."""
    values = {"model": model, "batches": batches, "lengths": lengths, "rounds": rounds, "compiled": compiled}
    record = handlers.measure(services, visitor, run, values)
    return line_of(services, visitor, record.id)


def read_speed(
    services: Services, *, run: Run, visitor: Visitor = ""
) -> Annotated[list[Speed], "One for each exported model that was measured."]:
    """What `measure_speed` found: times, memory, and which variant to serve."""
    reports = exports_of(services, visitor, run).reports
    return [
        {
            "model": model,
            "processor": report.processor,
            "threads": report.threads,
            "versions": report.circumstances.versions,
            "features": list(report.circumstances.features),
            "gpu": report.circumstances.gpu,
            "candidates": [_candidate(one) for one in report.candidates],
            "left_out": [tell(note) for note in report.said(report.left_out)],
            "recommendation": [tell(sentence) for sentence in report.said(report.recommendation)],
        }
        for model, report in handlers.speeds_of(services, visitor, run, reports).items()
    ]


def _candidate(one: Candidate) -> CandidateInfo:
    return {
        "name": one.name,
        "metric": -1.0 if one.metric is None else one.metric,
        "provider": one.provider,
        "memory_bytes": one.memory_bytes,
        "device_bytes": -1 if one.device_bytes is None else one.device_bytes,
        "size_bytes": one.size_bytes,
        "timings": [
            {
                "batch": took.shape.batch,
                "length": took.shape.length,
                "p50_ms": took.p50_ms,
                "p95_ms": took.p95_ms,
                "p99_ms": took.p99_ms,
                "calls": took.calls,
                "texts_per_second": took.texts_per_second,
                "gemm_share": took.gemm_share or 0.0,
            }
            for took in one.timings
        ],
    }
