"""What the command line prints of a measurement, and draws."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from export.speed.plot import Dot, plot
from export.speed.report import Candidate, Shape, SpeedReport
from pipeline.evaluation.wording import MEASURES, number, shown

#: What the figures under "GPU" are.
HELD = "by how much less was free after it was asked; what other programs take in the same seconds counts too"


def kind_of(candidate: Candidate) -> str:
    """How a candidate is drawn."""
    return "torch" if candidate.torch else "missed" if candidate.passed is False else "onnx"


def table(report: SpeedReport) -> str:
    """All that was measured, a block a shape, and what follows from it."""
    lines = [f"{report.model}: {report.threads} threads of {report.processor}, {report.rounds} rounds by turns"]
    head = report.metric or "metric"
    wide = max(10, len(head) + 2)
    lines.append(f"\n{'':<15}{'gate':<8}{head:>{wide}}{'files':>12}{'memory':>12}{'GPU':>12}  where")
    for one in report.candidates:
        gate = {True: "passed", False: "FAILED", None: ""}[one.passed]
        metric = shown(report.metric, one.metric) if report.metric and one.metric is not None else ""
        held = "" if one.device_bytes is None else f"{one.device_bytes / 1e6:.0f} MB"
        sizes = f"{one.size_bytes / 1e6:>9.1f} MB{one.memory_bytes / 1e6:>9.0f} MB{held:>12}"
        lines.append(f"{one.name:<15}{gate:<8}{metric:>{wide}}{sizes}  {one.provider}")
    for shape in report.shapes:
        lines.append(f"\n{shape.told}{peak_of(report, shape)}")
        times = f"{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'calls':>7}"
        lines.append(f"{'':<15}{times}{'texts/s':>10}{'of rate':>9}{'vs torch':>10}")
        base = next((one.at(shape).p50_ms for one in report.candidates if one.name == "torch"), None)
        for one in report.candidates:
            took = one.at(shape)
            times = "".join(f"{value:>9.2f}" for value in (took.p50_ms, took.p95_ms, took.p99_ms))
            share = "" if took.gemm_share is None else f"{took.gemm_share:.0%}"
            ratio = "" if base is None else f"{base / took.p50_ms:.2f} ×"
            lines.append(f"{one.name:<15}{times}{took.calls:>7,}{took.texts_per_second:>10,.1f}{share:>9}{ratio:>10}")
    return "\n".join([*lines, "", *about(report), *report.left_out, *report.recommendation])


def peak_of(report: SpeedReport, shape: Shape) -> str:
    """What the matrix products of a shape reach alone, as the end of its title; empty where nobody knows."""
    at = f"{shape.batch} x {shape.length}"
    reached = {rate: peaks[at] for rate, peaks in report.gemm_flops_per_second.items() if at in peaks}
    told = [f"{peak / 1e9:,.0f} GFLOPS in {rate}" for rate, peak in reached.items()]
    return f"; its matrix products alone reach {', '.join(told)}" if told else ""


def about(report: SpeedReport) -> list[str]:
    """What else the figures hang on, a line each."""
    known = report.circumstances
    lines = {
        "Versions": ", ".join(f"{name} {version}" for name, version in known.versions.items()),
        "Of the processor": ", ".join(known.features),
        "GPU": known.gpu,
        "Of its memory": HELD if any(one.device_bytes is not None for one in report.candidates) else "",
        "Asked for": "; ".join(f"{name} {value}" for name, value in known.options.items()),
    }
    return [f"{name}: {told}." for name, told in lines.items() if told]


def dots_of(report: SpeedReport, told: Callable[[Candidate, float, float], str]) -> list[Dot]:
    """Each candidate whose accuracy is known, at its median time for the first shape.

    Args:
        report: What was measured.
        told: From a candidate, its accuracy and its milliseconds to what is said of it.
    """
    return [
        Dot(one.name, kind_of(one), time, one.metric, told(one, one.metric, time))
        for one in report.candidates
        if one.metric is not None
        for time in [one.at(report.shapes[0]).p50_ms]
    ]


def picture(report: SpeedReport) -> Element | None:
    """Accuracy against the time of the first shape; None where no accuracy is known."""
    if report.metric is None:
        return None
    metric, shape = report.metric, report.shapes[0]
    dots = dots_of(report, lambda one, value, time: f"{one.name}: {shown(metric, value)}, {time:.1f} ms")
    if not dots:
        return None
    title = MEASURES[metric].title
    return plot(
        dots,
        label=f"{title} against latency",
        across=f"ms, {shape.told}, median",
        up=f"{title} on the frozen test set",
        value=lambda value: number(metric, value),
        time=lambda time: f"{time:g}",
    )
