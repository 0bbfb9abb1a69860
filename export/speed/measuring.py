"""Measures an export: which candidates there are, their turns, and what came of them."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import onnxruntime

from export.exporting import Progress, silent
from export.predictor import PredictorError, processors
from export.predictor.folder import Folder
from export.predictor.threads import allowed_threads
from export.report import ExportReport
from export.speed.products import Products, precision, products
from export.speed.recommending import recommend
from export.speed.report import Candidate, Circumstances, Shape, SpeedReport, Timing
from export.speed.subject import WEIGHTS, Subject
from export.speed.turns import Race
from export.speed.ways import PEERS, WAYS
from pipeline.errors import ExportError
from pipeline.messages import Message, sentences
from pipeline.processor import features, model_name


def measure_speed(
    subject: Subject,
    shapes: Sequence[Shape],
    *,
    rounds: int,
    without: Sequence[str] = (),
    threads: int | None = None,
    progress: Progress = silent,
) -> SpeedReport:
    """Time PyTorch and every variant by turns.

    Args:
        subject: What is measured.
        shapes: At which; those longer than the model reads are left out.
        rounds: Turns of each candidate at each shape.
        without: Candidates that are left out.
        threads: CPU threads of one call; None: as many as suit the machine.
        progress: Told at each step.

    Raises:
        ExportError: A folder can't be read, no shape fits the model, or nothing could be measured.
    """
    first = next(iter(subject.variants.values()))
    try:
        says = Folder.read(first)
    except PredictorError as error:
        raise ExportError(Message(error.template, error.values)) from error
    notes: list[Message] = []
    fitting = [shape for shape in shapes if shape.length <= says.longest]
    if too_long := sorted({shape.length for shape in shapes} - {shape.length for shape in fitting}):
        lengths = ", ".join(map(str, too_long))
        notes.append(
            Message(
                "The model reads {longest} tokens at most: {lengths} left out.", longest=says.longest, lengths=lengths
            )
        )
    if not fitting:
        raise ExportError("The model reads {longest} tokens at most.", "Choose shorter texts.", longest=says.longest)
    options = {
        "shapes": ", ".join(f"{shape.batch} x {shape.length}" for shape in shapes),
        "rounds": str(rounds),
        "threads": str(threads or "as many as suit the machine"),
        "without": ", ".join(without) or "nothing",
    }
    threads = threads or allowed_threads()
    task = subject.report.task if subject.report else says.task
    peers, missing = _peers(subject, task, threads, without)
    notes += missing
    asked = {
        **peers,
        **{name: asked_of(folder, threads) for name, folder in subject.variants.items() if name not in without},
    }
    multiplied = _products(first)
    race = Race(asked, fitting, rounds, progress)
    counted = {shape: list(multiplied.shapes(shape.batch, shape.length)) for shape in fitting}
    race.run(counted, threads, tested=subject.tested, scored=[peer for peer, way in WAYS.items() if not way.exact])
    notes += race.faults.values()
    if not race.seconds:
        raise ExportError(
            "Nothing could be measured. {reasons}", "See what the candidates lack.", reasons=sentences(notes)
        )
    used = dict.fromkeys(map(race.rate_of, race.seconds))
    peaks = {
        rate: {shape: peak for shape in fitting if (peak := _peak(multiplied, shape, race.rates[rate]))}
        for rate in used
        if rate in race.rates
    }
    metrics = _metrics(subject.report) | race.metrics
    found = []
    for name, seconds in race.seconds.items():
        own = peaks.get(race.rate_of(name), {})
        timings = [_timing(shape, seconds[shape], multiplied, own.get(shape)) for shape in fitting]
        found.append(_candidate(subject, race, name, timings, metrics.get(name)))
    report = SpeedReport(
        model=subject.title,
        metric=subject.report.metric if subject.report else None,
        processor=model_name(),
        threads=processors(threads),
        rounds=rounds,
        gemm_flops_per_second={
            rate: {f"{shape.batch} x {shape.length}": peak for shape, peak in reached.items()}
            for rate, reached in peaks.items()
        },
        circumstances=Circumstances(versions=_versions(), features=features(), gpu=race.gpu, options=options),
        candidates=tuple(found),
        left_out=tuple(notes),
    )
    return report.model_copy(update={"recommendation": recommend(report)})


def asked_of(folder: Path, threads: int | None) -> dict[str, Any]:
    """What a process is told of an exported variant; see :func:`export.speed.opening.variant`."""
    return {
        "kind": "onnx",
        "folder": str(folder),
        "threads": threads,
        "precision": precision(folder / "model.onnx"),
    }


def _peers(
    subject: Subject, task: str, threads: int | None, without: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], list[Message]]:
    """PyTorch's ways that can be measured here, and why the others can't."""
    wanted = [peer for peer in PEERS if peer not in without]
    if subject.trained is None:
        missing = Message("PyTorch is left out: the trained model does not lie beside the export.")
        return {}, [missing] if wanted else []
    asked: dict[str, dict[str, Any]] = {
        peer: {"kind": peer, "folder": str(subject.trained), "task": task, "threads": threads} for peer in wanted
    }
    return asked, []


def _products(folder: Path) -> Products:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return products(folder / "model.onnx", int(config.get("hidden_size") or config.get("dim") or 0))


def _peak(multiplied: Products, shape: Shape, rates: dict[tuple[int, int, int], float]) -> float | None:
    """What the model's products reach alone, one after the other; None of a graph without any that can be told."""
    counted = multiplied.shapes(shape.batch, shape.length)
    operations = sum(2.0 * m * k * n * count for (m, k, n), count in counted.items())
    seconds = sum(2.0 * m * k * n * count / rates[m, k, n] for (m, k, n), count in counted.items())
    return operations / seconds if seconds else None


def _timing(shape: Shape, seconds: list[float], multiplied: Products, peak: float | None) -> Timing:
    cuts = quantiles(seconds, n=100, method="inclusive")
    middle = median(seconds)
    reached = multiplied.operations(shape.batch, shape.length) / middle
    return Timing(
        shape=shape,
        calls=len(seconds),
        p50_ms=1000 * middle,
        p95_ms=1000 * cuts[94],
        p99_ms=1000 * cuts[98],
        texts_per_second=shape.batch / middle,
        gemm_share=reached / peak if peak else None,
    )


def _metrics(report: ExportReport | None) -> dict[str, float]:
    """The leading metric on the frozen test set that the export's report tells of each candidate."""
    if report is None:
        return {}
    reference = report.variants[0].parity.metric_reference
    known: dict[str, float] = {variant.name: variant.parity.metric for variant in report.variants}
    return known | dict.fromkeys((peer for peer, way in WAYS.items() if way.exact), reference)  # the same function


def _candidate(subject: Subject, race: Race, name: str, timings: list[Timing], metric: float | None) -> Candidate:
    in_torch = name in PEERS
    folder = subject.trained if in_torch else subject.variants[name]
    assert folder is not None  # noqa: S101 - it was measured
    files = folder.glob(WEIGHTS if in_torch else "model.onnx*")
    variant = subject.report.variant(name) if subject.report and not in_torch else None
    return Candidate(
        name=name,
        torch=in_torch,
        metric=metric,
        passed=variant.parity.passed if variant else None,
        size_bytes=sum(path.stat().st_size for path in files),
        memory_bytes=race.memory[name],
        device_bytes=race.device_memory(name),
        provider=race.about[name]["where"],
        rate=race.rate_of(name),
        timings=tuple(timings),
    )


def _versions() -> dict[str, str]:
    """Of what computes; torch and transformers are not loaded here."""
    packages = {name: version(name) for name in ("torch", "transformers") if find_spec(name)}
    return {"python": platform.python_version(), "onnxruntime": onnxruntime.__version__, **packages}
