"""A comparison of speed as a benchmark tells it: Markdown, with each variant's parity beside its time."""

from __future__ import annotations

from collections.abc import Sequence

from export.speed.report import SpeedReport
from export.speed.showing import about, peak_of
from export.speed.subject import Subject


def speeds(report: SpeedReport, wanted: Subject) -> str:
    """A table a shape; of a real export each variant's parity on the frozen test set stands beside its speed."""
    gates = parities(wanted)
    lines = []
    for shape in report.shapes:
        base = next(one.at(shape).p50_ms for one in report.candidates if one.name == "torch")
        columns = [
            "",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "calls",
            "texts/s",
            "of that rate",
            "against PyTorch",
            "memory, MB",
            "where",
        ]
        columns += ["parity on the frozen test set"] if gates else []
        lines += [f"{shape.told}{peak_of(report, shape)}:\n", _row(columns), _row(["---"] * len(columns))]
        for one in report.candidates:
            took = one.at(shape)
            cells = [one.name, *(f"{value:.2f}" for value in (took.p50_ms, took.p95_ms, took.p99_ms))]
            cells += [f"{took.calls:,}", f"{took.texts_per_second:,.1f}"]
            cells.append(f"{took.gemm_share:.0%}" if took.gemm_share is not None else "")
            cells += [f"{base / took.p50_ms:.2f} ×", f"{one.memory_bytes / 1e6:,.0f}", one.provider]
            lines.append(_row([*cells, gates.get(one.name, "")] if gates else cells))
        lines.append("")
    return "\n".join([*lines, *(f"- {line}" for line in (*about(report), *report.left_out))]).strip()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def parities(wanted: Subject) -> dict[str, str]:
    """What the export's gate found of each variant; nothing of models that were made here."""
    if wanted.report is None:
        return {}
    return {
        variant.name: f"{wanted.report.metric} {variant.parity.metric:.4f}, "
        f"PyTorch {variant.parity.metric_reference:.4f}; "
        f"{variant.parity.flip_count} of {variant.parity.answers} answers changed"
        for variant in wanted.report.variants
    }
